import type { ControlledTransaction, Kysely } from "kysely";
import { retry } from "../../lib/concurrency/retry.ts";
import { DATABASE } from "../../lib/limits.ts";
import { isLocked } from "../availability.ts";
import { CommandWriter } from "../journal/commands.ts";
import type { CommandWrite, WriteEffect } from "../journal/command_writes.ts";
import { GroupCommit, QueueFullError, type RunExclusive } from "../group_commit.ts";
import type { Schema } from "../schema.ts";
import { checkpoint, Checkpoints } from "./checkpoints.ts";
import { SqliteThread } from "./thread.ts";
import { inSavepoint, inTransaction, type WorkResult } from "../transaction.ts";
import type { Job, Work, Writer } from "../database.ts";

type Item =
  | { readonly type: "command"; readonly write: CommandWrite }
  | { readonly type: "work"; readonly work: Work<unknown> };

/** How a {@linkcode SqliteWriter} writes. */
export interface SqliteWriterOptions {
  readonly file: string;
  /** When a batch starts; see {@linkcode GroupCommit}. */
  readonly schedule: (run: () => void) => void;
  /** Where other isolates write to the file too: runs a write while none of them writes. */
  readonly exclusive?: RunExclusive | undefined;
  /**
   * The module of a worker that knows the jobs.
   *
   * @default {undefined} jobs are run in this thread
   */
  readonly thread?: URL | undefined;
}

/** The module of a worker that knows no jobs. */
const DEFAULT_THREAD = new URL("./worker.ts", import.meta.url);

/**
 * Writes to SQLite, which has one writer: all that waits is written in one transaction, each piece of work in a savepoint
 * of it. Large batches of the journal go to a thread, and so do jobs and checkpoints, one at a time, so that a tap waits
 * for one of them at most. Nothing is written here while the thread writes, so the two never wait for each other's lock.
 *
 * Where other isolates write too, each batch waits until none of them writes, is put together then, and is written here:
 * with the way to a thread and back in each batch the others waited longer, and each thread read again what the others had
 * written. So only jobs and checkpoints keep the other isolates waiting across a turn of the event loop.
 */
export class SqliteWriter implements Writer {
  readonly #db: Kysely<Schema>;
  readonly #options: SqliteWriterOptions;
  readonly #exclusive: RunExclusive;
  readonly #commands: CommandWriter;
  readonly #commits: GroupCommit<Item, WorkResult>;
  readonly #checkpoints: Checkpoints;
  #thread: SqliteThread | undefined;
  #cannotStartThread = false;
  /** The write that was begun last. */
  #last: { readonly inThread: boolean; readonly ended: Promise<unknown> } | undefined;
  #lastJob: Promise<unknown> = Promise.resolve();
  #jobs = 0;

