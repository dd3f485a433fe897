/**
 * Roles of staff, and what each of them may: one table.
 *
 * @module
 */

/** The organization of all that there was before there were organizations; what is about no cabinet is its own. */
export const FIRST_ORGANIZATION = "main";

/** What a member of staff does for an organization. */
export const ROLES = ["owner", "manager", "attendant", "installer", "viewer"] as const;
export type Role = typeof ROLES[number];

/** What a link that works once is for. */
export const INVITATION_KINDS = ["join", "reset"] as const;
export type InvitationKind = typeof INVITATION_KINDS[number];

/** Who may do what. */
const MAY = {
  /** Staff, tokens, the organization itself. */
  administer: ["owner"],
  /** Rules, permits, acts on many cells, ending rentals, removing people, export. */
  manage: ["owner", "manager"],
  /** Open with a reason, clear a cell, mark it clean, disable it, see who has what. */
  attend: ["owner", "manager", "attendant"],
  /** Describe cabinets, test doors, the raw line, unknown devices. */
  install: ["owner", "manager", "installer"],
  /** Open a cell: an installer only one that is free. */
  open: ["owner", "manager", "attendant", "installer"],
  /** See cabinets, their states, alarms, without people. */
  view: ["owner", "manager", "attendant", "installer", "viewer"],
} as const satisfies Record<string, readonly Role[]>;

/** Something that a role may or may not do. */
export type Permission = keyof typeof MAY;

/** All permissions. */
export const PERMISSIONS = Object.keys(MAY) as Permission[];

/** The roles that may do that. */
export function rolesThatMay(permission: Permission): readonly Role[] {
  return MAY[permission];
}

/** Whether the role may do that. */
export function may(role: Role, permission: Permission): boolean {
  return rolesThatMay(permission).includes(role);
}
