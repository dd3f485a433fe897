/** What was asked for cannot be meant; the message says what is wanted. */
export class StaffMistakeError extends Error {
  override name = "StaffMistakeError";
}

/** The role, the scope or the token was changed or taken away while the request was under way. */
export class RightsChangedError extends Error {
  override name = "RightsChangedError";
}

/** A member with a scope would give more than its own scope. */
export class ScopeExceededError extends Error {
  override name = "ScopeExceededError";
}

/** The organization would be left without an owner whose scope is all cabinets. */
export class LastOwnerError extends Error {
  override name = "LastOwnerError";
}

/** The account is also staff of another organization, whose owners have a say in it. */
export class ForeignAccountError extends Error {
  override name = "ForeignAccountError";
}

/** There are as many as there may be. */
export class LimitReachedError extends Error {
  override name = "LimitReachedError";
}

/** Another organization has the id. */
export class OrganizationTakenError extends Error {
  override name = "OrganizationTakenError";
}

/** Another account has the login. */
export class LoginTakenError extends Error {
  override name = "LoginTakenError";
}

/** There is no such link, or it was used, or its time is over. */
export class UnknownInvitationError extends Error {
  override name = "UnknownInvitationError";
}

/** The account is a member of the organization already. */
export class AlreadyMemberError extends Error {
  override name = "AlreadyMemberError";
}

/** It was made before by a request of the same id; its secret was shown then and is not kept. */
export class AlreadyMadeError extends Error {
  override name = "AlreadyMadeError";
}
