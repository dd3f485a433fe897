import type { Context } from "hono";
import type { z } from "zod";
import { clientOf } from "../http/client_address.ts";
import { FIRST_ORGANIZATION } from "../cabinet/roles.ts";
import type { Reach } from "../db/organization_view.ts";
import type { Caller } from "../staff/mod.ts";
import { NotUtf8Error, parseJson, utf8Of } from "../lib/text/utf8.ts";
import { OPERATOR } from "../lib/limits.ts";
import { MISSING } from "../lib/schemas/mistake_words.ts";
import { takesNull } from "../lib/schemas/schema_parts.ts";
import type { Actor, Cabinet, CabinetCatalog, CabinetCell } from "../locker/mod.ts";
import { Problem } from "./problem.ts";
import { uuid } from "./contract/shared/fields.ts";

/** @throws {Problem} if there is no such cabinet within the caller's reach */
export async function cabinetOf(id: string, { caller, cabinets }: CabinetLookUp): Promise<Cabinet> {
  return found(await cabinets.findWithin(caller, id), "cabinet", id);
}

/** Where a cabinet is looked up, and for whom. */
export interface CabinetLookUp {
  readonly caller: Reach;
  readonly cabinets: CabinetCatalog;
}

/** Where people find the cabinet: what its code, its poster and its answer say. */
export function linkOf(c: Context, id: string): string {
  return `${clientOf(c).serviceUrl}/c/${id}`;
}

/**
 * The cabinet's cell of this number.
 *
 * @throws {Problem} if it has none
 */
export function cellOf(text: string, { id, cells }: Cabinet): CabinetCell {
  const cell = /^\d{1,4}$/.test(text) ? cells.find(({ cell }) => cell === Number(text)) : undefined;
  if (!cell) throw new Problem(404, `There is no cell ${text} in cabinet ${id}`);
  return cell;
}

/** @throws {Problem} if the text cannot be an id */
export function uuidOf(text: string, what: string): string {
  return found(uuid.safeParse(text).success ? text : undefined, what, text);
}

/** @throws {Problem} if what was looked for by the id was not found */
export function found<Row>(row: Row | undefined, what: string, id: string): Row {
  if (row === undefined) throw new Problem(404, `There is no ${what} ${id}`);
  return row;
}

/**
 * Who does what the request asks for. A POST with the same `Idempotency-Key` is the same act of the organization; which one
 * it is, and about what, is compared where acts are noted.
 *
 * @param sent may have a `reason`
 * @throws {Problem} if the key is empty or too long
 */
export async function actorOf(c: Context, caller: Caller, sent: { reason?: string }): Promise<Actor> {
  const key = c.req.method === "POST" ? c.req.header("idempotency-key") : undefined;
  if (key !== undefined && (key.length === 0 || key.length > OPERATOR.textMax)) {
    throw new Problem(400, `An Idempotency-Key has 1 to ${OPERATOR.textMax} characters`);
  }
  const { who, role, organization, confirm } = caller;
  const id = key === undefined ? crypto.randomUUID() : await uuidFromKey(key, organization);
  return { id, who, role, organization, reason: sent.reason, address: clientOf(c).address, confirm };
}

/**
 * The parameter of the query.
 *
 * @throws {Problem} if it is there more than once: all but one of its values would be passed over
 */
export function onceIn(c: Context, name: string): string | undefined {
  const [value, ...more] = c.req.queries(name) ?? [];
  if (more.length > 0) {
    throw new Problem(422, `${name}: it is there ${more.length + 1} times, and may be there once`);
  }
  return value;
}

/** Whether the request has a key: then the act is the key's. */
export function isKeyed(c: Context): boolean {
  return c.req.header("idempotency-key") !== undefined;
}

/**
 * The command id that an `Idempotency-Key` stands for: the same key is the same command, across restarts too,
 * since the journal knows it. A UUID of version 8 (RFC 9562) from SHA-256.
 */
export async function uuidFromKey(key: string, organization = FIRST_ORGANIZATION): Promise<string> {
  // The first organization's keys are those of before there were organizations; no header has a line end.
  const of = organization === FIRST_ORGANIZATION ? "" : `of ${organization}\n`;
  const bytes = new TextEncoder().encode(`kaigui idempotency-key ${of}${key}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).subarray(0, 16);
  hash[6] = (hash[6] as number) & 0x0f | 0x80;
  hash[8] = (hash[8] as number) & 0x3f | 0x80;
  return hash.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * The checked body.
 *
 * @param options.isNeeded a missing one is refused @default {false} it counts as an empty object
 * @throws {Problem} if it is not UTF-8, not JSON, or not what is wanted
 */
export async function bodyOf(
  c: Context,
  schema: z.ZodType,
  { isNeeded = false }: { isNeeded?: boolean | undefined } = {},
): Promise<unknown> {
  const body = parsed(await c.req.arrayBuffer());
  if (body === undefined && isNeeded) {
    throw new Problem(400, "The body is empty: send a JSON object with what is to change");
  }
  return checked(schema, body === undefined ? {} : body, "body");
}

/** `undefined`: there is nothing in it. */
function parsed(bytes: ArrayBuffer): unknown {
  try {
    const text = utf8Of(bytes);
    return text.trim() === "" ? undefined : parseJson(text);
  } catch (error) {
    throw new Problem(400, `The body ${error instanceof NotUtf8Error ? error.message : "is not valid JSON"}`);
  }
}

/**
 * The value as the schema understands it.
 *
 * @param what has a mistake that is in no single field of it
 * @throws {Problem} if it is not what is wanted
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown, what: "body" | "query" | "id"): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const issues = error.issues.flatMap((issue) => meant(issue));
  const mistakes = issues.slice(0, OPERATOR.mistakesMax)
    .map((issue) => `${issue.path.join(".") || what}: ${toldOf(issue, schema)}`);
  throw new Problem(422, mistakes.join("; "));
}

/** The words for a mistake, in a length that is read. Where a field may be `null`, that is wanted, too. */
function toldOf({ code, path, message }: z.core.$ZodIssue, schema: z.ZodType): string {
  // The values that there are are ours, and few.
  const words = code === "invalid_value" ? message : clipped(message);
  const isOfKind = ["invalid_type", "invalid_value", "too_small", "too_big"].includes(code);
  return isOfKind && !message.startsWith(MISSING) && takesNull(schema, path) ? `${words}, or null` : words;
}

/**
 * The mistakes in what was meant, where a value may be one of several: those of the one whose fields it has. Where it has
 * the fields of none, or of several, the mistake is that.
 */
export function meant(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const alike = issue.errors.filter((issues) => issues.every(({ path }) => path.length > 0));
  const [mistakes = [], ...others] = alike;
  if (others.length > 0 || mistakes.length === 0) return [issue];
  return mistakes.flatMap((one) => meant({ ...one, path: [...issue.path, ...one.path] }));
}

function clipped(message: string): string {
  const { mistakeCharactersMax: max } = OPERATOR;
  return message.length <= max ? message : `${message.slice(0, max - 1)}…`;
}
