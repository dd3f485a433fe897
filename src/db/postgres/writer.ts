import type { Kysely } from "kysely";
import { retry } from "../../lib/concurrency/retry.ts";
import { DATABASE } from "../../lib/limits.ts";
import { Semaphore } from "../../lib/concurrency/semaphore.ts";
import { CommandWriter, idOf } from "../journal/commands.ts";
import type { CommandWrite, WriteEffect } from "../journal/command_writes.ts";
import { GroupCommit, QueueFullError } from "../group_commit.ts";
import type { Schema } from "../schema.ts";
import { inTransaction } from "../transaction.ts";
import type { Job, Work, Writer } from "../database.ts";

/**
 * SQLSTATEs of a transaction that lost against another one and may be tried again: serialization failure, deadlock, and a
 * duplicate key that was not there when the work looked for it: the next try sees the other transaction's row.
 */
const RETRYABLE = ["40001", "40P01", "23505"];

/**
 * Writes to Postgres, which has many writers: pieces of work run concurrently, each in its own transaction, and the
 * journal's writes go in lanes, one batch at a time in each. All writes of one command go in the same lane.
 */
export class PostgresWriter implements Writer {
  readonly #db: Kysely<Schema>;
  readonly #lanes: readonly GroupCommit<CommandWrite, WriteEffect>[];
  readonly #semaphore: Semaphore;
  readonly #running = new Set<Promise<unknown>>();

  /**
   * @param options.schedule when a batch starts; see {@linkcode GroupCommit}
   * @param options.connections the size of the pool, part of which is left for reading
   */
  constructor(db: Kysely<Schema>, options: { schedule: (run: () => void) => void; connections: number }) {
    this.#db = db;
    const part = options.connections / DATABASE.poolMax;
    this.#semaphore = new Semaphore(Math.ceil(DATABASE.transactionsMax * part));
    const lanes = Math.ceil(DATABASE.lanes * part);
    const commands = new CommandWriter(db);
    const write = (writes: readonly CommandWrite[]) =>
      this.#transaction((trx) => commands.write(trx, writes));
    this.#lanes = Array.from({ length: lanes }, () =>
      new GroupCommit(write, {
        batchMax: DATABASE.batchMax,
        queueMax: DATABASE.queueMax / lanes,
        schedule: options.schedule,
      }));
  }

  async transaction<T>(work: Work<T>): Promise<T> {
    if (this.#running.size >= DATABASE.queueMax) {
      throw new QueueFullError(`Cannot write: ${DATABASE.queueMax} transactions wait already`);
    }
    const running = this.#semaphore.run(() => this.#transaction(work));
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  command(write: CommandWrite): Promise<WriteEffect> {
    const lane = this.#lanes[laneOf(idOf(write), this.#lanes.length)] as GroupCommit<
      CommandWrite,
      WriteEffect
    >;
    return lane.add(write);
  }

  run<In, Out>(job: Job<In, Out>, data: In): Promise<Out> {
    return this.transaction((trx) => job.work(trx, data));
  }

  async idle(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.idle()));
    await Promise.allSettled(this.#running);
  }

  [Symbol.dispose](): void {
    // The owner of the pool closes it.
  }

  async #transaction<T>(work: Work<T>): Promise<T> {
    return await retry(() => inTransaction(this.#db, work), {
      mayRetry: (error, tries) => tries < DATABASE.transactionTries && isRetryable(error),
    });
  }
}

function isRetryable(error: unknown): boolean {
  return error instanceof Error && "code" in error && RETRYABLE.includes(String(error.code));
}

/** Ids are UUIDs, whose last digits are random in every version that is used here. */
function laneOf(id: string, lanes: number): number {
  return (parseInt(id.slice(-4), 16) || 0) % lanes;
}
