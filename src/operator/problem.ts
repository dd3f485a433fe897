import type { Context } from "hono";
import type { ProblemCode } from "./contract/shared/problem_codes.ts";
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

/** The statuses that tell of a problem, with their titles (RFC 9110), and the code where no other says more. */
const STATUSES = {
  400: ["Bad Request", "bad-request"],
  401: ["Unauthorized", "unauthorized"],
  403: ["Forbidden", "forbidden"],
  404: ["Not Found", "not-found"],
  409: ["Conflict", "conflict"],
  412: ["Precondition Failed", "changed"],
  413: ["Content Too Large", "too-long"],
  415: ["Unsupported Media Type", "media-type"],
  422: ["Unprocessable Content", "invalid"],
  426: ["Upgrade Required", "websocket-wanted"],
  429: ["Too Many Requests", "too-many"],
  500: ["Internal Server Error", "failed"],
  503: ["Service Unavailable", "unavailable"],
} as const satisfies Readonly<Record<number, readonly [title: string, code: ProblemCode]>>;

type ProblemStatus = keyof typeof STATUSES;

/** When it is tried again what was too much, or could not be done for now, where nothing else is known. */
const RETRY_AFTER_SECONDS: Readonly<Partial<Record<ProblemStatus, number>>> = { 429: 1, 503: 2 };

/** A request that cannot be granted; becomes an answer of problem details (RFC 9457). */
export class Problem extends Error {
  override name = "Problem";
  readonly status: ProblemStatus;
  readonly title: string;
  readonly code: ProblemCode;
  /** When it may be tried again; `undefined`: that would change nothing. */
  readonly retryAfterSeconds: number | undefined;
  readonly members: Readonly<Record<string, unknown>>;

  /**
   * @param detail what is wrong with this very request, for the person who reads it
   * @param options.title what kind of problem it is, where the status alone does not say it
   * @param options.code which problem it is, for a program; by default what the status says
   * @param options.retryAfterSeconds when it may be tried again; each 429 and 503 says that
   * @param options.members what a program needs to know beside that
   */
  constructor(
    status: ProblemStatus,
    detail: string,
    options: {
      title?: string;
      code?: ProblemCode;
      retryAfterSeconds?: number;
      members?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(detail);
    this.status = status;
    const [title, code] = STATUSES[status];
    this.title = options.title ?? title;
    this.code = options.code ?? code;
    this.retryAfterSeconds = options.retryAfterSeconds ?? RETRY_AFTER_SECONDS[status];
    this.members = options.members ?? {};
  }
}

/** The answer that tells of a problem. */
export function problemResponse(c: Context, problem: Problem): Response {
  const { status, title, message: detail, code, members, retryAfterSeconds } = problem;
  if (retryAfterSeconds !== undefined) c.header("retry-after", String(retryAfterSeconds));
  const body = { type: "about:blank", title, status, detail, code, ...members };
  return c.body(JSON.stringify(body), status, { "content-type": "application/problem+json" });
}

/** The problem that too much was tried, with when a try is looked at again. */
export function tooManyTries(retryAfterMs: number): Problem {
  const retryAfterSeconds = Math.ceil(retryAfterMs / 1000);
  const detail = `Too many tries: try again in ${retryAfterSeconds} s`;
  return new Problem(429, detail, { code: "too-many-tries", retryAfterSeconds });
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

/** What errors mean: kind, status, and the code for programs, where the status says too little. */
const KNOWN = [
  [BodyTooLongError, 413],
  [UnknownCellError, 404],
  [HeldError, 409, "held"],
  [RegistrationTakenError, 409, "taken"],
  [IdTakenError, 409, "taken"],
  [SecretMissingError, 422, "secret-wanted"],
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
    return new Problem(422, "This Idempotency-Key belongs to another request", { code: "key-used" });
  }
  const [, status, code] = KNOWN.find(([kind]) => error instanceof kind) ?? [];
  return status && new Problem(status, error.message, code === undefined ? {} : { code });
}
