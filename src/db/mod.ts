/**
 * The database: opening it, its tables, and how it is written.
 *
 * @module
 */
export { isDatabaseUnavailable } from "./availability.ts";
export type * from "./database.ts";
export { GroupCommit, QueueFullError, type RunExclusive } from "./group_commit.ts";
export { migrate, migratedAt } from "./upgrade/migrate.ts";
export { dialectOf, migrateDatabase, openDatabase, type OpenOptions } from "./open.ts";
export type { CommandWrite, JournalRow, WriteEffect } from "./journal/command_writes.ts";
export type * from "./schema.ts";
export { DatabaseUnavailableError } from "./unavailable_error.ts";
export { writeCheck } from "./queries/fleet/one_time.ts";
