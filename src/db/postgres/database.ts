/**
 * Postgres through Kysely's own dialect over `npm:pg`: the database of a fleet.
 *
 * @module
 */
import type { PostgresDialect } from "kysely";
// @ts-types="@types/pg"
import pg from "pg";
import { DATABASE } from "../../lib/limits.ts";
import { OwnTermsDialect } from "./session.ts";
import { HealthCheckedPool } from "./health_checked_pool.ts";

/** Object identifier of `int8`, which `pg` hands over as text unless told otherwise. */
const INT8 = 20;

/**
 * Opens a pool of connections; none is made before it is needed.
 *
 * @param options.failed is told when a connection breaks that nobody was using
 * @param options.answerMs how long a statement may take @default {DATABASE.answerMs}
 * @param options.connections how many there may be @default {DATABASE.poolMax}
 */
export function postgresDialect(
  url: string,
  options: { failed: (error: unknown) => void; answerMs?: number; connections?: number | undefined },
): PostgresDialect {
  const { failed, answerMs = DATABASE.answerMs, connections = DATABASE.poolMax } = options;
  const config: pg.PoolConfig = {
    connectionString: url,
    application_name: "kaigui",
    max: connections,
    connectionTimeoutMillis: DATABASE.connectMs,
    query_timeout: answerMs,
    keepAlive: true,
    types: {
      // Times in milliseconds and counts of rows fit a number.
      getTypeParser: (oid: number, format?: "text" | "binary") =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format as "text"),
    },
  };
  return new OwnTermsDialect({ pool: new HealthCheckedPool(config, { answerMs, failed }) }, answerMs);
}
