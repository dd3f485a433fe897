/**
 * An isolate in a worker that writes to a SQLite file to which other isolates write too.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { type Database, type JournalRow, openDatabase } from "../../src/db/mod.ts";
import { SharedLock } from "../../src/lib/concurrency/shared_lock.ts";

declare const self: DedicatedWorkerGlobalScope;

/** What the isolate is to do. */
export interface Order {
  readonly folder: string;
  readonly memory: SharedArrayBuffer;
  readonly isolate: number;
  /** How many characters each command's note has. */
  readonly noteLength: number;
  /** The person whose name is a number that all isolates increment. */
  readonly counter: string;
  /** The person that a transaction inserts which never ends. */
  readonly undone: string;
}

/** What it reports: its writes, its failures, that it is in a transaction, and in the end how late its timers were. */
export type Said =
  | { readonly type: "written"; readonly command: string }
  | { readonly type: "counted" }
  | { readonly type: "failed"; readonly error: string }
  | { readonly type: "inside" }
  | { readonly type: "stopped"; readonly latestMs: number };

/** How many commands and transactions run concurrently. */
const AT_ONCE = 8;
const TICK_MS = 5;

let writing: Writing | undefined;

self.onmessage = async ({ data }: MessageEvent<Order | "hang" | "stop">) => {
  if (data === "stop") await writing?.stop();
  else if (data === "hang") await writing?.hang();
  else writing = await Writing.start(data);
};

class Writing {
  readonly #db: Database;
  readonly #order: Order;
  readonly #running: Promise<void>[] = [];
  #isOver = false;
  #latestMs = 0;

  private constructor(db: Database, order: Order) {
    this.#db = db;
    this.#order = order;
    this.#watchTimers();
    for (let n = 0; n < AT_ONCE; n++) {
      this.#running.push(this.#again(() => this.#write()), this.#again(() => this.#count()));
    }
  }

  static async start(order: Order): Promise<Writing> {
    const lock = new SharedLock(order.memory, order.isolate);
    const exclusive = <T>(work: () => Promise<T>) => lock.run(work);
    const db = await openDatabase(order, { failed: () => {}, migrated: true, exclusive });
    return new Writing(db, order);
  }

  /** Begins a transaction that never ends. */
  async hang(): Promise<void> {
    await this.#db.writer.transaction(async (trx) => {
      const person = {
        id: this.#order.undone,
        kind: "guest",
        name: "",
        created_at: 0,
        sessions_from: 0,
      } as const;
      await trx.insertInto("people").values(person).execute();
      say({ type: "inside" });
      await new Promise(() => {});
    });
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
    await this.#db[Symbol.asyncDispose]();
    say({ type: "stopped", latestMs: this.#latestMs });
    self.close();
  }

  #watchTimers(): void {
    let before = performance.now();
    setInterval(() => {
      const now = performance.now();
      this.#latestMs = Math.max(this.#latestMs, now - before - TICK_MS);
      before = now;
    }, TICK_MS);
  }

  async #again(work: () => Promise<void>): Promise<void> {
    while (!this.#isOver) {
      try {
        await work();
      } catch (error) {
        say({ type: "failed", error: String(error) });
      }
    }
  }

  /** Writes a command's insert and its end. */
  async #write(): Promise<void> {
    const id = crypto.randomUUID();
    const command = { id, cabinet: "cab", cell: 1, command: "open", by: "operator", rental: null } as const;
    const state = {
      state: "requested",
      reason: null,
      requested_at: 1,
      sent_at: null,
      sent_epoch: null,
      origin: null,
      finished_at: null,
    } as const;
    const row: JournalRow = {
      organization: "main",
      ...command,
      ...state,
      note: "x".repeat(this.#order.noteLength),
    };
    await this.#db.writer.command({ type: "insert", row });
    const from = ["requested"] as const;
    await this.#db.writer.command({ type: "finish", id, at: 2, state: "opened", reason: null, from });
    say({ type: "written", command: id });
  }

  /** Reads, then writes: no other isolate may have written in between. */
  async #count(): Promise<void> {
    const { counter } = this.#order;
    await this.#db.writer.transaction(async (trx) => {
      const people = trx.selectFrom("people").select("name").where("id", "=", counter);
      const name = String(1 + Number((await people.executeTakeFirstOrThrow()).name));
      await trx.updateTable("people").set({ name }).where("id", "=", counter).execute();
    });
    say({ type: "counted" });
    await this.#db.tables.selectFrom("commands").select("id").limit(20).execute();
  }
}

function say(what: Said): void {
  self.postMessage(what);
}
