import { isAway } from "./away.ts";
import { UnfitError } from "./postgres/setup.ts";

/** Thrown where a Postgres cannot be used, in words for whoever set `DATABASE_URL`, without its password. */
export class DatabaseUnavailableError extends Error {
  override name = "DatabaseUnavailableError";

  /** @param options.cause what the driver said */
  constructor(url: string, options: { cause: unknown }) {
    const host = URL.parse(url)?.host || "its address";
    super(`Cannot use DATABASE_URL: ${why(host, options.cause)}`, options);
  }
}

function why(host: string, cause: unknown): string {
  if (cause instanceof UnfitError) return `the database at ${host} ${cause.message}`;
  // Only a server's own answer has a severity.
  if (cause instanceof Error && "severity" in cause) {
    return `the database at ${host} refuses (${cause.message})`;
  }
  const said = saidBy(cause);
  return isAway(cause) ? `no database answers at ${host} (${said})` : `${said}, at ${host}`;
}

/** A name with several addresses fails with an error for each, and no words of its own. */
function saidBy(error: unknown): string {
  if (error instanceof AggregateError && !error.message) return error.errors.map(saidBy).join(", ");
  return error instanceof Error ? error.message : String(error);
}
