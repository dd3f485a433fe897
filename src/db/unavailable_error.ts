import { isDatabaseUnavailable } from "./availability.ts";
import { UnsuitableServerError } from "./postgres/setup.ts";

/** A Postgres cannot be used. The message is for the operator who set `DATABASE_URL`, and leaves out its password. */
export class DatabaseUnavailableError extends Error {
  override name = "DatabaseUnavailableError";

  /** @param options.cause the driver's error */
  constructor(url: string, options: { cause: unknown }) {
    const host = URL.parse(url)?.host || "its address";
    super(`Cannot use DATABASE_URL: ${why(host, options.cause)}`, options);
  }
}

function why(host: string, cause: unknown): string {
  if (cause instanceof UnsuitableServerError) return `the database at ${host} ${cause.message}`;
  // Only errors from the server have a severity.
  if (cause instanceof Error && "severity" in cause) {
    return `the database at ${host} refuses (${cause.message})`;
  }
  const message = messageOf(cause);
  return isDatabaseUnavailable(cause)
    ? `no database answers at ${host} (${message})`
    : `${message}, at ${host}`;
}

/** A host name with several addresses fails with an error for each, under one that has no message. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && !error.message) return error.errors.map(messageOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}
