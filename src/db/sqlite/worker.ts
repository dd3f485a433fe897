/**
 * The thread of a database whose owner has no book-keeping for it.
 *
 * @module
 */
import { serveSqlite } from "./serving.ts";

serveSqlite([]);