  constructor(db: Kysely<Schema>, options: SqliteWriterOptions) {
    this.#db = db;
    this.#options = options;
    this.#exclusive = options.exclusive ?? ((work) => work());
    this.#commands = new CommandWriter(db);
    this.#commits = new GroupCommit((items) => this.#commit(items), {
      batchMax: DATABASE.batchMax,
      queueMax: DATABASE.queueMax,
      schedule: options.schedule,
      aheadFrom: options.exclusive ? Infinity : DATABASE.aheadFrom,
      exclusive: options.exclusive,
    });
    this.#checkpoints = new Checkpoints(() =>
      this.#inBackground((thread) => thread ? thread.checkpoint() : checkpoint(this.#db))
    );
  }

  transaction<T>(work: Work<T>): Promise<T> {
    return this.#commits.add({ type: "work", work }).then(valueOf<T>);
  }

  command(write: CommandWrite): Promise<WriteEffect> {
    return this.#commits.add({ type: "command", write }).then(valueOf<WriteEffect>);
  }

  async run<In, Out>(job: Job<In, Out>, data: In): Promise<Out> {
    if (this.#jobs >= DATABASE.jobsMax) {
      throw new QueueFullError(`Cannot run a job: ${DATABASE.jobsMax} wait already`);
    }
    const { thread: module } = this.#options;
    const runHere = () => this.#transactWhenUnlocked((trx) => job.work(trx, data));
    return await this.#inBackground(
      (thread) => module && thread ? thread.run(job, data) : runHere(),
      { startsThread: module !== undefined },
    );
  }

  async idle(): Promise<void> {
    do {
      await this.#commits.idle();
      await this.#lastJob;
    } while (this.#jobs > 0 || !this.#commits.isIdle);
  }

  [Symbol.dispose](): void {
    this.#checkpoints[Symbol.dispose]();
    this.#thread?.[Symbol.dispose]();
  }

  /**
   * Runs a write that no tap waits for, between the commits of taps.
   *
   * @param options.startsThread whether the thread is started for it @default {false}
   */
  #inBackground<T>(
    work: (thread: SqliteThread | undefined) => Promise<T>,
    { startsThread = false }: { startsThread?: boolean } = {},
  ): Promise<T> {
    return this.#afterLastJob(async () => {
      await this.#commits.idle(DATABASE.gapMs);
      return await this.#exclusive(() => {
        const thread = startsThread || this.#thread ? this.#readyThread() : undefined;
        return this.#afterLast(thread !== undefined, () => work(thread));
      });
    });
  }

  async #afterLastJob<T>(work: () => Promise<T>): Promise<T> {
    this.#jobs++;
    const done = this.#lastJob.then(work);
    this.#lastJob = done.catch(() => {}).then(() => this.#jobs--);
    return await done;
  }

  #commit(items: readonly Item[]): Promise<WorkResult[]> {
    const writes = items.flatMap((item) => item.type === "command" ? [item.write] : []);
    const isJournal = writes.length === items.length && !this.#options.exclusive;
    const isWorthIt = this.#thread !== undefined || writes.length >= DATABASE.threadFrom;
    const thread = isJournal && isWorthIt ? this.#readyThread() : undefined;
    return this.#afterLast(
      thread !== undefined,
      async () => thread ? valuesOf(await thread.write(writes)) : await this.#commitHere(items, writes),
    );
  }

  /** Runs the work after the last write, at once if both are the thread's, which keeps its own order. */
  async #afterLast<T>(inThread: boolean, work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const done = before && !(before.inThread && inThread) ? before.ended.then(work) : work();
    const last = this.#last = { inThread, ended: done.catch(() => {}) };
    try {
      return await done;
    } finally {
      if (this.#last === last) this.#last = undefined;
      this.#checkpoints.written();
    }
  }

  /** The thread if it is ready; starts it when it is needed first, or has ended. */
  #readyThread(): SqliteThread | undefined {
    if (this.#cannotStartThread) return undefined;
    if (this.#thread && !this.#thread.isRunning) {
      // A thread that cannot start, as where its module may not be read, is not tried again.
      this.#cannotStartThread = !this.#thread.isReady;
      this.#thread = undefined;
      return undefined;
    }
    this.#thread ??= new SqliteThread(this.#options.file, this.#options.thread ?? DEFAULT_THREAD);
    return this.#thread.isReady ? this.#thread : undefined;
  }

  async #commitHere(items: readonly Item[], writes: readonly CommandWrite[]): Promise<WorkResult[]> {
    // The message that the thread has started arrives only when the event loop turns.
    if (this.#thread?.isReady === false) {
      await new Promise<void>((turned) => this.#options.schedule(turned));
    }
    return await this.#transactWhenUnlocked(async (trx) => {
      const written = writes.length > 0 ? await this.#commands.write(trx, writes) : [];
      const done: WorkResult[] = [];
      let next = 0;
      for (const item of items) {
        done.push(item.type === "command" ? { value: written[next++] } : await inSavepoint(trx, item.work));
      }
      return done;
    });
  }

  /** Waits while another process has the write lock, without blocking the event loop or reads. */
  async #transactWhenUnlocked<T>(work: (trx: ControlledTransaction<Schema>) => Promise<T>): Promise<T> {
    const until = performance.now() + DATABASE.lockMs;
    return await retry(() => inTransaction(this.#db, work), {
      mayRetry: (error) => isLocked(error) && performance.now() < until,
      pauseMs: DATABASE.lockRetryMs,
    });
  }
}

function valuesOf(effects: readonly WriteEffect[]): WorkResult[] {
  return effects.map((value) => ({ value }));
}

function valueOf<T>(done: WorkResult): T {
  if ("error" in done) throw done.error;
  return done.value as T;
}
