import { QueueFullError } from "./group_commit.ts";
import { ThreadEndedError } from "./sqlite/thread_messages.ts";

/**
 * SQLSTATEs of a Postgres that cannot serve us now, however right the question was: lost or refused connections
 * (08, 28, 3D000), a server that is full (53), stopping or starting (57P), too slow (57014), only a copy since a
 * failover (25006), or a transaction that lost against others until it gave up (40).
 */
const SQL_STATES = /^(08|28|3D000|53|57P0|57014|25006|40)/;

/** What the network says, in Node's words; the same of a database, a broker or any other peer. */
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

/** What `pg`, its pool and Kysely say without a code when a connection is gone or none is to be had. */
const MESSAGES = [
  /^Connection terminated/,
  /^timeout (expired|exceeded when trying to connect)/,
  /^Query read timeout/,
  /^Client (has encountered a connection error|was closed) and is not queryable/,
  /^Cannot use a pool after calling end on the pool/,
  /^driver has already been destroyed/,
];

/** What SQLite says where another has the lock. Deno hands over no number for errors of SQLite, only their text. */
const SQLITE_LOCKED = /^(database (table |schema )?is locked|locking protocol)/;

/** What it says of a file that is full, out of reach, closed or cannot be written (as after a remount). */
const SQLITE_AWAY =
  /^(database is not open|disk I\/O error|database or disk is full|unable to open database|attempt to write a readonly database)/;

/** Errors that wrap errors; nobody wraps deeper. */
const CAUSES_MAX = 4;

/** The errors of connections to a database. */
const connectionErrors = new WeakSet<Error>();

/** Notes that an error comes from a connection to a database, where it arises: its code does not say so. */
export function ofConnection<Thrown>(error: Thrown): Thrown {
  if (error instanceof Error) connectionErrors.add(error);
  // A name with several addresses fails with an error for each.
  if (error instanceof AggregateError) error.errors.forEach(ofConnection);
  return error;
}

/**
 * Whether the error says that the database cannot be asked now, so that the same may well succeed later; and not
 * that the question was wrong.
 */
export function isAway(error: unknown): boolean {
  let at = error;
  for (let depth = 0; at instanceof Error && depth < CAUSES_MAX; depth++, at = at.cause) {
    if (saysAway(at)) return true;
  }
  return false;
}

function saysAway(error: Error): boolean {
  const code = "code" in error ? String(error.code) : "";
  if (isOfSqlite(error)) return SQLITE_LOCKED.test(error.message) || SQLITE_AWAY.test(error.message);
  if (NETWORK_CODES.includes(code)) return connectionErrors.has(error);
  if (error instanceof AggregateError && error.errors.some(isAway)) return true;
  // Only a server's own answer has a severity: codes of others may look like an SQLSTATE.
  if ("severity" in error && SQL_STATES.test(code)) return true;
  if (error instanceof QueueFullError || error instanceof ThreadEndedError) return true;
  return MESSAGES.some((message) => message.test(error.message));
}

/** Whether SQLite did nothing since another process or thread has the lock. */
export function isLocked(error: unknown): boolean {
  return error instanceof Error && isOfSqlite(error) && SQLITE_LOCKED.test(error.message);
}

function isOfSqlite(error: Error): boolean {
  return "code" in error && ["ERR_SQLITE_ERROR", "ERR_INVALID_STATE"].includes(String(error.code));
}
