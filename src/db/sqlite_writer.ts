import type { ControlledTransaction, Kysely } from "kysely";
import { DATABASE } from "../limits.ts";
import { type CommandWrite, CommandWriter } from "./commands.ts";
import { GroupCommit } from "./group_commit.ts";
import type { Schema } from "./schema.ts";
import { SqliteThread } from "./sqlite_thread.ts";
import type { Work, Writer } from "./writer.ts";

type Item =
  | { readonly type: "command"; readonly write: CommandWrite }
  | { readonly type: "work"; readonly work: Work<unknown> };

/** What became of an item; work that threw was undone and leaves the others alone. */
type Done = { readonly value: unknown } | { readonly error: unknown };

/**
 * SQLite has one writer: what waits is written in one transaction, each piece of work in a savepoint of it. Batches
 * of the journal that are large enough to pay for the way go to a thread of their own. Nothing is written here
 * while the thread writes, so the two never wait for each other's lock.
 */
export class SqliteWriter implements Writer {
  readonly #db: Kysely<Schema>;
  readonly #file: string;
  readonly #commands: CommandWriter;
  readonly #commits: GroupCommit<Item, Done>;
  #thread: SqliteThread | undefined;
  #isThreadless = false;
  /** The batch that was handed over last. */
  #last: { readonly inThread: boolean; readonly over: Promise<unknown> } | undefined;

  /** @param options.schedule when a batch starts; see {@linkcode GroupCommit} */
  constructor(db: Kysely<Schema>, options: { file: string; schedule: (run: () => void) => void }) {
    this.#db = db;
    this.#file = options.file;
    this.#commands = new CommandWriter(db);
    this.#commits = new GroupCommit((items) => this.#commit(items), {
      batchMax: DATABASE.batchMax,
      queueMax: DATABASE.queueMax,
      schedule: options.schedule,
      aheadFrom: DATABASE.aheadFrom,
    });
  }

  transaction<T>(work: Work<T>): Promise<T> {
    return this.#commits.add({ type: "work", work }).then(valueOf<T>);
  }

  command(write: CommandWrite): Promise<boolean> {
    return this.#commits.add({ type: "command", write }).then(valueOf<boolean>);
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
      !this.#isThreadless;
    const before = this.#last;
    const done = before && !(before.inThread && inThread)
      ? before.over.then(() => this.#commitNow(items, { writes, inThread }))
      : this.#commitNow(items, { writes, inThread });
    this.#last = { inThread, over: done.catch(() => {}) };
    return done;
  }

  async #commitNow(
    items: readonly Item[],
    { writes, inThread }: { writes: readonly CommandWrite[]; inThread: boolean },
  ): Promise<Done[]> {
    if (!inThread) return await this.#commitHere(items, writes);
    if (!this.#thread?.isSound) this.#thread = new SqliteThread(this.#file);
    const thread = this.#thread;
    try {
      return (await thread.write(writes)).map((value) => ({ value }));
    } catch (error) {
      if (thread.isSound || thread.hasAnswered) throw error;
      // A thread that cannot even start, as where its file may not be read, is done without.
      this.#isThreadless = true;
      return await this.#commitHere(items, writes);
    }
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
