/**
 * The thread of an isolate's SQLite database; see `db/sqlite/serving.ts`.
 *
 * @module
 */
import { serveSqlite } from "../db/sqlite/serving.ts";
import { JOBS } from "../locker/jobs.ts";

serveSqlite(JOBS);
