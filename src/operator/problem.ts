import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** A request that cannot be granted; becomes an answer of problem details (RFC 9457). */
export class Problem extends Error {
  override name = "Problem";
  readonly status: ContentfulStatusCode;
  readonly title: string;

  /** @param detail what is wrong with this very request, for the person who reads it */
  constructor(status: ContentfulStatusCode, title: string, detail?: string) {
    super(detail ?? title);
    this.status = status;
    this.title = title;
  }
}

/** The answer that tells of a problem. */
export function problemResponse(c: Context, problem: Problem): Response {
  const { status, title, message } = problem;
  const body = { type: "about:blank", title, status, detail: message };
  return c.body(JSON.stringify(body), status, { "content-type": "application/problem+json" });
}
