import { deepEqual, equal, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import type { Order, Said } from "../../../testing/programs/sqlite_isolate_worker.ts";
import { tempFolder } from "../../../testing/folders.ts";
import { until } from "../../../testing/until.ts";
import { writeMigratedFile } from "../../../testing/servers/template.ts";
import { isRun, sized } from "../../../testing/test_run.ts";
import { DATABASE } from "../../lib/limits.ts";
import { SharedLock } from "../../lib/concurrency/shared_lock.ts";
import { commandById } from "../journal/commands.ts";
import type { CommandWrite } from "../journal/command_writes.ts";
import { type Database, openDatabase, type Schema } from "../mod.ts";
import { sqliteDialect } from "./database.ts";

/** Each command fills five pages. */
const NOTE_LENGTH = 20_000;
const MIB = 1024 * 1024;
const DEADLINE_MS = 60_000;
/** Far less than the wait for a lock, and far more than 20 timers of 5 ms take. */
const HELD_UP_MS = 1_000;
const COUNTER = "00000000-0000-4000-8000-000000000000";
const UNDONE = "00000000-0000-4000-8000-000000000001";

/** An isolate that writes until it is stopped or terminated. */
class Isolate implements Disposable {
  readonly #worker: Worker;
  readonly written: string[] = [];
  counted = 0;
  readonly failed: string[] = [];
  isInside = false;
  latestMs: number | undefined;

  constructor(order: Order) {
    const url = new URL("../../../testing/programs/sqlite_isolate_worker.ts", import.meta.url);
    this.#worker = new Worker(url, { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<Said>) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.failed.push(event.message);
    };
    this.#worker.postMessage(order);
  }

  tell(what: "hang" | "stop"): void {
    this.#worker.postMessage(what);
  }

  /** Waits until it has written so many more commands, and increments. */
  async goesOn(commands: number): Promise<void> {
    const [from, counted] = [this.written.length, this.counted];
    await this.#until(() => this.written.length >= from + commands && this.counted > counted);
  }

  async stop(): Promise<number> {
    this.tell("stop");
    await this.#until(() => this.latestMs !== undefined);
    return this.latestMs as number;
  }

  /** Begins a transaction that never ends, and is terminated in it. */
  async endInside(): Promise<void> {
    this.tell("hang");
    await this.#until(() => this.isInside);
    this[Symbol.dispose]();
  }

  async #until(isSo: () => boolean): Promise<void> {
    const saw = () => ({
      written: this.written.length,
      counted: this.counted,
      failed: this.failed.slice(0, 5),
    });
    await until(isSo, { deadlineMs: DEADLINE_MS, saw });
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }

  #hear(said: Said): void {
    if (said.type === "written") this.written.push(said.command);
    else if (said.type === "counted") this.counted++;
    else if (said.type === "failed") this.failed.push(said.error);
    else if (said.type === "inside") this.isInside = true;
    else this.latestMs = said.latestMs;
  }
}

/** A file that is up to date, and the options of isolates on it. */
async function file(stack: AsyncDisposableStack, noteLength = 0): Promise<Order[]> {
  const folder = stack.use(await tempFolder()).path;
  await writeMigratedFile(folder);
  await using db = await openDatabase({ folder });
  const person = { id: COUNTER, kind: "guest", name: "0", created_at: 0, sessions_from: 0 } as const;
  await db.writer.transaction((trx) => trx.insertInto("people").values(person).execute());
  const memory = SharedLock.memory(3);
  const names = { counter: COUNTER, undone: UNDONE };
  return [0, 1, 2].map((isolate) => ({ folder, memory, isolate, noteLength, ...names }));
}

/** Opens the file as one of its isolates. */
async function openAs({ folder, memory, isolate }: Order): Promise<Database> {
  const lock = new SharedLock(memory, isolate);
  return await openDatabase({ folder }, {
    failed: () => {},
    migrated: true,
    exclusive: (work) => lock.run(work),
  });
}

/** Three isolates write; one is terminated and replaced. @returns all four when they have ended */
async function withOneEnded(
  orders: readonly Order[],
  end: (isolate: Isolate) => Promise<void>,
): Promise<Isolate[]> {
  using stack = new DisposableStack();
  const [first, second, third] = orders.map((order) => stack.use(new Isolate(order))) as [
    Isolate,
    Isolate,
    Isolate,
  ];
  await Promise.all([first, second, third].map((isolate) => isolate.goesOn(100)));
  await end(second);
  SharedLock.abandon((orders[1] as Order).memory, 1);
  const successor = stack.use(new Isolate(orders[1] as Order));
  await Promise.all([first, third, successor].map((isolate) => isolate.goesOn(100)));
  const latestMs = await Promise.all([first, third, successor].map((isolate) => isolate.stop()));
  ok(Math.max(...latestMs) < DATABASE.lockMs, `timers were late by ${latestMs} ms`);
  return [first, second, third, successor];
}

