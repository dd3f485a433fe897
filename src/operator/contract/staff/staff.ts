import { z } from "zod";
import { INVITATION_KINDS, ROLES } from "../../../cabinet/roles.ts";
import { tag, text } from "../../../cabinet/words.ts";
import { OPERATOR } from "../../../lib/limits.ts";
import { one, page, route } from "../../route.ts";
import type { InvitationRow, MemberRow, StaffTokenRow } from "../../../staff/mod.ts";
import { at, maybeAt, maybeTimestamp, reason, time, timestamp, uuid, withReason } from "../shared/fields.ts";

/** Only cabinets with one of these tags; `null`: all cabinets of the organization. */
export const tagScope = z.array(tag)
  .min(1, "a scope names at least one tag; leave it out, or null, for all cabinets").max(OPERATOR.tagsMax)
  .nullable();

/** What a member of staff, an invitation or a token may. */
export const grantShape = { role: z.enum(ROLES), tags: tagScope.default(null) };

/** A member of the organization's staff. */
export const member = z.object({
  /** The account's. */
  id: uuid,
  login: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  tags: z.array(z.string()).nullable(),
  hasSecondFactor: z.boolean(),
  createdAt: at,
  lastSeenAt: maybeAt,
});

/** The member as it is answered. */
export function memberAnswer(row: MemberRow): z.infer<typeof member> {
  const { account: id, login, name, role, tags, hasSecondFactor, createdAt, usedAt } = row;
  const times = { createdAt: timestamp(createdAt), lastSeenAt: maybeTimestamp(usedAt) };
  return { id, login, name, role, tags: listed(tags), hasSecondFactor, ...times };
}

/** An invitation that waits. */
export const invitation = z.object({
  id: uuid,
  kind: z.enum(INVITATION_KINDS),
  role: z.enum(ROLES).nullable(),
  tags: z.array(z.string()).nullable(),
  note: z.string(),
  createdAt: at,
  until: at,
});

/** The invitation as it is answered. */
export function invitationAnswer(row: InvitationRow): z.infer<typeof invitation> {
  const { id, kind, role = null, tags, note, createdAt, until } = row;
  return {
    id,
    kind,
    role,
    tags: listed(tags),
    note,
    createdAt: timestamp(createdAt),
    until: timestamp(until),
  };
}

/** An invitation, with the link that is told once. */
export const newInvitation = invitation.extend({ link: z.string() });

/** The routes of staff. */
export const staffRoutes = {
  list: route("GET /staff", "administer", {
    summary: "The organization's staff",
    answers: { 200: page(member) },
  }),
  change: route("PUT /staff/{id}", "administer", {
    summary: "Give a member another role or scope; the last owner stays one",
    // Both are said: a scope that is left out by mistake would be all cabinets.
    body: z.strictObject({ role: z.enum(ROLES), tags: tagScope, reason: reason.optional() }),
    answers: { 200: one(member, "The member") },
  }),
  remove: route("DELETE /staff/{id}", "administer", {
    summary: "Remove a member: their next call is refused",
    query: withReason,
    answers: { 204: { description: "Removed" } },
  }),
  reset: route("POST /staff/{id}/reset", "administer", {
    summary:
      "A link by which a member sets a new password; their second factor and their sessions end with it",
    body: withReason,
    answers: { 201: one(newInvitation, "The link, told once") },
  }),
  endSessions: route("POST /staff/{id}/log-out", "administer", {
    summary: "End all sessions of a member who is staff of this organization alone",
    body: withReason,
    answers: { 204: { description: "Ended" } },
  }),
};

/** The routes of invitations. */
export const invitationRoutes = {
  list: route("GET /invitations", "administer", {
    summary: "Links that were not used yet",
    answers: { 200: page(invitation) },
  }),
  create: route("POST /invitations", "administer", {
    summary: "A link that makes one member of staff: it works once, for 72 hours",
    body: z.strictObject({
      ...grantShape,
      note: text(OPERATOR.textMax).optional(),
      reason: reason.optional(),
    }),
    answers: { 201: one(newInvitation, "The link, told once") },
  }),
  remove: route("DELETE /invitations/{id}", "administer", {
    summary: "Take a link back",
    query: withReason,
    answers: { 204: { description: "Taken back" } },
  }),
};

/** A token of a program. */
export const staffToken = z.object({
  id: uuid,
  name: z.string(),
  role: z.enum(ROLES),
  tags: z.array(z.string()).nullable(),
  createdAt: at,
  createdBy: z.string().describe("Who made it: operator, account: or token: and its id"),
  until: maybeAt,
  lastUsedAt: maybeAt,
  revokedAt: maybeAt,
});

/** The token as it is answered. */
export function tokenAnswer(row: StaffTokenRow): z.infer<typeof staffToken> {
  const { id, name, role, tags, createdAt, createdBy, until, usedAt, revokedAt } = row;
  return {
    id,
    name,
    role,
    tags: listed(tags),
    createdAt: timestamp(createdAt),
    createdBy,
    until: maybeTimestamp(until),
    lastUsedAt: maybeTimestamp(usedAt),
    revokedAt: maybeTimestamp(revokedAt),
  };
}

function listed(tags: readonly string[] | undefined): string[] | null {
  return tags ? [...tags] : null;
}

/** A token, with the secret that is told once. */
export const newStaffToken = staffToken.extend({ token: z.string() });

/** The routes of tokens. */
export const tokenRoutes = {
  list: route("GET /tokens", "administer", {
    summary:
      "Tokens of programs, newest first; a token that was revoked or has ended is listed for 90 days more",
    answers: { 200: page(staffToken) },
  }),
  create: route("POST /tokens", "administer", {
    summary:
      "A token for a program; several may be valid at once, so that one can be changed without a pause",
    body: z.strictObject({
      name: text(OPERATOR.textMax),
      ...grantShape,
      until: time.nullable().default(null),
      reason: reason.optional(),
    }),
    answers: { 201: one(newStaffToken, "The token, told once") },
  }),
  revoke: route("DELETE /tokens/{id}", "administer", {
    summary: "Take a token back: its next call is refused",
    query: withReason,
    answers: { 204: { description: "Taken back" } },
  }),
};
