/**
 * What commands about members, links and tokens share: a role and a scope, as options and in words.
 *
 * @module
 */
import { Option } from "commander";
import { type Role, ROLES } from "../../cabinet/roles.ts";
import type { DoOptions } from "../daily/lists.ts";

/** Options of a command that gives a role. */
export interface GrantOptions extends DoOptions {
  readonly role: Role;
  readonly tag?: readonly string[];
}

const ROLES_IN_WORDS: Readonly<Record<Role, string>> = {
  owner: "everything",
  manager: "everything but staff, tokens and the organization",
  attendant: "opens cells with a reason, clears, cleans and disables them; sees who has what",
  installer: "describes cabinets, tests doors; opens cells that are free",
  viewer: "sees cabinets, their states and alarms, but no people",
};

/** For the help of commands that give a role. */
export const ROLES_HELP = `
Roles:
${ROLES.map((role) => `  ${role.padEnd(10)} ${ROLES_IN_WORDS[role]}`).join("\n")}`;

/** `--role`, which has to be given. */
export function roleOption(): Option {
  return new Option("--role <role>", "what it may do, see below").choices(ROLES).makeOptionMandatory();
}

/**
 * `--tag`, as often as there are tags.
 *
 * @param without which cabinets it is for without any
 */
export function tagOption(without = "all cabinets"): Option {
  return new Option("--tag <tag>", `only for cabinets with this tag; again for more (default: ${without})`)
    .argParser((text, before: readonly string[] | undefined) => [...before ?? [], text]);
}

/** The tags of a scope in words. */
export function scopeText(tags: readonly string[] | null): string {
  return tags === null ? "all" : tags.join(", ");
}

/** An organization in a sentence. The first one has no name until it is given one. */
export function titleOf({ id, name }: { readonly id: string; readonly name: string }): string {
  return name === "" ? `organization ${id}` : `"${name}" (${id})`;
}
