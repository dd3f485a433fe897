/**
 * What is checked of all that gives rights, and who may give them.
 *
 * @module
 */
import type { z } from "zod";
import { ROLES } from "../cabinet/roles.ts";
import { tag } from "../cabinet/words.ts";
import type { Tables } from "../db/mod.ts";
import { membershipOf } from "../db/queries/staff/memberships.ts";
import { holdToken } from "../db/queries/staff/tokens.ts";
import { OPERATOR } from "../lib/limits.ts";
import type { Actor } from "../locker/mod.ts";
import { RightsChangedError, ScopeExceededError, StaffMistakeError } from "./errors.ts";

/** Who acts for the service itself, as the audit log has it. */
export const ROOT = "operator";

/** Only cabinets with one of these tags; `undefined` or `null`: all cabinets of the organization. */
export type Scope = readonly string[] | null | undefined;

/**
 * The checked value.
 *
 * @param name how the message calls it, where the mistake is in none of its fields
 * @throws {StaffMistakeError} if the schema refuses it
 */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  name: string,
): z.output<Schema> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [{ path = [], message = "is not what is wanted" } = {}] = error.issues;
  throw new StaffMistakeError(`${path.join(".") || name}: ${message}`);
}

/** @throws {StaffMistakeError} if there is no such role */
export function checkRole(role: string): void {
  if (ROLES.includes(role as typeof ROLES[number])) return;
  throw new StaffMistakeError(`role: one of ${ROLES.join(", ")}`);
}

/**
 * The scope as its column has it: the same tags are the same text.
 *
 * @throws {StaffMistakeError} if it names no tag, too many, or one that is none
 */
export function scopeColumn(tags: Scope): string | null {
  if (tags === undefined || tags === null) return null;
  if (tags.length === 0) {
    throw new StaffMistakeError("tags: a scope names at least one tag, or is left out for all cabinets");
  }
  if (tags.length > OPERATOR.tagsMax) {
    throw new StaffMistakeError(`tags: a scope names up to ${OPERATOR.tagsMax} tags`);
  }
  return JSON.stringify([...new Set(tags.map((one) => checked(tag, one, "tags")))].sort());
}

/** The scope in that column; `undefined`: all cabinets. */
export function scopeOf(column: string | null): readonly string[] | undefined {
  return column === null ? undefined : JSON.parse(column);
}

/**
 * Asked inside the transaction that gives a scope: an owner whose scope is some cabinets gives no more than that.
 *
 * @param column the scope that is given, as its column has it
 * @throws {ScopeExceededError} if it is more
 * @throws {RightsChangedError} if the actor has no rights there any more
 */
export async function checkMayGive(trx: Tables, actor: Actor, column: string | null): Promise<void> {
  const own = await exceededScope(trx, actor, column);
  if (!own) return;
  throw new ScopeExceededError(`tags: your own scope is ${own.join(", ")}; you can give no more than that`);
}

/**
 * Asked inside the transaction that changes or takes away what has a scope: an owner whose scope is some cabinets changes
 * nothing that reaches further.
 *
 * @param column the scope of what is changed, as its column has it
 * @throws {ScopeExceededError} if it is more than the actor's own
 * @throws {RightsChangedError} if the actor has no rights there any more
 */
export async function checkMayTake(trx: Tables, actor: Actor, column: string | null): Promise<void> {
  const own = await exceededScope(trx, actor, column);
  if (!own) return;
  throw new ScopeExceededError(`Your own scope is ${own.join(", ")}; this has more than that`);
}

/** The actor's own scope, if the scope in the column is more than that. */
async function exceededScope(
  trx: Tables,
  actor: Actor,
  column: string | null,
): Promise<readonly string[] | undefined> {
  if (actor.who === ROOT) return undefined;
  const own = scopeOf(await ownScope(trx, actor));
  return own === undefined || scopeOf(column)?.every((tag) => own.includes(tag)) ? undefined : own;
}

async function ownScope(trx: Tables, { who, organization }: Actor): Promise<string | null> {
  const [kind, id = ""] = who.split(":");
  const row = kind === "token"
    ? await holdToken(trx, id)
    : await membershipOf(trx, { account: id, organization });
  if (row?.organization !== organization) {
    throw new RightsChangedError("Your rights in this organization were taken away");
  }
  return row.tags;
}
