import type { ControlledTransaction, Kysely } from "kysely";
import { DATABASE } from "../../lib/limits.ts";
import { isLocked } from "../away.ts";
import { CommandWriter } from "../journal/commands.ts";
import type { CommandWrite, WriteEffect } from "../journal/command_writes.ts";
import { GroupCommit, QueueFullError, type Turn } from "../group_commit.ts";
import type { Job } from "../job.ts";
import type { Schema } from "../schema.ts";
import { checkpoint, Checkpoints } from "./checkpoints.ts";
import { SqliteThread } from "./thread.ts";
import { inSavepoint, inTransaction, type WorkResult } from "../transaction.ts";
import type { Work, Writer } from "../writer.ts";

type Item =
  | { readonly type: "command"; readonly write: CommandWrite }
  | { readonly type: "work"; readonly work: Work<unknown> };

/** How a {@linkcode SqliteWriter} writes. */
export interface SqliteWriterOptions {
  readonly file: string;
  /** When a batch starts; see {@linkcode GroupCommit}. */
  readonly schedule: (run: () => void) => void;
  /** Where others write to the file too: keeps them out while something is written. */
  readonly exclusive?: Turn | undefined;
  /**
   * The module of a thread that knows the jobs that come.
   *
   * @default {undefined} one that knows none: they are done here
   */
  readonly thread?: URL | undefined;
}

/** The module of a thread that knows no jobs. */
const JOBLESS = new URL("./worker.ts", import.meta.url);

/**
 * SQLite has one writer: what waits is written in one transaction, each piece of work in a savepoint of it. The journal
 * goes to a thread, and so do jobs and checkpoints, one at a time, so that taps wait for one at most. Nothing is written
 * here while the thread writes, so the two never wait for each other's lock.
 *
 * Where others write too, each batch has a turn of its own, is put together when that has come, and is written here: with
 * the way to a thread and back in every turn the others waited longer, and every thread read again what they had written.
 * So only for jobs and checkpoints a turn is held across one of the event loop.
 */
export class SqliteWriter implements Writer {
  readonly #db: Kysely<Schema>;
  readonly #options: SqliteWriterOptions;
  readonly #turn: Turn;
  readonly #commands: CommandWriter;
  readonly #commits: GroupCommit<Item, WorkResult>;
  readonly #checkpoints: Checkpoints;
  #thread: SqliteThread | undefined;
  #isThreadless = false;
  /** What was handed over last. */
  #last: { readonly inThread: boolean; readonly over: Promise<unknown> } | undefined;
  #lastJob: Promise<unknown> = Promise.resolve();
  #jobs = 0;

  constructor(db: Kysely<Schema>, options: SqliteWriterOptions) {
    this.#db = db;
    this.#options = options;
    this.#turn = options.exclusive ?? ((work) => work());
    this.#commands = new CommandWriter(db);
    this.#commits = new GroupCommit((items) => this.#commit(items), {
      batchMax: DATABASE.batchMax,
      queueMax: DATABASE.queueMax,
      schedule: options.schedule,
      aheadFrom: options.exclusive ? Infinity : DATABASE.aheadFrom,
      turn: options.exclusive,
    });
    this.#checkpoints = new Checkpoints(() =>
      this.#next((thread) => thread ? thread.checkpoint() : checkpoint(this.#db))
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
      throw new QueueFullError(`Cannot do a job: ${DATABASE.jobsMax} wait already`);
    }
    const { thread: knowing } = this.#options;
    const here = () => this.#waitingForLock((trx) => job.work(trx, data));
    return await this.#next((thread) => knowing && thread ? thread.run(job, data) : here(), knowing);
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
   * Does what nobody waits for at a door, in a gap between what others wait for.
   *
   * @param wanted the thread's module, if it is worth starting the thread for
   */
  #next<T>(work: (thread: SqliteThread | undefined) => Promise<T>, wanted?: URL): Promise<T> {
    return this.#inRow(async () => {
      await this.#commits.idle(DATABASE.gapMs);
      return await this.#turn(() => {
        const thread = wanted || this.#thread ? this.#readyThread() : undefined;
        return this.#after(thread !== undefined, () => work(thread));
      });
    });
  }

  /** Does it when what came before of that kind is over. */
  async #inRow<T>(work: () => Promise<T>): Promise<T> {
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
    return this.#after(
      thread !== undefined,
      async () => thread ? valuesOf(await thread.write(writes)) : await this.#commitHere(items, writes),
    );
  }

  /** Hands it over behind what came before; the thread may be handed more while it writes. */
  async #after<T>(inThread: boolean, work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const done = before && !(before.inThread && inThread) ? before.over.then(work) : work();
    const last = this.#last = { inThread, over: done.catch(() => {}) };
    try {
      return await done;
    } finally {
      if (this.#last === last) this.#last = undefined;
      this.#checkpoints.written();
    }
  }

  /** The thread, if it takes what it is asked; started when it is needed first. */
  #readyThread(): SqliteThread | undefined {
    if (this.#isThreadless) return undefined;
    if (this.#thread && !this.#thread.isSound) {
      // A thread that cannot even start, as where its file may not be read, is done without.
      this.#isThreadless = !this.#thread.isReady;
      this.#thread = undefined;
      return undefined;
    }
    this.#thread ??= new SqliteThread(this.#options.file, this.#options.thread ?? JOBLESS);
    return this.#thread.isReady ? this.#thread : undefined;
  }

  async #commitHere(items: readonly Item[], writes: readonly CommandWrite[]): Promise<WorkResult[]> {
    // That the thread has started is heard only when the event loop turns.
    if (this.#thread?.isReady === false) {
      await new Promise<void>((turned) => this.#options.schedule(turned));
    }
    return await this.#waitingForLock(async (trx) => {
      const written = writes.length > 0 ? await this.#commands.write(trx, writes) : [];
      const done: WorkResult[] = [];
      let next = 0;
      for (const item of items) {
        done.push(item.type === "command" ? { value: written[next++] } : await inSavepoint(trx, item.work));
      }
      return done;
    });
  }

  /** Whoever else has the write lock is waited for without holding up the event loop, and reads go on meanwhile. */
  async #waitingForLock<T>(work: (trx: ControlledTransaction<Schema>) => Promise<T>): Promise<T> {
    const until = performance.now() + DATABASE.lockMs;
    while (true) {
      try {
        return await inTransaction(this.#db, work);
      } catch (error) {
        if (!isLocked(error) || performance.now() >= until) throw error;
        await new Promise((resolve) => setTimeout(resolve, DATABASE.lockRetryMs));
      }
    }
  }
}

function valuesOf(effects: readonly WriteEffect[]): WorkResult[] {
  return effects.map((value) => ({ value }));
}

function valueOf<T>(done: WorkResult): T {
  if ("error" in done) throw done.error;
  return done.value as T;
}
