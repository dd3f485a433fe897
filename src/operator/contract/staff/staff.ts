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
  .nullable().describe("Only cabinets with one of these tags; null: all cabinets of the organization");

/** What a member of staff, an invitation or a token may. */
export const grantShape = {
  role: z.enum(ROLES).describe("What they may do"),
  tags: tagScope.default(null),
};

/** A member of the organization's staff. */
export const member = z.object({
  id: uuid.describe("The account's id"),
  login: z.string().describe("What they log in with"),
  name: z.string().describe("Their name"),
  role: z.enum(ROLES).describe("What they may do"),
  tags: z.array(z.string()).nullable().describe(
    "Only cabinets with one of these tags; null: all cabinets of the organization",
  ),
  hasSecondFactor: z.boolean().describe("Whether they log in with a second factor"),
  createdAt: at.describe("When they joined, RFC 3339 in UTC"),
  lastSeenAt: maybeAt.describe("When they were last here; null: never"),
});

/** The member as it is answered. */
export function memberAnswer(row: MemberRow): z.infer<typeof member> {
  const { account: id, login, name, role, tags, hasSecondFactor, createdAt, usedAt } = row;
  const times = { createdAt: timestamp(createdAt), lastSeenAt: maybeTimestamp(usedAt) };
  return { id, login, name, role, tags: listed(tags), hasSecondFactor, ...times };
}

/** An invitation that waits. */
export const invitation = z.object({
  id: uuid.describe("Its id"),
  kind: z.enum(INVITATION_KINDS).describe("join: makes a member; reset: sets a new password"),
  role: z.enum(ROLES).nullable().describe("The role that the member gets; null: the link resets a password"),
  tags: z.array(z.string()).nullable().describe(
    "Only cabinets with one of these tags; null: all cabinets of the organization",
  ),
  note: z.string().describe("For whom it is; empty: nothing was noted"),
  createdAt: at.describe("When it was made, RFC 3339 in UTC"),
  until: at.describe("Until when it works, RFC 3339 in UTC"),
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
export const newInvitation = invitation.extend({
  link: z.string().describe("Where it is used; it is shown once"),
});

const ONCE = "or the Idempotency-Key made it before, and it is shown once (made-before)";

/** The routes of staff. */
export const staffRoutes = {
  list: route("GET /staff", "administer", {
    summary: "The organization's staff",
    answers: { 200: page(member) },
  }),
  change: route("PUT /staff/{id}", "administer", {
    summary: "Give a member another role or scope; the last owner stays one",
    // Both are said: a scope that is left out by mistake would be all cabinets.
    body: z.strictObject({ role: grantShape.role, tags: tagScope, reason: reason.optional() }),
    answers: { 200: one(member, "The member") },
    problems: { 409: "The organization would have no owner (last-owner)" },
  }),
  remove: route("DELETE /staff/{id}", "administer", {
    summary: "Remove a member: their next call is refused",
    query: withReason,
    answers: { 204: { description: "Removed" } },
    problems: { 409: "The organization would have no owner (last-owner)" },
  }),
  reset: route("POST /staff/{id}/reset", "administer", {
    summary:
      "A link by which a member sets a new password; their second factor and their sessions end with it",
    body: withReason,
    answers: { 201: one(newInvitation, "The link, told once") },
    problems: { 409: `They are staff elsewhere, too (foreign-account), ${ONCE}` },
  }),
  endSessions: route("POST /staff/{id}/log-out", "administer", {
    summary: "End all sessions of a member who is staff of this organization alone",
    body: withReason,
    answers: { 204: { description: "Ended" } },
    problems: { 409: "They are staff elsewhere, too (foreign-account)" },
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
      note: text(OPERATOR.textMax).optional().describe("For whom it is, for those who see the list"),
      reason: reason.optional(),
    }),
    answers: { 201: one(newInvitation, "The link, told once") },
    problems: { 409: `There are as many links or members as there may be (limit), ${ONCE}` },
  }),
  remove: route("DELETE /invitations/{id}", "administer", {
    summary: "Take a link back",
    query: withReason,
    answers: { 204: { description: "Taken back" } },
  }),
};

/** A token of a program. */
export const staffToken = z.object({
  id: uuid.describe("Its id"),
  name: z.string().describe("What it is called"),
  role: z.enum(ROLES).describe("What it may do"),
  tags: z.array(z.string()).nullable().describe(
    "Only cabinets with one of these tags; null: all cabinets of the organization",
  ),
  createdAt: at.describe("When it was made, RFC 3339 in UTC"),
  createdBy: z.string().describe("Who made it: operator, account: or token: and its id"),
  until: maybeAt.describe("Until when it is valid; null: until it is taken back"),
  lastUsedAt: maybeAt.describe("When it was last used; null: never"),
  revokedAt: maybeAt.describe("When it was taken back; null: it was not"),
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
export const newStaffToken = staffToken.extend({
  token: z.string().describe("The secret, sent as Authorization: Bearer; it is shown once"),
});

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
      name: text(OPERATOR.textMax).describe("What it is called in lists and in the audit log"),
      ...grantShape,
      until: time.nullable().default(null).describe(
        "Until when it is valid, RFC 3339 with an offset; null: until it is taken back",
      ),
      reason: reason.optional(),
    }),
    answers: { 201: one(newStaffToken, "The token, told once") },
    problems: { 409: `There are as many tokens as there may be (limit), ${ONCE}` },
  }),
  revoke: route("DELETE /tokens/{id}", "administer", {
    summary: "Take a token back: its next call is refused",
    query: withReason,
    answers: { 204: { description: "Taken back" } },
  }),
};
