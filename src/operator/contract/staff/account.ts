import { z } from "zod";
import { INVITATION_KINDS, ROLES } from "../../../cabinet/roles.ts";
import { text } from "../../../cabinet/words.ts";
import { OPERATOR, STAFF } from "../../../lib/limits.ts";
import { one, page, route } from "../../route.ts";
import { at, maybeText, uuid } from "../shared/fields.ts";
import { language, organizationId } from "./organizations.ts";

/** As typed: looked at where it is used, since a mistake in it is no more than a wrong password. */
const secret = z.string().min(1).max(STAFF.secretCharactersMax);
const password = secret.describe("The present password");
const linkSecret = secret.describe("What stands behind # in the link");
const name = text(OPERATOR.textMax).describe("The name that others see");
const ownLanguage = language.describe("The language of the console");
const login = z.string().min(1).max(OPERATOR.textMax).describe("What the account logs in with");
/** Six digits, or a recovery code. */
const code = z.string().min(1).max(OPERATOR.textMax).describe(
  "Six digits of the authenticator, or a recovery code",
);

/** The account that is logged in, and where it may do what. */
export const account = z.object({
  id: uuid.describe("Its id"),
  login: z.string().describe("What it logs in with"),
  name: z.string().describe("The name"),
  language: language.describe("The language of the console"),
  hasSecondFactor: z.boolean().describe("Whether it logs in with a second factor"),
  memberships: z.array(z.object({
    organization: organizationId.describe("The organization's id"),
    name: z.string().describe("The organization's name"),
    role: z.enum(ROLES).describe("What it may do there"),
    tags: z.array(z.string()).nullable().describe(
      "Only cabinets with one of these tags; null: all cabinets of the organization",
    ),
  })).describe("Where it may do what"),
});

/** Somewhere the account is logged in. */
export const session = z.object({
  id: uuid.describe("Its id"),
  createdAt: at.describe("When it began, RFC 3339 in UTC"),
  lastUsedAt: at.describe("When it was last used, RFC 3339 in UTC"),
  address: z.string().describe("The IP address that it was begun from"),
  agent: z.string().describe("What the browser calls itself"),
  isThis: z.boolean().describe("Whether it is the one that asks"),
});

/** What a link is for, before it is used. */
export const invited = z.object({
  kind: z.enum(INVITATION_KINDS).describe("join: makes a member; reset: sets a new password"),
  organization: organizationId.describe("The organization's id"),
  organizationName: z.string().describe("Its name"),
  role: z.enum(ROLES).nullable().describe("The role that the member gets; null: the link resets a password"),
  login: maybeText.describe("Of the account whose password is reset; null: the link makes a member"),
});

/** A second factor that is not confirmed yet. */
export const secondFactor = z.object({
  secret: z.string().describe("What an authenticator is given, in Base32"),
  uri: z.string().describe("otpauth://, for a QR code"),
});

/** What lets the account in where the authenticator is lost, each of them once. */
export const recoveryCodes = z.object({
  recoveryCodes: z.array(z.string()).describe("Each stands in for the authenticator once"),
});

const loggedIn = { 201: one(account, "Logged in: the answer sets the session's cookie") };
const done = (description: string) => ({ 204: { description } });

const TOO_MANY = "Too many tries were wrong (too-many-tries)";

/** The routes by which staff comes in, and those of an account about itself. */
export const accountRoutes = {
  logIn: route("POST /session", "public", {
    summary:
      "Log in; `code` where the account has a second factor (401 with the code second-factor-wanted asks for it)",
    body: z.strictObject({ login, password, code: code.optional() }),
    answers: loggedIn,
    problems: {
      401: "Login or password is wrong, or a code of the second factor is wanted",
      403: "The request comes from the page of another site (foreign-origin)",
      429: TOO_MANY,
    },
  }),
  look: route("POST /invitations/look", "public", {
    summary: "What a link is for",
    body: z.strictObject({ secret: linkSecret }),
    answers: { 200: one(invited, "The invitation") },
    problems: { 404: "The link does not work (any more)", 429: TOO_MANY },
  }),
  accept: route("POST /invitations/accept", "public", {
    summary:
      "Use a link: with a new account, with the account that is logged in (only `secret`), or, of a reset, with a new password",
    body: z.strictObject({
      secret: linkSecret,
      login: login.optional(),
      name: name.optional(),
      language: ownLanguage.optional(),
      password: secret.optional().describe("The password of the new account, or the new one"),
    }),
    answers: loggedIn,
    problems: {
      401: "Only the link is given, and nobody is logged in",
      403: "The request comes from the page of another site (foreign-origin)",
      404: "The link does not work (any more)",
      409:
        "The login is taken (taken), the account is a member (member), or there are as many as may be (limit)",
      429: TOO_MANY,
    },
  }),
  get: route("GET /account", "account", {
    summary: "The account that is logged in",
    answers: { 200: one(account, "The account") },
  }),
  change: route("PATCH /account", "account", {
    summary: "Change one's name or language",
    body: z.strictObject({ name: name.optional(), language: ownLanguage.optional() }),
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
    body: z.strictObject({ current: password, next: secret.describe("The new password") }),
    answers: done("Changed"),
    problems: { 429: TOO_MANY },
  }),
  beginSecondFactor: route("POST /account/second-factor", "account", {
    summary: "A secret for an authenticator (TOTP), to be confirmed by a code of it",
    body: z.strictObject({ password }),
    answers: { 201: one(secondFactor, "The secret, told once") },
    problems: { 429: TOO_MANY },
  }),
  confirmSecondFactor: route("POST /account/second-factor/confirm", "account", {
    summary: "Confirm it by a code",
    body: z.strictObject({ code }),
    answers: { 200: one(recoveryCodes, "Codes for a lost device, told once") },
  }),
  removeSecondFactor: route("POST /account/second-factor/remove", "account", {
    summary: "Go without a second factor again",
    body: z.strictObject({ password }),
    answers: done("Removed"),
    problems: { 429: TOO_MANY },
  }),
};
