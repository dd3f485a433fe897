import { deepEqual, equal } from "node:assert/strict";
import { type CompiledQuery, type Insertable, Kysely, sql } from "kysely";
import { tempFolder } from "../../../testing/folders.ts";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { type ExportedTable, type ExportRange, exportRows, timeSpanOf } from "./export.ts";
import { type CommandTable, type Database, migrate, openDatabase, type Schema, type Tables } from "../mod.ts";
import { openReadOnly } from "../read_only.ts";
import { sqliteDialect } from "../sqlite/database.ts";
import { STORED_RENTAL_STATES } from "../../cabinet/kinds.ts";

/** More rows than two steps read. */
const MANY = 4_500;
/** Rows in one insert, below what both databases take as parameters. */
const BATCH = 500;

type NewCommand = Insertable<Schema["commands"]>;

function command(at: number, more: Partial<NewCommand> = {}): NewCommand {
  return {
    id: crypto.randomUUID(),
    organization: "main",
    cabinet: "cab",
    cell: 1,
    command: "open",
    state: "opened",
    reason: null,
    by: "operator",
    note: null,
    requested_at: at,
    sent_at: null,
    sent_epoch: null,
    origin: null,
    finished_at: null,
    rental: null,
    ...more,
  };
}

async function insert({ tables }: Database, commands: readonly NewCommand[]): Promise<void> {
  for (let at = 0; at < commands.length; at += BATCH) {
    await tables.insertInto("commands").values(commands.slice(at, at + BATCH)).execute();
  }
}

async function times(
  tables: Tables,
  range: ExportRange,
  table: ExportedTable = "commands",
): Promise<number[]> {
  const all: number[] = [];
  for await (const { rows } of exportRows(tables, table, range)) {
    for (const row of rows) {
      all.push("requested_at" in row ? row.requested_at : "at" in row ? row.at : row.since);
    }
  }
  return all;
}

testOnEach("exportRows() skips no row and returns none twice, whatever times they share", async (
  { place },
  stack,
) => {
  const db = stack.use(await openDatabase(place));
  const written = Array.from({ length: MANY }, (_, index) => command(1_000 + index % 3));
  await insert(db, written);
  const tables = stack.use(await openReadOnly(place));
  const read: CommandTable[] = [];
  for await (const { rows, upTo } of exportRows(tables, "commands", {})) {
    equal(upTo, rows.at(-1)?.requested_at);
    read.push(...rows);
  }
  const inOrder = written.toSorted((a, b) => a.requested_at - b.requested_at || (a.id < b.id ? -1 : 1));
  deepEqual(read.map(({ id }) => id), inOrder.map(({ id }) => id));
});

testOnEach("exportRows() begins with `from`, ends before `until` and keeps to the cabinet", async (
  { place },
  stack,
) => {
  const db = stack.use(await openDatabase(place));
  await insert(db, [3, 1, 2, 4].map((at) => command(at)));
  await insert(db, [2, 5].map((at) => command(at, { cabinet: "other" })));
  const tables = stack.use(await openReadOnly(place));
  deepEqual(await times(tables, {}), [1, 2, 2, 3, 4, 5]);
  deepEqual(await times(tables, { from: 2, until: 4 }), [2, 2, 3]);
  deepEqual(await times(tables, { cabinet: "other" }), [2, 5]);
  deepEqual(await times(tables, { cabinet: "cab", from: 2, until: 4 }), [2, 3]);
  deepEqual(await times(tables, { cabinet: "none" }), []);
  deepEqual(await timeSpanOf(tables, "commands", {}), { first: 1, last: 5 });
  deepEqual(await timeSpanOf(tables, "commands", { cabinet: "cab", from: 2, until: 4 }), {
    first: 2,
    last: 3,
  });
  equal(await timeSpanOf(tables, "commands", { from: 6 }), undefined);
  equal(await timeSpanOf(tables, "events", {}), undefined);
});

testOnEach("a rental in `opening` is not exported", async ({ place }, stack) => {
  const { tables } = stack.use(await openDatabase(place));
  const rest = {
    organization: "main",
    cabinet: "cab",
    cell: 1,
    person: "p",
    picker: null,
    until: null,
    due_at: null,
  };
  const end = { overdue_at: null, ended_at: null, end_reason: null, opens: 0 };
  const kept = { number: null, way_back: null, collecting: 0 };
  const rentals = ([...STORED_RENTAL_STATES, "opening"] as const).map((state, since) => {
    return { ...rest, ...end, ...kept, id: crypto.randomUUID(), state, since };
  });
  await tables.insertInto("rentals").values(rentals).execute();
  deepEqual(await times(tables, {}, "rentals"), [1, 2, 3]);
  deepEqual(await timeSpanOf(tables, "rentals", {}), { first: 1, last: 3 });
});

testOnEach("exportRows() returns all earlier rows in order while others are written", async (
  { place },
  stack,
) => {
  const db = stack.use(await openDatabase(place));
  const before = Array.from({ length: MANY }, (_, index) => command(index));
  await insert(db, before);
  const tables = stack.use(await openReadOnly(place));
  const read: number[] = [];
  let next = MANY;
  for await (const { rows } of exportRows(tables, "commands", { until: MANY + 10 })) {
    read.push(...rows.map(({ requested_at }) => requested_at));
    await db.writer.transaction(async (trx) => {
      await trx.insertInto("commands").values(command(next++)).execute();
    });
  }
  deepEqual(read, Array.from(read, (_, index) => index));
  equal(read.length >= MANY, true);
});

Deno.test("exportRows() keeps no transaction open between its steps, so that SQLite's log can be emptied", async () => {
  await using stack = new AsyncDisposableStack();
  const place = { folder: stack.use(await tempFolder()).path };
  const db = stack.use(await openDatabase(place));
  await insert(db, Array.from({ length: MANY }, (_, index) => command(index)));
  const tables = stack.use(await openReadOnly(place));
  for await (const _ of exportRows(tables, "commands", {})) {
    const { rows: [log] } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(db.tables);
    equal(log?.busy, 0);
  }
});

Deno.test("exportRows() and timeSpanOf() use an index for every range", async () => {
  const asked: CompiledQuery[] = [];
  await using db = new Kysely<Schema>({
    dialect: sqliteDialect(":memory:"),
    log: ({ query }) => void asked.push(query),
  });
  await migrate(db);
  for (const table of ["rentals", "commands", "events"] as const) {
    for (
      const [cabinet, index, organization] of [
        [undefined, "newest", undefined],
        ["cab", "by_cabinet", undefined],
        [undefined, "newest", "acme"],
      ] as const
    ) {
      const range = { organization, cabinet, from: 1, until: 2 };
      asked.length = 0;
      await timeSpanOf(db, table, range);
      await Array.fromAsync(exportRows(db, table, range));
      equal(asked.length, 3);
      for (const query of asked.slice()) {
        // One cabinet's events are few enough to be sorted in each step.
        const isSorted = table === "events" && cabinet !== undefined;
        const plan = isSorted ? ["events_of_cabinet", "USE TEMP B-TREE FOR ORDER BY"] : [`${table}_${index}`];
        deepEqual(await planOf(db, query), plan);
      }
    }
  }
});

/** The indexes that are searched; any other step, such as sorting, in SQLite's words. */
async function planOf(db: Tables, query: CompiledQuery): Promise<string[]> {
  const { rows } = await db.executeQuery<{ detail: string }>({
    ...query,
    sql: `explain query plan ${query.sql}`,
  });
  return rows.map(({ detail }) => /^SEARCH \w+ USING (?:COVERING )?INDEX (\w+)/.exec(detail)?.[1] ?? detail);
}
