import { z } from "zod";
import { INVITATION_KINDS, ROLES } from "../../../cabinet/roles.ts";
import { text } from "../../../cabinet/words.ts";
import { OPERATOR, STAFF } from "../../../lib/limits.ts";
import { one, page, route } from "../../route.ts";
import { at, maybeText, uuid } from "../shared/fields.ts";
import { language, organizationId } from "./organizations.ts";

/** As typed: looked at where it is used, since a mistake in it is no more than a wrong password. */
const secret = z.string().min(1).max(STAFF.secretCharactersMax);
const login = z.string().min(1).max(OPERATOR.textMax);
/** Six digits, or a recovery code. */
const code = z.string().min(1).max(OPERATOR.textMax);

/** The account that is logged in, and where it may do what. */
export const account = z.object({
  id: uuid,
  login: z.string(),
  name: z.string(),
  language,
  hasSecondFactor: z.boolean(),
  memberships: z.array(z.object({
    organization: organizationId,
    name: z.string(),
    role: z.enum(ROLES),
    tags: z.array(z.string()).nullable(),
  })),
});

/** Somewhere the account is logged in. */
export const session = z.object({
  id: uuid,
  createdAt: at,
  lastUsedAt: at,
  address: z.string(),
  agent: z.string(),
  /** Whether it is the one that asks. */
  isThis: z.boolean(),
});

/** What a link is for, before it is used. */
export const invited = z.object({
  kind: z.enum(INVITATION_KINDS),
  organization: organizationId,
  organizationName: z.string(),
  role: z.enum(ROLES).nullable(),
  /** Of the account whose password is reset. */
  login: maybeText,
});

/** A second factor that is not confirmed yet. */
export const secondFactor = z.object({
  secret: z.string(),
  uri: z.string().describe("otpauth://, for a QR code"),
});

/** What lets the account in where the authenticator is lost, each of them once. */
export const recoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });

const loggedIn = { 201: one(account, "Logged in: the answer sets the session's cookie") };
const done = (description: string) => ({ 204: { description } });

/** The routes by which staff comes in, and those of an account about itself. */
export const accountRoutes = {
  logIn: route("POST /session", "public", {
    summary:
      "Log in; `code` where the account has a second factor (401 with the code second-factor-wanted asks for it)",
    body: z.strictObject({ login, password: secret, code: code.optional() }),
    answers: loggedIn,
  }),
  look: route("POST /invitations/look", "public", {
    summary: "What a link is for",
    body: z.strictObject({ secret }),
    answers: { 200: one(invited, "The invitation") },
  }),
  accept: route("POST /invitations/accept", "public", {
    summary:
      "Use a link: with a new account, with the account that is logged in (only `secret`), or, of a reset, with a new password",
    body: z.strictObject({
      secret,
      login: login.optional(),
      name: text(OPERATOR.textMax).optional(),
      language: language.optional(),
      password: secret.optional(),
    }),
    answers: loggedIn,
  }),
  get: route("GET /account", "account", {
    summary: "The account that is logged in",
    answers: { 200: one(account, "The account") },
  }),
  change: route("PATCH /account", "account", {
    summary: "Change one's name or language",
    body: z.strictObject({ name: text(OPERATOR.textMax).optional(), language: language.optional() }),
    answers: { 200: one(account, "The account") },
  }),
  logOut: route("DELETE /session", "account", {
    summary: "Log out",
    answers: done("Logged out"),
  }),
  sessions: route("GET /sessions", "account", {
    summary: "Where the account is logged in",
    answers: { 200: page(session) },
  }),
  endSession: route("DELETE /sessions/{id}", "account", {
    summary: "Log out elsewhere",
    answers: done("Ended"),
  }),
  changePassword: route("POST /account/password", "account", {
    summary: "Another password; all other sessions end",
    body: z.strictObject({ current: secret, next: secret }),
    answers: done("Changed"),
  }),
  beginSecondFactor: route("POST /account/second-factor", "account", {
    summary: "A secret for an authenticator (TOTP), to be confirmed by a code of it",
    body: z.strictObject({ password: secret }),
    answers: { 201: one(secondFactor, "The secret, told once") },
  }),
  confirmSecondFactor: route("POST /account/second-factor/confirm", "account", {
    summary: "Confirm it by a code",
    body: z.strictObject({ code }),
    answers: { 200: one(recoveryCodes, "Codes for a lost device, told once") },
  }),
  removeSecondFactor: route("POST /account/second-factor/remove", "account", {
    summary: "Go without a second factor again",
    body: z.strictObject({ password: secret }),
    answers: done("Removed"),
  }),
};
