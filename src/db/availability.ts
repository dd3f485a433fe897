import { QueueFullError } from "./group_commit.ts";
import { ThreadEndedError } from "./sqlite/thread.ts";

/**
 * SQLSTATEs of a Postgres that cannot serve now, whatever the statement: lost or refused connections (08, 28, 3D000), a
 * server that is out of resources (53), stopping or starting (57P), too slow (57014), a standby since a failover (25006),
 * a transaction that lost against others at each try (40), or one that the server ended while the program stood still
 * (25P03, 25P04).
 */
const SQL_STATES = /^(08|28|3D000|53|57P0|57014|25006|25P0[34]|40)/;

/** Node's codes for network errors; they are the same for a database, a broker and any other peer. */
const NETWORK_CODES = [
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "ETIMEDOUT",
  "EPIPE",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
];

/** Messages of `pg`, its pool and Kysely, without a code, when a connection is gone or none can be had. */
const MESSAGES = [
  /^Connection terminated/,
  /^timeout (expired|exceeded when trying to connect)/,
  /^Query read timeout/,
  /^Client (has encountered a connection error|was closed) and is not queryable/,
  /^Cannot use a pool after calling end on the pool/,
  /^driver has already been destroyed/,
];

/** SQLite's messages when another connection has the lock. Deno passes on no code of SQLite's errors, only the text. */
const SQLITE_LOCKED = /^(database (table |schema )?is locked|locking protocol)/;

/** SQLite's messages for a file that is full, out of reach, closed or cannot be written (as after a remount). */
const SQLITE_UNAVAILABLE =
  /^(database is not open|disk I\/O error|database or disk is full|unable to open database|attempt to write a readonly database)/;

/** How many causes of an error are looked at; no library here nests them deeper. */
const CAUSES_MAX = 4;

/** The errors that came from a connection to a database. */
const connectionErrors = new WeakSet<Error>();

/** Notes that the error came from a connection to a database, since its code does not say so. @returns the error */
export function markConnectionError<Thrown>(error: Thrown): Thrown {
  if (error instanceof Error) connectionErrors.add(error);
  // A host name with several addresses fails with an error for each.
  if (error instanceof AggregateError) error.errors.forEach(markConnectionError);
  return error;
}

/** Whether the error says that the database is unavailable now, so that the same statement may succeed later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  let at = error;
  for (let depth = 0; at instanceof Error && depth < CAUSES_MAX; depth++, at = at.cause) {
    if (isUnavailability(at)) return true;
  }
  return false;
}

/** The same for the error alone, whatever caused it. */
function isUnavailability(error: Error): boolean {
  const code = "code" in error ? String(error.code) : "";
  if (isSqliteError(error)) {
    return SQLITE_LOCKED.test(error.message) || SQLITE_UNAVAILABLE.test(error.message);
  }
  if (NETWORK_CODES.includes(code)) return connectionErrors.has(error);
  if (error instanceof AggregateError && error.errors.some(isDatabaseUnavailable)) return true;
  // Only errors from the server have a severity: other codes may look like an SQLSTATE.
  if ("severity" in error && SQL_STATES.test(code)) return true;
  if (error instanceof QueueFullError || error instanceof ThreadEndedError) return true;
  return MESSAGES.some((message) => message.test(error.message));
}

/** Whether SQLite did nothing because another process or thread has the lock. */
export function isLocked(error: unknown): boolean {
  return error instanceof Error && isSqliteError(error) && SQLITE_LOCKED.test(error.message);
}

function isSqliteError(error: Error): boolean {
  return "code" in error && ["ERR_SQLITE_ERROR", "ERR_INVALID_STATE"].includes(String(error.code));
}
