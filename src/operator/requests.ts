/**
 * What the routes read out of a request.
 *
 * @module
 */
import type { Context } from "hono";
import type { z } from "zod";
import { addressOf } from "../http/client_address.ts";
import { OPERATOR } from "../lib/limits.ts";
import type { Actor, Cabinet, CabinetCatalog, WiredCellRow } from "../locker/mod.ts";
import { NotUtf8Error, parseJson, utf8Of } from "../lib/utf8.ts";
import { Problem } from "./problem.ts";
import { uuidFromKey } from "./token.ts";
import { cabinetId, uuid } from "./schemas/words.ts";

/**
 * The cabinet of the path. What can be no cabinet's id is not even looked for: Postgres refuses some characters.
 *
 * @throws {Problem} if there is none
 */
export async function theCabinet(c: Context, cabinets: CabinetCatalog): Promise<Cabinet> {
  const id = c.req.param("id") ?? "";
  const cabinet = cabinetId.safeParse(id).success ? await cabinets.find(id) : undefined;
  if (!cabinet) throw new Problem(404, `There is no cabinet ${id}`);
  return cabinet;
}

/**
 * The cell of the path.
 *
 * @throws {Problem} if the cabinet has none of that number
 */
export function theCell(c: Context, { id, cells }: Cabinet): WiredCellRow {
  const text = c.req.param("cell") ?? "";
  const cell = /^\d{1,4}$/.test(text) ? cells.find(({ cell }) => cell === Number(text)) : undefined;
  if (!cell) throw new Problem(404, `There is no cell ${text} in cabinet ${id}`);
  return cell;
}

/**
 * What the path's id stands for, such as a rental.
 *
 * @throws {Problem} if there is none
 */
export async function theOne<Row>(
  c: Context,
  what: string,
  find: (id: string) => Promise<Row | undefined>,
): Promise<Row> {
  const id = c.req.param("id") ?? "";
  const row = uuid.safeParse(id).success ? await find(id) : undefined;
  if (!row) throw new Problem(404, `There is no ${what} ${id}`);
  return row;
}

/**
 * Who does what the request asks for. A POST with the same `Idempotency-Key` is the same act; which one it is, and
 * about what, is compared where acts are noted.
 *
 * @throws {Problem} if the key is empty or too long
 */
export async function actingOf(
  c: Context,
  { trustedProxies, reason }: { trustedProxies: number; reason: string | undefined },
): Promise<Actor> {
  const key = c.req.method === "POST" ? c.req.header("idempotency-key") : undefined;
  if (key !== undefined && (key.length === 0 || key.length > OPERATOR.textMax)) {
    throw new Problem(400, `An Idempotency-Key has 1 to ${OPERATOR.textMax} characters`);
  }
  const id = key === undefined ? crypto.randomUUID() : await uuidFromKey(key);
  return { id, who: "operator", reason, address: addressOf(c, trustedProxies) };
}

/**
 * The checked body. A missing one counts as an empty object.
 *
 * @throws {Problem} if it is not UTF-8, no JSON, or not what is wanted
 */
export async function bodyOf<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  return checked(schema, parsed(await c.req.arrayBuffer()));
}

function parsed(bytes: ArrayBuffer): unknown {
  try {
    const text = utf8Of(bytes);
    return text.trim() === "" ? {} : parseJson(text);
  } catch (error) {
    throw new Problem(400, `The body ${error instanceof NotUtf8Error ? error.message : "is no JSON"}`);
  }
}

/**
 * The value as the schema understands it.
 *
 * @param what has a mistake that is in no single field of it
 * @throws {Problem} if it is not what is wanted
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown, what: "body" | "query" = "body"): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const mistakes = error.issues.slice(0, OPERATOR.mistakesMax)
    .map(({ path, message }) => `${path.join(".") || what}: ${clipped(message)}`);
  throw new Problem(422, mistakes.join("; "));
}

function clipped(message: string): string {
  const { mistakeCharactersMax: max } = OPERATOR;
  return message.length <= max ? message : `${message.slice(0, max - 1)}…`;
}
