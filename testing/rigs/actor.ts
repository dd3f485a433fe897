/**
 * For tests: who does what the audit log notes.
 *
 * @module
 */
import type { Actor } from "../../src/locker/mod.ts";

/** The service's own token, for the first organization, which does something once. */
export const root = (organization = "main"): Actor => actor("operator", organization);

/** Somebody who does something once. */
export function actor(who: string, organization: string, others: Partial<Actor> = {}): Actor {
  return { id: crypto.randomUUID(), who, organization, reason: undefined, address: "10.1.2.3", ...others };
}
