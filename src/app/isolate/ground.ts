import type { Logger } from "@logtape/logtape";
import { type Database, openDatabase } from "../../db/mod.ts";
import type { IsolateOptions } from "./options.ts";
import { DATABASE } from "../../lib/limits.ts";
import { failureLog } from "../../observability/report_log.ts";
import { InstrumentedRouter } from "../../observability/instrumented_router.ts";
import { InstrumentedWriter } from "../../observability/instrumented_writer.ts";
import { countFailure } from "../../observability/report_metrics.ts";
import { Metrics } from "../../metrics/mod.ts";
import { openRouting, type Routing } from "./router.ts";
import { SharedLock } from "../../lib/concurrency/shared_lock.ts";

/** Milliseconds that only go forward. */
export const now = (): number => performance.now();
/** Milliseconds since 1970. */
export const wallClock = (): number => Date.now();

/** What all parts of an isolate stand on. */
export interface Ground {
  readonly options: IsolateOptions;
  readonly log: Logger;
  readonly failed: (error: unknown) => void;
  readonly metrics: Metrics;
  readonly db: Database;
  readonly writer: InstrumentedWriter;
  readonly routing: Routing;
}

/**
 * Opens the database, which is up to date, and the way to the other isolates.
 *
 * @throws {Error} if the database cannot be used
 */
export async function openGround(
  options: IsolateOptions,
  { log, stack }: { log: Logger; stack: AsyncDisposableStack },
): Promise<Ground> {
  const metrics = new Metrics(options.memory.metrics, options.index);
  const tell = failureLog(log, now);
  const failed = (error: unknown) => {
    countFailure(metrics, error);
    tell(error);
  };
  const opened = stack.use(await openIsolatesDatabase(options, failed));
  const writer = new InstrumentedWriter(opened.writer, { metrics, now });
  const routing = stack.use(await openRouting({ ...options, failed, now, wallClock }));
  const router = new InstrumentedRouter(routing.router, { metrics, wayTo: routing.wayTo });
  return {
    options,
    log,
    failed,
    metrics,
    db: { ...opened, writer },
    writer,
    routing: { ...routing, router },
  };
}

/** The lock with which isolates that share an SQLite file take turns at writing it. */
async function openIsolatesDatabase(
  { dataFolder: folder, databaseUrl: url, isolates, index, memory }: IsolateOptions,
  failed: (error: unknown) => void,
): Promise<Database> {
  const lock = isolates > 1 && url === undefined ? new SharedLock(memory.writing, index) : undefined;
  const exclusive = lock && (<T>(work: () => Promise<T>) => lock.run(work));
  return await openDatabase({ folder, url }, {
    failed,
    migrated: true,
    exclusive,
    connections: databaseConnections(isolates),
    thread: new URL("../database_thread.ts", import.meta.url),
  });
}

/** Connections to Postgres that each isolate may have. */
export function databaseConnections(isolates: number): number {
  return Math.max(DATABASE.poolMin, Math.floor(DATABASE.poolMax / isolates));
}
