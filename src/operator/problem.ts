import type { Context } from "hono";
import { BodyTooLongError } from "../http/bounded_body.ts";
import { isDatabaseUnavailable } from "../db/mod.ts";
import {
  ConflictError,
  HeldError,
  RegistrationTakenError,
  SecretMissingError,
  TooManyTapsError,
  UnavailableError,
  UnknownCellError,
} from "../locker/mod.ts";

/** The statuses that tell of a problem, with their titles (RFC 9110). */
const TITLES = {
  400: "Bad Request",
  401: "Unauthorized",
  404: "Not Found",
  409: "Conflict",
  413: "Content Too Large",
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
   * @param options.members what a program needs to know beside that
   */
  constructor(
    status: keyof typeof TITLES,
    detail: string,
    options: { title?: string; members?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(detail);
    this.status = status;
    this.title = options.title ?? TITLES[status];
    this.members = options.members ?? {};
  }
}

/** The answer that tells of a problem. */
export function problemResponse(c: Context, problem: Problem): Response {
  const { status, title, message, members } = problem;
  const body = { type: "about:blank", title, status, detail: message, ...members };
  return c.body(JSON.stringify(body), status, { "content-type": "application/problem+json" });
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

function knownProblem(error: Error): Problem | undefined {
  const { message } = error;
  if (error instanceof Problem) return error;
  if (error instanceof BodyTooLongError) return new Problem(413, message);
  if (error instanceof UnknownCellError) return new Problem(404, message);
  if (error instanceof RegistrationTakenError || error instanceof HeldError) return new Problem(409, message);
  if (error instanceof SecretMissingError) return new Problem(422, message);
  if (error instanceof ConflictError) {
    return new Problem(422, "This Idempotency-Key belongs to another request");
  }
  if (error instanceof TooManyTapsError) return new Problem(429, message);
  if (error instanceof UnavailableError) return new Problem(503, message);
  return undefined;
}