/** Checks that all confirmed writes are in the file. */
function nothingIsLost(order: Order, isolates: readonly Isolate[]): void {
  deepEqual(isolates.flatMap(({ failed }) => failed), []);
  using db = new DatabaseSync(`${order.folder}/kaigui.sqlite`);
  const rows = db.prepare("select id from commands where state = 'opened'").all();
  const opened = new Set(rows.map(({ id }) => id));
  deepEqual(isolates.flatMap(({ written }) => written).filter((id) => !opened.has(id)), []);
  const counter = db.prepare("select name from people where id = ?").get(COUNTER);
  const confirmed = isolates.reduce((sum, { counted }) => sum + counted, 0);
  // The terminated isolate may not have reported its last writes.
  const unconfirmed = Number(counter?.["name"]) - confirmed;
  ok(
    unconfirmed >= 0 && unconfirmed < 1_000,
    `${unconfirmed} more in the file than the ${confirmed} confirmed`,
  );
  equal(db.prepare("select name from people where id = ?").get(UNDONE), undefined);
}

Deno.test("SqliteWriter loses nothing when three isolates write and one is terminated", async () => {
  await using stack = new AsyncDisposableStack();
  const orders = await file(stack);
  const isolates = await withOneEnded(orders, (isolate) => Promise.resolve(isolate[Symbol.dispose]()));
  nothingIsLost(orders[0] as Order, isolates);
});

Deno.test("SqliteWriter rolls back the transaction of a terminated isolate, and goes on in the others", async () => {
  await using stack = new AsyncDisposableStack();
  const orders = await file(stack);
  const isolates = await withOneEnded(orders, (isolate) => isolate.endInside());
  nothingIsLost(orders[0] as Order, isolates);
});

async function keepsItsLogShort(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const orders = await file(stack, NOTE_LENGTH);
  const isolates = orders.map((order) => stack.use(new Isolate(order)));
  const written = () => isolates.reduce((sum, { written }) => sum + written.length, 0) * NOTE_LENGTH;
  await Promise.all(isolates.map((isolate) => isolate.goesOn(1)));
  let longest = 0;
  await until(async () => {
    const { size } = await Deno.stat(`${orders[0]?.folder}/kaigui.sqlite-wal`);
    longest = Math.max(longest, size);
    return written() > 100 * MIB;
  }, { deadlineMs: DEADLINE_MS, saw: () => ({ longest, written: written() }) });
  await Promise.all(isolates.map((isolate) => isolate.stop()));
  deepEqual(isolates.flatMap(({ failed }) => failed), []);
  ok(longest < 64 * MIB, `the log grew to ${longest / MIB} MiB while ${written() / MIB} MiB were written`);
}

// It writes 100 MiB, each commit to the disk.
if (isRun("thorough")) {
  Deno.test(
    sized("SqliteWriter keeps its log short while isolates read and write all the time"),
    keepsItsLogShort,
  );
}

Deno.test("SqliteWriter's commit is visible to the other isolates at once", async () => {
  await using stack = new AsyncDisposableStack();
  const orders = await file(stack);
  const [one, other] = [
    stack.use(await openAs(orders[0] as Order)),
    stack.use(await openAs(orders[1] as Order)),
  ];
  for (let n = 0; n < 100; n++) {
    const [writes, reads] = n % 2 === 0 ? [one, other] : [other, one];
    const id = crypto.randomUUID();
    equal(await commandById(reads.tables, id), undefined);
    await writes.writer.command(insert(id));
    equal((await commandById(reads.tables, id))?.id, id);
  }
});

Deno.test("SqliteWriter waits for a tool's transaction without blocking the event loop or reads", async () => {
  await using stack = new AsyncDisposableStack();
  const orders = await file(stack);
  const order = orders[0] as Order;
  const alone = stack.use(await openDatabase({ folder: order.folder }, { failed: () => {}, migrated: true }));
  for (const db of [stack.use(await openAs(order)), alone]) {
    using tool = new DatabaseSync(`${order.folder}/kaigui.sqlite`);
    tool.exec("begin immediate");
    let done = 0;
    const write = db.writer.command(insert(crypto.randomUUID())).finally(() => done++);
    const from = performance.now();
    for (let n = 0; n < 20; n++) await new Promise((resolve) => setTimeout(resolve, 5));
    equal(await commandById(db.tables, UNDONE), undefined);
    ok(performance.now() - from < HELD_UP_MS, "timers or reads were blocked");
    equal(done, 0);
    tool.exec("commit");
    equal(await write, "taken");
  }
});

Deno.test("a read waits for a tool's exclusive lock without blocking the event loop", async () => {
  await using stack = new AsyncDisposableStack();
  const [{ folder }] = await file(stack) as [Order];
  const path = `${folder}/kaigui.sqlite`;
  using tool = new DatabaseSync(path);
  // As in a file that a tool has copied: with a write-ahead log no connection can keep others from reading.
  tool.exec("pragma journal_mode = delete");
  const dialect = sqliteDialect(path, { readOnly: true, blocks: false });
  const tables = new Kysely<Schema>({ dialect });
  stack.defer(() => tables.destroy());
  tool.exec("begin exclusive");
  let done = 0;
  const read = commandById(tables, UNDONE).finally(() => done++);
  const from = performance.now();
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setTimeout(resolve, 5));
  ok(performance.now() - from < HELD_UP_MS, "timers were blocked");
  equal(done, 0);
  tool.exec("commit");
  equal(await read, undefined);
});

function insert(id: string): CommandWrite {
  const command = {
    id,
    cabinet: "cab",
    cell: 1,
    command: "open",
    by: "operator",
    note: null,
    rental: null,
  } as const;
  const state = {
    state: "requested",
    reason: null,
    requested_at: 1,
    sent_at: null,
    sent_epoch: null,
    origin: null,
    finished_at: null,
  } as const;
  return { type: "insert", row: { organization: "main", ...command, ...state } };
}
