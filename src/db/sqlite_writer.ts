import type { ControlledTransaction, Kysely } from "kysely";
import { DATABASE } from "../limits.ts";
import { type CommandWrite, CommandWriter, type Effect } from "./commands.ts";
import { GroupCommit, type Turn } from "./group_commit.ts";
import type { Schema } from "./schema.ts";
import { SqliteThread } from "./sqlite_thread.ts";
import type { Work, Writer } from "./writer.ts";

type Item =
  | { readonly type: "command"; readonly write: CommandWrite }
  | { readonly type: "work"; readonly work: Work<unknown> };

/** What became of an item; work that threw was undone and leaves the others alone. */
type Done = { readonly value: unknown } | { readonly error: unknown };

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

  async #commitHere(items: readonly Item[], writes: readonly CommandWrite[]): Promise<Done[]> {
    const trx = await this.#db.startTransaction().execute();
    try {
      const written = writes.length > 0 ? await this.#commands.write(trx, writes) : [];
      const done: Done[] = [];
      let next = 0;
      for (const item of items) {
        done.push(item.type === "command" ? { value: written[next++] } : await inSavepoint(trx, item.work));
      }
      await trx.commit().execute();
      return done;
    } catch (error) {
      // A transaction that SQLite ended itself cannot be rolled back; its error counts, not this one.
      await trx.rollback().execute().catch(() => {});
      throw error;
    }
  }
}

function valueOf<T>(done: Done): T {
  if ("error" in done) throw done.error;
  return done.value as T;
}

async function inSavepoint(trx: ControlledTransaction<Schema>, work: Work<unknown>): Promise<Done> {
  const inside = await trx.savepoint("work").execute();
  try {
    const value = await work(inside);
    await inside.releaseSavepoint("work").execute();
    return { value };
  } catch (error) {
    await inside.rollbackToSavepoint("work").execute();
    return { error };
  }
}
