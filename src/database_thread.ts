/**
 * The thread of an isolate's SQLite database; see `db/sqlite_serving.ts`.
 *
 * @module
 */
import { serveSqlite } from "./db/sqlite_serving.ts";
import { JOBS } from "./locker/jobs.ts";

serveSqlite(JOBS);
