/**
 * How a route of the REST API is declared: once, in `contract/`. Routing, checks (`mount.ts`), the OpenAPI document
 * (`openapi.ts`), and of that the client in `client/`, come from the declaration.
 *
 * @module
 */
import { z } from "zod";
import type { Access } from "./access.ts";

type Method = "GET" | "PUT" | "POST" | "PATCH" | "DELETE";

/** What a route answers with one status. Without a schema and a media type there is no body. */
export interface RouteAnswer {
  readonly description: string;
  /** Of JSON. */
  readonly schema?: z.ZodType;
  /** Of each item, where the answer is a page of a list. */
  readonly items?: z.ZodType;
  /** What the body is, where it is not JSON. */
  readonly media?: string;
  /** Of each line, where the body is lines of JSON. */
  readonly line?: z.ZodType;
  /** Whether a handler writes the JSON itself, in pieces. */
  readonly isStreamed?: true;
  /** Whether it has the tag of what it shows as `ETag`. */
  readonly hasEtag?: true;
}

/** What a route takes, beside its path, and what it answers. */
interface Exchange {
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Whether a request without one is refused. @default {false} it is taken as one with an empty object */
  readonly needsBody?: boolean;
  /** What the body is, where it is not JSON: its handler reads it. */
  readonly file?: string;
  /** What the body may be called. @default {undefined} whatever it is called, it is taken for JSON */
  readonly media?: readonly string[];
  /** Whether the request may be conditional (RFC 9110, 13). @default {false} */
  readonly isConditional?: boolean;
  /** By status. The first success is the status of what a handler returns. */
  readonly answers: Readonly<Record<number, RouteAnswer>>;
  /** When it is refused, by status, beside what follows from the rest of the declaration. */
  readonly problems?: Readonly<Record<number, string>>;
}

/** One route. */
export interface Route extends Exchange {
  readonly method: Method;
  /**
   * Below `/api/v1`, with its parts in braces. `{id}` behind `/cabinets` is a cabinet, and `{cell}` a cell of it: both are
   * found before the handler runs, but for the cabinet of a `PUT`, which need not exist yet. Other ids are UUIDs.
   */
  readonly path: string;
  readonly access: Access;
}

/** Whether a request may have an `Idempotency-Key`: its act is noted in the audit log, where it is found again. */
export function takesKey({ method, access }: Pick<Route, "method" | "access">): boolean {
  return method === "POST" && access !== "public" && access !== "account";
}

/** Declares a route, with its type: `route("GET /rentals/{id}", "attend", …)`. */
export function route<
  M extends Method,
  Path extends `/${string}`,
  const A extends Access,
  const E extends Exchange,
>(
  endpoint: `${M} ${Path}`,
  access: A,
  exchange: E,
): E & { readonly method: M; readonly path: Path; readonly access: A } {
  const [method, path] = endpoint.split(" ") as [M, Path];
  return { ...exchange, method, path, access };
}

/** The names of a path's parts. */
export type PartsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PartsOf<Rest>
  : never;

/** An answer that is one thing. */
export function one<Schema extends z.ZodType>(schema: Schema, description: string): {
  readonly schema: Schema;
  readonly description: string;
} {
  return { schema, description };
}

/** What a page of a list tells beside its items. */
export const pageFields = {
  next: z.string().nullable().describe(
    "The `before` (or `after`) of the next page, with the same filter and sort; null: this is the last page",
  ),
  total: z.int().nullable().describe("How many the list has in all; null: not counted, or not to the end"),
  estimate: z.int().nullable().describe(
    "Where there is no total: at least so many, since counting to the end costs too much; null: not counted",
  ),
};

/** An answer that is a page of a list. */
export function page<Item extends z.ZodType>(items: Item): {
  readonly schema: z.ZodObject<{ items: z.ZodArray<Item> } & typeof pageFields>;
  readonly items: Item;
  readonly description: string;
} {
  const schema = z.object({ items: z.array(items), ...pageFields });
  return { schema, items, description: "A page" };
}

type SuccessOf<R extends Route> = R["answers"][keyof R["answers"] & (200 | 201)];

/** What a caller gets when all is well: the value of its JSON, the text of another media type, or nothing. */
export type AnswerOf<R extends Route> = [SuccessOf<R>] extends [never] ? void
  : SuccessOf<R> extends { readonly schema: infer Schema extends z.ZodType } ? z.output<Schema>
  : string;

/** The query as the route understands it. */
export type QueryOf<R extends Route> = R extends { readonly query: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined;

/** The body as the route understands it. */
export type BodyOf<R extends Route> = R extends { readonly body: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined;
