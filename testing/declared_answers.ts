/**
 * Whether what the API answers is what its routes declare: all suites that call it look, since the service itself does
 * not check its answers.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { problem } from "../src/operator/contract/shared/fields.ts";
import { ROUTES } from "../src/operator/contract/mod.ts";
import type { Route } from "../src/operator/route.ts";

/** One answer of the API. */
export interface ApiAnswer {
  readonly status: number;
  /** The content type. */
  readonly type: string;
  /** JSON; `undefined`: the answer is empty, or is not JSON. */
  readonly body: unknown;
}

/**
 * The route of a path below `/api/v1`, with or without a query.
 *
 * @returns `undefined`: there is none
 */
export function routeOf(method: string, path: string): Route | undefined {
  const [asked = ""] = path.split("?");
  return ROUTES.find((route) => {
    const pattern = route.path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+");
    return route.method === method && new RegExp(`^${pattern}/?$`).test(asked);
  });
}

/** Fails where the answer has fields that are not declared, lacks some that are, or has another type. */
export function isDeclared(method: string, path: string, { status, type, body }: ApiAnswer): void {
  const what = `${method} ${path}: ${status} ${type} ${JSON.stringify(body)}`;
  const answer = routeOf(method, path)?.answers[status];
  if (!answer) {
    equal(status >= 400, true, what);
    equal(type, "application/problem+json", what);
    deepEqual(problem.parse(body), body, what);
  } else if (answer.schema) {
    equal(type, status < 400 ? "application/json" : "application/problem+json", what);
    deepEqual(answer.schema.parse(body), body, what);
  } else {
    equal(type.split(";")[0], answer.media ?? "", what);
  }
}
