/**
 * What the API's contract declares of an operation.
 *
 * @module
 */
import { z } from "zod";
import { GROUPS } from "../operator/contract/mod.ts";
import { operationId } from "../operator/document/operation_id.ts";
import { type Route, type RouteAnswer, takesKey } from "../operator/route.ts";

const ROUTES: ReadonlyMap<string, Route> = new Map(
  Object.entries(GROUPS).flatMap(([group, routes]) =>
    Object.entries<Route>(routes).map(([name, route]) => [operationId(group, name), route])
  ),
);

/** What the operation is declared to answer with this status. */
export function declaredAnswer(operation: string, status: number): RouteAnswer | undefined {
  return ROUTES.get(operation)?.answers[status];
}

/** Whether the operation is the same act when it is sent again with the same `Idempotency-Key`. */
export function isKeyed(operation: string): boolean {
  const route = ROUTES.get(operation);
  return route !== undefined && takesKey(route);
}

/**
 * Whether a service of Kaigui answered, of this version or of another: it may lack fields and have other words and limits,
 * but what is there has the declared type.
 */
export function isAnswer(answer: unknown, schema: z.ZodType): boolean {
  const { success, error } = schema.safeParse(answer, { reportInput: true });
  if (success) return true;
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  return known.some((name) => name in Object(answer)) &&
    error.issues.every(({ code, input }) => code !== "invalid_type" || input === undefined);
}
