import type { PostgresDialect } from "kysely";
// @ts-types="@types/pg"
import pg from "pg";
import { DATABASE } from "../../lib/limits.ts";
import { TransactionSettingsDialect } from "./session.ts";
import { HealthCheckedPool } from "./health_checked_pool.ts";

/** Object identifier of `int8`, which `pg` returns as text unless it is given a parser. */
const INT8 = 20;

/**
 * A pool of connections over `npm:pg`; none is made before it is needed.
 *
 * @param options.failed is told when an idle connection breaks
 * @param options.answerMs how long a statement may take @default {DATABASE.answerMs}
 * @param options.connections the most connections @default {DATABASE.poolMax}
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
      // Times in milliseconds and row counts fit a number.
      getTypeParser: (oid: number, format?: "text" | "binary") =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format as "text"),
    },
  };
  return new TransactionSettingsDialect(
    { pool: new HealthCheckedPool(config, { answerMs, failed }) },
    answerMs,
  );
}
