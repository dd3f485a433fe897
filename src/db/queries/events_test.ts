import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { sql } from "kysely";
import { testOnEach, testOnPostgres } from "../../../testing/servers/databases.ts";
import { createMigratedDatabase } from "../../../testing/servers/template.ts";
import { dropDatabase } from "../../../testing/sql.ts";
import { OPERATOR } from "../../lib/limits.ts";
import { chance } from "../../../testing/chance.ts";
import { until } from "../../../testing/until.ts";
import { eventsAfter, eventsPage } from "./events.ts";
import { type Database, openDatabase } from "../mod.ts";
import type { Cursor } from "../statements/page.ts";
import { insertEvent, insertEvents, type NewEvent } from "./records.ts";
import type { EventKind } from "../../cabinet/kinds.ts";

/** Concurrent writers, and how many events each writes. */
const WRITERS = 6;
const TURNS = 30;

/** An event that is recognized by its detail. */
function event(detail: string, more: Partial<NewEvent> = {}): NewEvent {
  const about = { cabinet: "cab", cell: 1, person: null, rental: null, command: null };
  return { at: 1, kind: "stored", ...about, detail, ...more };
}

/** What the organization's staff reads, newest first. */
function newest(db: Database, filter: Parameters<typeof eventsPage>[1]): ReturnType<typeof eventsPage> {
  return db.view({ organization: "main" }, (view) => eventsPage(view, filter));
}

/** What its staff reads, oldest first. */
function oldest(db: Database, filter: Parameters<typeof eventsAfter>[1]): ReturnType<typeof eventsAfter> {
  return db.view({ organization: "main" }, (view) => eventsAfter(view, filter));
}

async function write(db: Database, ...details: string[]): Promise<void> {
  for (const detail of details) await db.writer.transaction((trx) => insertEvent(trx, event(detail)));
}

/** All events that a reader gets who goes on from that event, and the reader's position then. */
async function after(
  db: Database,
  from?: number | Cursor,
): Promise<{ details: (string | null)[]; next: number | Cursor | undefined }> {
  const details: (string | null)[] = [];
  let next: number | Cursor | undefined = from;
  while (true) {
    const page = await oldest(db, { after: next, limit: 2 });
    details.push(...page.items.map(({ detail }) => detail));
    if (page.items.length === 0) return { details, next };
    next = page.next;
  }
}

testOnEach("eventsPage() lists events of the same time in the order in which they were written", async (
  { place },
  stack,
) => {
  const db = stack.use(await openDatabase(place));
  const names = Array.from({ length: 20 }, (_, index) => `${index}`);
  await write(db, ...names.slice(0, 10));
  await db.writer.transaction((trx) => insertEvents(trx, names.slice(10).map((name) => event(name))));
  const listed: (string | null)[] = [];
  let before: Cursor | undefined;
  do {
    const page = await newest(db, { limit: 3, before, cabinet: "cab" });
    listed.push(...page.items.map(({ detail }) => detail));
    before = page.next;
  } while (before);
  deepEqual(listed, names.toReversed());
  deepEqual((await after(db)).details, names);
});

testOnEach("a cursor keeps its position when its event was removed since", async ({ place }, stack) => {
  const db = stack.use(await openDatabase(place));
  for (const [index, name] of ["a", "b", "c", "d"].entries()) {
    await insertEvent(db.tables, event(name, { at: index }));
  }
  const { next } = await newest(db, { limit: 2 });
  await db.tables.deleteFrom("events").where("detail", "=", "c").execute();
  const details = (page: Awaited<ReturnType<typeof eventsPage>>) => page.items.map(({ detail }) => detail);
  deepEqual(details(await newest(db, { limit: 2, before: next })), ["b", "a"]);
  deepEqual(
    (await after(db, next)).details,
    ["b", "d"],
    "an event is rather repeated than skipped",
  );
  const all = await after(db, next);
  await db.tables.deleteFrom("events").execute();
  deepEqual(await oldest(db, { after: all.next, limit: 2 }), { items: [], next: all.next });
  await write(db, "e");
  deepEqual((await after(db, all.next)).details, ["e"], "no number is used twice");
});

testOnEach("eventsAfter() does not begin anew behind an event that was removed, and skips none", async (
  { place },
  stack,
) => {
  const db = stack.use(await openDatabase(place));
  const [page, late] = [OPERATOR.pageMax, 3 * OPERATOR.pageMax];
  const ordinary = Array.from({ length: late }, (_, n) => event(`${n}`, { at: n * 10 }));
  await insertEvents(db.tables, ordinary);
  // Just older than the last one, and written after it.
  await insertEvents(db.tables, [
    event("told late", { at: late * 10 - 11 }),
    event("new", { at: late * 10 }),
  ]);
  const last = await db.tables.selectFrom("events").select(["at", "id"]).where("detail", "=", `${late - 1}`)
    .executeTakeFirstOrThrow();
  deepEqual((await after(db, last)).details, ["told late", "new"]);
  await db.tables.deleteFrom("events").where("id", "=", last.id).execute();
  const { details } = await after(db, last);
  deepEqual(details.slice(-2), ["told late", "new"]);
  ok(details.length < page + 2, `${details.length} events again`);
});

