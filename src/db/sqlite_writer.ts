import type { Kysely } from "kysely";
import { DATABASE } from "../limits.ts";
import { isLocked } from "./away.ts";
import { type CommandWrite, CommandWriter, type Effect } from "./commands.ts";
import { GroupCommit, type Turn } from "./group_commit.ts";
import type { Schema } from "./schema.ts";
import { SqliteThread } from "./sqlite_thread.ts";
import { type Done, inSavepoint, inTransaction } from "./transaction.ts";
import type { Work, Writer } from "./writer.ts";

type Item =
  | { readonly type: "command"; readonly write: CommandWrite }
  | { readonly type: "work"; readonly work: Work<unknown> };

/** How a {@linkcode SqliteWriter} writes. */
export interface SqliteWriterOptions {
  readonly file: string;
  /** When a batch starts; see {@linkcode GroupCommit}. */
  readonly schedule: (run: () => void) => void;
  /** Where others write to the file too: keeps them out while a batch is written. */
  readonly exclusive?: Turn | undefined;
}

/**
 * SQLite has one writer: what waits is written in one transaction, each piece of work in a savepoint of it. Batches
 * of the journal that are large enough to pay for the way go to a thread of their own. Nothing is written here
 * while the thread writes, so the two never wait for each other's lock.
 *
 * Where others write too, each batch has a turn of its own, is put together when that has come, and is written here:
 * with the way to a thread and back in every turn the others waited longer, and every thread read again what they
 * had written. So a turn is never held across one of the event loop.
 */
export class SqliteWriter implements Writer {
  readonly #db: Kysely<Schema>;
  readonly #file: string;
  readonly #schedule: (run: () => void) => void;
  readonly #commands: CommandWriter;
  readonly #commits: GroupCommit<Item, Done>;
  #thread: SqliteThread | undefined;
  #isThreadless: boolean;
  /** The batch that was handed over last. */
  #last: { readonly inThread: boolean; readonly over: Promise<unknown> } | undefined;

  constructor(db: Kysely<Schema>, options: SqliteWriterOptions) {
    this.#db = db;
    this.#file = options.file;
    this.#schedule = options.schedule;
    this.#isThreadless = options.exclusive !== undefined;
    this.#commands = new CommandWriter(db);
    this.#commits = new GroupCommit((items) => this.#commit(items), {
      batchMax: DATABASE.batchMax,
      queueMax: DATABASE.queueMax,
      schedule: options.schedule,
      aheadFrom: options.exclusive ? Infinity : DATABASE.aheadFrom,
      turn: options.exclusive,
    });
  }

  transaction<T>(work: Work<T>): Promise<T> {
    return this.#commits.add({ type: "work", work }).then(valueOf<T>);
  }

  command(write: CommandWrite): Promise<Effect> {
    return this.#commits.add({ type: "command", write }).then(valueOf<Effect>);
  }

  idle(): Promise<void> {
    return this.#commits.idle();
  }

  [Symbol.dispose](): void {
    this.#thread?.[Symbol.dispose]();
  }

  #commit(items: readonly Item[]): Promise<Done[]> {
    const writes = items.flatMap((item) => item.type === "command" ? [item.write] : []);
    const inThread = writes.length === items.length && writes.length >= DATABASE.threadFrom &&
      this.#threadIsReady();
    const before = this.#last;
    const done = before && !(before.inThread && inThread)
      ? before.over.then(() => this.#commitNow(items, { writes, inThread }))
      : this.#commitNow(items, { writes, inThread });
    this.#last = { inThread, over: done.catch(() => {}) };
    return done;
  }

  /** Whether the thread takes batches; started when it is needed first. */
  #threadIsReady(): boolean {
    if (this.#isThreadless) return false;
    const thread = this.#thread;
    if (thread && !thread.isSound) {
      // A thread that cannot even start, as where its file may not be read, is done without.
      this.#isThreadless = !thread.isReady;
      this.#thread = undefined;
      return false;
    }
    this.#thread ??= new SqliteThread(this.#file);
    return this.#thread.isReady;
  }

  async #commitNow(
    items: readonly Item[],
    { writes, inThread }: { writes: readonly CommandWrite[]; inThread: boolean },
  ): Promise<Done[]> {
    const thread = this.#thread;
    if (inThread && thread) return (await thread.write(writes)).map((value) => ({ value }));
    // That it has started is heard only when the event loop turns.
    if (thread?.isReady === false) await new Promise<void>((turned) => this.#schedule(turned));
    return await this.#commitHere(items, writes);
  }

  /** Whoever else has the write lock is waited for without holding up the event loop, and reads go on meanwhile. */
  async #commitHere(items: readonly Item[], writes: readonly CommandWrite[]): Promise<Done[]> {
    const until = performance.now() + DATABASE.lockMs;
    while (true) {
      try {
        return await inTransaction(this.#db, async (trx) => {
          const written = writes.length > 0 ? await this.#commands.write(trx, writes) : [];
          const done: Done[] = [];
          let next = 0;
          for (const item of items) {
            done.push(
              item.type === "command" ? { value: written[next++] } : await inSavepoint(trx, item.work),
            );
          }
          return done;
        });
      } catch (error) {
        if (!isLocked(error) || performance.now() >= until) throw error;
        await new Promise((resolve) => setTimeout(resolve, DATABASE.lockRetryMs));
      }
    }
  }
}

function valueOf<T>(done: Done): T {
  if ("error" in done) throw done.error;
  return done.value as T;
}
