/**
 * The thread of an isolate's SQLite database; see `db/sqlite/serving.ts`.
 *
 * @module
 */
import { serveSqlite } from "../db/sqlite/thread_server.ts";
import { JOBS } from "../locker/jobs.ts";

serveSqlite(JOBS);
