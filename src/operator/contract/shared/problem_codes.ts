/**
 * What problems are called for programs. A code stays what it is; newer versions may have more of them.
 *
 * @module
 */

/** Which problems there are, a sentence each. */
export const PROBLEM_CODES = {
  "bad-request":
    "The request is not whole: the body is not JSON, or two things were said that rule each other out",
  "organization-wanted": "The account belongs to several organizations, and the call names none",
  "unauthorized": "It is not known who calls: there is no token and no session, or it is not valid any more",
  "second-factor-wanted":
    "A code of the second factor is wanted, or the role needs a second factor to be set up",
  "wrong-code": "The code of the second factor is wrong, or was used before",
  "wrong-password": "Login or password is wrong",
  "forbidden": "The caller is known, and may not do that",
  "foreign-origin": "The request comes from the page of another site, or does not say from where",
  "no-organization": "The account belongs to no organization",
  "not-found": "There is no such thing, or it is not within the caller's reach",
  "unknown-link": "The link is not whole, was used, was taken back, or is too old",
  "conflict": "It does not go with how things are now",
  "confirmation-needed": "Look at what would be done, then send it again with `confirm`",
  "taken": "The id, the registration or the login belongs to another one",
  "held": "A person has something in a cell that this would take away",
  "limit": "There are as many as there may be",
  "last-owner": "An organization keeps one owner at least",
  "foreign-account": "The account belongs to other organizations, too",
  "member": "The account is a member already",
  "made-before": "The Idempotency-Key was used for the same before, and what it made is shown only once",
  "busy": "The same is being done already, or too much of it: try again",
  "offline": "The cabinet is offline",
  "extend-over": "The rental has ended, or is being given back",
  "extend-endless": "The rental never has to be over",
  "extend-past": "The wanted time is past",
  "extend-shorter": "The rental lasts longer than that already",
  "extend-far": "The wanted time is too far ahead",
  "changed": "What the request is about was changed meanwhile: look at it again",
  "too-long": "The body is longer than it may be",
  "media-type": "The body is of a type that is not taken here",
  "invalid": "A value is not what is wanted: the detail says which, and what is wanted",
  "key-used": "The Idempotency-Key belongs to another request",
  "secret-wanted": "A smart controller needs a secret, and has none",
  "invalid-login": "What was given as login cannot be one",
  "invalid-password": "What was given as password is too short or too long",
  "registration-wanted": "A device is found only by its whole registration here",
  "websocket-wanted": "The route is a WebSocket",
  "too-many": "Too much of this at once: try again after Retry-After",
  "too-many-tries": "Too many tries: the next one is looked at after Retry-After",
  "too-many-feeds": "Too many feeds are open: try again after Retry-After",
  "failed": "Something went wrong in the service",
  "unavailable": "The service cannot do it at the moment: try again after Retry-After",
} as const;

/** Which problem it is. */
export type ProblemCode = keyof typeof PROBLEM_CODES;

/** All codes. */
export const CODES = Object.keys(PROBLEM_CODES) as [ProblemCode, ...ProblemCode[]];
