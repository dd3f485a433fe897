import type { Context } from "hono";
import { BodyTooLongError } from "../http/bounded_body.ts";
import { isDatabaseUnavailable } from "../db/mod.ts";
import {
  ConflictError,
  HeldError,
  IdTakenError,
  RegistrationTakenError,
  SecretMissingError,
  TooManyJobsError,
  TooManyTapsError,
  UnavailableError,
  UnknownCellError,
} from "../locker/mod.ts";
import {
  AlreadyMadeError,
  AlreadyMemberError,
  ForeignAccountError,
  HasherBusyError,
  InvalidLoginError,
  InvalidPasswordError,
  LastOwnerError,
  LimitReachedError,
  LoginTakenError,
  OrganizationTakenError,
  RightsChangedError,
  ScopeExceededError,
  StaffMistakeError,
  UnknownInvitationError,
} from "../staff/mod.ts";

/** The statuses that tell of a problem, with their titles (RFC 9110). */
const TITLES = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  426: "Upgrade Required",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;

/** A request that cannot be granted; becomes an answer of problem details (RFC 9457). */
export class Problem extends Error {
  override name = "Problem";
  readonly status: keyof typeof TITLES;
  readonly title: string;
  readonly members: Readonly<Record<string, unknown>>;

  /**
   * @param detail what is wrong with this very request, for the person who reads it
   * @param options.title what kind of problem it is, where the status alone does not say it
   * @param options.code which problem it is, for a program
   * @param options.members what a program needs to know beside that
   */
  constructor(
    status: keyof typeof TITLES,
    detail: string,
    options: { title?: string; code?: string; members?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(detail);
    this.status = status;
    this.title = options.title ?? TITLES[status];
    this.members = { ...options.code !== undefined && { code: options.code }, ...options.members };
  }
}

/** The answer that tells of a problem. */
export function problemResponse(c: Context, problem: Problem): Response {
  const { status, title, message, members } = problem;
  const body = { type: "about:blank", title, status, detail: message, ...members };
  return c.body(JSON.stringify(body), status, { "content-type": "application/problem+json" });
}

/** The problem that too much was tried, with the header that says when a try is looked at again. */
export function tooManyTries(c: Context, retryAfterMs: number): Problem {
  const seconds = Math.ceil(retryAfterMs / 1000);
  c.header("retry-after", String(seconds));
  return new Problem(429, `Too many tries: try again in ${seconds} s`, { code: "too-many-tries" });
}

/** What an error means to the operator; what is none of the caller's doing is told to `failed` too. */
export function problemOf(error: Error, failed: (error: unknown) => void): Problem {
  const problem = knownProblem(error);
  if (problem) return problem;
  failed(error);
  return isDatabaseUnavailable(error)
    ? new Problem(503, "The database does not answer; try again")
    : new Problem(500, "Something went wrong here");
}

/** What errors mean: kind, status, and the code for programs, where one helps them. */
const KNOWN = [
  [BodyTooLongError, 413],
  [UnknownCellError, 404],
  [HeldError, 409],
  [RegistrationTakenError, 409, "taken"],
  [IdTakenError, 409, "taken"],
  [SecretMissingError, 422],
  [TooManyTapsError, 429],
  [TooManyJobsError, 409, "limit"],
  [UnavailableError, 503],
  [StaffMistakeError, 422],
  [InvalidLoginError, 422, "invalid-login"],
  [InvalidPasswordError, 422, "invalid-password"],
  [RightsChangedError, 403, "forbidden"],
  [ScopeExceededError, 403, "forbidden"],
  [UnknownInvitationError, 404, "unknown-link"],
  [ForeignAccountError, 409, "foreign-account"],
  [LastOwnerError, 409, "last-owner"],
  [LimitReachedError, 409, "limit"],
  [OrganizationTakenError, 409, "taken"],
  [LoginTakenError, 409, "taken"],
  [AlreadyMemberError, 409, "member"],
  [AlreadyMadeError, 409, "made-before"],
  [HasherBusyError, 503],
] as const;

function knownProblem(error: Error): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof ConflictError) {
    return new Problem(422, "This Idempotency-Key belongs to another request");
  }
  const [, status, code] = KNOWN.find(([kind]) => error instanceof kind) ?? [];
  return status && new Problem(status, error.message, code === undefined ? {} : { code });
}
