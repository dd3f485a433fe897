// The thread of an isolate's SQLite database; `db/sqlite/thread_server.ts` says what it does.
import { serveSqlite } from "../db/sqlite/thread_server.ts";
import { JOBS } from "../locker/jobs.ts";

serveSqlite(JOBS);