testOnEach("eventsAfter() filters by cabinet and kind, and goes on behind the events that it read", async (
  { place },
  stack,
) => {
  const db = stack.use(await openDatabase(place));
  await insertEvents(db.tables, [
    event("a", { kind: "ended" }),
    event("b", { cabinet: "other" }),
    event("c"),
    event("d", { kind: "ended" }),
  ]);
  const of = async (filter: { cabinet?: string; kind?: EventKind }) =>
    (await oldest(db, { ...filter, limit: 10 })).items.map(({ detail }) => detail);
  deepEqual(await of({ cabinet: "cab" }), ["a", "c", "d"]);
  deepEqual(await of({ kind: "ended" }), ["a", "d"]);
  deepEqual(await of({ cabinet: "cab", kind: "stored" }), ["c"]);
});

testOnPostgres(
  "eventsAfter() misses no event that is committed later under a smaller number",
  async (
    { place },
    stack,
  ) => {
    const db = stack.use(await openDatabase(place));
    await write(db, "before");
    const { next } = await after(db);
    const [first, second] = [
      await db.tables.startTransaction().execute(),
      await db.tables.startTransaction().execute(),
    ];
    await insertEvent(first, event("first"));
    await insertEvent(second, event("second"));
    await second.commit().execute();
    deepEqual((await newest(db, { limit: 1 })).items.map(({ detail }) => detail), ["second"]);
    const early = await after(db, next);
    deepEqual(early.details, [], "the first one may still be committed");
    await first.commit().execute();
    deepEqual((await after(db, early.next)).details, ["first", "second"]);
  },
);

testOnPostgres("eventsAfter() does not wait for transactions that write no events", async (
  { place },
  stack,
) => {
  const db = stack.use(await openDatabase(place));
  const other = await db.tables.startTransaction().execute();
  await sql`select pg_current_xact_id()`.execute(other);
  await write(db, "a");
  deepEqual((await after(db)).details, ["a"]);
  await other.rollback().execute();
});

testOnPostgres("eventsAfter() does not wait for transactions of another database, a copy", async (
  { place },
  stack,
) => {
  const copy = await createMigratedDatabase(place.url ?? "");
  stack.defer(() => dropDatabase(place.url ?? "", copy));
  const [db, other] = [
    stack.use(await openDatabase(place)),
    stack.use(await openDatabase({ ...place, url: copy })),
  ];
  const writing = await other.tables.startTransaction().execute();
  await insertEvent(writing, event("elsewhere"));
  await write(db, "a");
  deepEqual((await after(db)).details, ["a"]);
  await writing.rollback().execute();
});

testOnEach(
  "eventsAfter() returns each event once and in one order while many write",
  async ({ place }, stack) => {
    const db = stack.use(await openDatabase(place));
    const written: string[] = [];
    const writing = Promise.all(Array.from({ length: WRITERS }, async (_, writer) => {
      const random = chance(`writer ${writer}`);
      for (let turn = 0; turn < TURNS; turn++) {
        const name = `${writer} ${turn}`;
        const isUndone = turn % 7 === 3;
        const work = db.writer.transaction(async (trx) => {
          await insertEvent(trx, event(`${name} a`));
          // On Postgres others write and commit meanwhile.
          if (db.kind === "postgres") await new Promise((resolve) => setTimeout(resolve, random() * 10));
          await insertEvent(trx, event(`${name} b`));
          if (isUndone) throw new RangeError("undone");
        });
        if (isUndone) await rejects(work, RangeError);
        else await work.then(() => written.push(`${name} a`, `${name} b`));
      }
    }));
    const heard: (string | null)[] = [];
    let next: number | Cursor | undefined;
    let isOver = false;
    writing.then(() => isOver = true);
    await until(async () => {
      const wasOver = isOver;
      const more = await after(db, next);
      heard.push(...more.details);
      next = more.next;
      return wasOver && more.details.length === 0;
    });
    await writing;
    deepEqual(heard.toSorted(), written.toSorted());
    // A reader asks again while a transaction that was undone still ends.
    const later = await until(async () => {
      const { details } = await after(db);
      return details.length > 0 && details;
    });
    deepEqual(later, heard, "the same as a later reader gets");
    equal(new Set(heard).size, heard.length);
  },
);
