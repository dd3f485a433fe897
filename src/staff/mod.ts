/**
 * Staff: how its members come in, and what they belong to.
 *
 * @module
 */
export { Accounts, type AccountsOptions, type NewAccount } from "./accounts/accounts.ts";
export { GuessAlarm, type GuessAlarmOptions } from "./accounts/guess_alarm.ts";
export { LogIn, type LogInOptions, type LogInRequest, type LogInResult } from "./accounts/log_in.ts";
export { LinkGuard, type LinkGuardOptions, type LinkRefusal } from "./accounts/link_guard.ts";
export { LoginGuard, type LoginGuardOptions, type LoginRefusal } from "./accounts/login_guard.ts";
export { InvalidLoginError, loginFrom } from "./accounts/logins.ts";
export {
  checkedPassword,
  HasherBusyError,
  InvalidPasswordError,
  PasswordHasher,
} from "./accounts/passwords.ts";
export { type NewStaffSession, StaffSessions } from "./accounts/sessions.ts";
export type { AcceptanceAnswer, AccountWrites } from "./acceptance.ts";
export { type Caller, Callers } from "./caller.ts";
export * from "./errors.ts";
export { type InvitationRow, Invitations, type InvitationView, type Invited } from "./invitations.ts";
export { type MemberRow, Members, type Rights } from "./members.ts";
export {
  type Language,
  LANGUAGES,
  type NewOrganization,
  type Organization,
  ORGANIZATION_ID,
  type OrganizationChanges,
  Organizations,
} from "./organizations.ts";
export { HeldRights } from "./held_rights.ts";
export { ROOT, type Scope, scopeColumn } from "./scope.ts";
export { type Beginner, stillMay } from "./standing.ts";
export { parsedToken } from "./token_text.ts";
export { type NewToken, type StaffTokenRow, StaffTokens } from "./tokens.ts";
