/**
 * The worker for a database whose owner has no jobs for it.
 *
 * @module
 */
import { serveSqlite } from "./thread_server.ts";

serveSqlite([]);
