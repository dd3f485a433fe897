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
 * while the thread writes, so the two never wait for each other's lock. Where others write too, each batch has a
 * turn of its own, in here or in the thread, and is put together when that has come.
 */
export class SqliteWriter implements Writer {
  readonly #db: Kysely<Schema>;
  readonly #options: SqliteWriterOptions;
  readonly #commands: CommandWriter;
  readonly #commits: GroupCommit<Item, Done>;
  #thread: SqliteThread | undefined;
  /** The batch that was handed over last. */
  #last: { readonly inThread: boolean; readonly over: Promise<unknown> } | undefined;

  constructor(db: Kysely<Schema>, options: SqliteWriterOptions) {
    this.#db = db;
    this.#options = options;
    this.#commands = new CommandWriter(db);
    this.#commits = new GroupCommit((items) => this.#commit(items), {
      batchMax: DATABASE.batchMax,
      queueMax: DATABASE.queueMax,
      schedule: options.schedule,
      // A second batch in the same turn would make the others wait for twice as much.
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

  /** Starts the thread when it is needed first. One that cannot even start, as where its file may not be read, is done without. */
  #threadIsReady(): boolean {
    const { file, exclusive } = this.#options;
    const isGone = this.#thread && !this.#thread.isSound;
    if (isGone && !this.#thread?.isReady) return false;
    if (!this.#thread || isGone) this.#thread = new SqliteThread({ file, shared: exclusive !== undefined });
    return this.#thread.isReady;
  }

  async #commitNow(
    items: readonly Item[],
    { writes, inThread }: { writes: readonly CommandWrite[]; inThread: boolean },
  ): Promise<Done[]> {
    if (!inThread || !this.#thread?.isSound) return await this.#commitHere(items, writes);
    return (await this.#thread.write(writes)).map((value) => ({ value }));
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
