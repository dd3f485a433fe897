import { deepEqual, equal } from "node:assert/strict";
import { OTHER, seeded } from "../../../../testing/rigs/two_organizations.ts";
import { testOnEach, testOnPostgres } from "../../../../testing/servers/databases.ts";
import { until } from "../../../../testing/until.ts";
import { deleteCabinet } from "../cabinets.ts";
import { type Database, openDatabase, type Tables } from "../../mod.ts";
import {
  endAlarms,
  endAlarmsOf,
  endAlarmsOfAll,
  endExpiredAlarms,
  extendAlarm,
  raiseAlarm,
} from "./alarms.ts";

const place = { cabinet: "cab", cell: 1 };

/** What is told of alarms, oldest first. */
async function toldOf({ tables }: Database): Promise<string[]> {
  const rows = await tables.selectFrom("events").innerJoin("alarms", "alarms.id", "events.alarm")
    .select(["events.at", "events.kind", "detail", "events.cabinet", "events.cell", "subject"]).orderBy("seq")
    .execute();
  return rows.map((row) =>
    `${row.at} ${row.kind} ${row.detail} ${row.cabinet}/${row.cell} ${row.subject}`.trim()
  );
}

/** Does each in a transaction of its own. */
async function doEach(db: Database, works: readonly ((trx: Tables) => Promise<unknown>)[]): Promise<void> {
  for (const work of works) await db.writer.transaction(work);
}

testOnEach(
  "an alarm is told as it is raised and as it ends, and not as it goes on",
  async (database, stack) => {
    const db = stack.use(await openDatabase(database.place));
    const jam = { ...place, kind: "did-not-open", raised_at: 10 } as const;
    const passing = { ...place, cell: 0, kind: "second-connection", raised_at: 20, until: 50 } as const;
    await doEach(db, [
      (trx) => raiseAlarm(trx, jam),
      (trx) => raiseAlarm(trx, { ...jam, raised_at: 11 }),
      (trx) => extendAlarm(trx, passing),
      (trx) => extendAlarm(trx, { ...passing, raised_at: 21, until: 60 }),
      (trx) => raiseAlarm(trx, { ...passing, kind: "wrong-codes", subject: "somebody" }),
      (trx) => endExpiredAlarms(trx, { now: 55, limit: 10 }),
      (trx) => endExpiredAlarms(trx, { now: 60, limit: 10 }),
      // The report that ends it is about an earlier time.
      (trx) => endAlarms(trx, { ...place, kinds: ["did-not-open"], now: 5 }),
      (trx) => endAlarms(trx, { ...place, kinds: ["did-not-open"], now: 70 }),
    ]);
    deepEqual(await toldOf(db), [
      "10 alarm-raised did-not-open cab/1",
      "20 alarm-raised second-connection cab/0",
      "20 alarm-raised wrong-codes cab/0 somebody",
      "50 alarm-ended wrong-codes cab/0 somebody",
      "60 alarm-ended second-connection cab/0",
      "10 alarm-ended did-not-open cab/1",
    ]);
  },
);

testOnPostgres(
  "an alarm that is extended while its end waits for it goes on",
  async (database, stack) => {
    const db = stack.use(await openDatabase(database.place));
    const alarm = { ...place, kind: "second-connection", raised_at: 20, until: 50 } as const;
    await db.writer.transaction((trx) => extendAlarm(trx, alarm));
    const extending = await db.tables.startTransaction().execute();
    await extendAlarm(extending, { ...alarm, until: 90 });
    const ending = db.writer.transaction((trx) => endExpiredAlarms(trx, { now: 60, limit: 10 }));
    await until(async () =>
      (await database.query(
        "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      )).length > 0
    );
    await extending.commit().execute();
    equal(await ending, 0);
    deepEqual(await toldOf(db), ["20 alarm-raised second-connection cab/1"]);
  },
);

testOnEach("what is undone is not told", async (database, stack) => {
  const db = stack.use(await openDatabase(database.place));
  const jam = { ...place, kind: "did-not-open", raised_at: 10 } as const;
  const undone = db.writer.transaction(async (trx) => {
    await raiseAlarm(trx, jam);
    throw new Error("undone");
  });
  await undone.catch(() => {});
  deepEqual(await toldOf(db), []);
});

testOnEach(
  "many alarms that end at once are told each, in steps where they expire",
  async (database, stack) => {
    const db = stack.use(await openDatabase(database.place));
    const cells = Array.from({ length: 600 }, (_, index) => index + 1);
    const raised = (kind: "left-open" | "contact-flutters", until: number | null) => async (trx: Tables) => {
      for (const cell of cells) await raiseAlarm(trx, { cabinet: "cab", cell, kind, raised_at: 1, until });
    };
    await doEach(db, [raised("left-open", null), raised("contact-flutters", 5)]);
    const ended: number[] = [];
    const step = async (trx: Tables) => void ended.push(await endExpiredAlarms(trx, { now: 5, limit: 500 }));
    await doEach(db, [step, step, step, (trx) => endAlarmsOf(trx, "cab", { now: 9 })]);
    deepEqual(ended, [500, 100, 0]);
    const told = await toldOf(db);
    equal(told.length, 4 * cells.length);
    equal(new Set(told).size, told.length);
  },
);

testOnEach("alarms that end with their cabinet are told to its organization", async (database, stack) => {
  const { cabinet } = await seeded(
    database.place,
    (seeds) => seeds.place({ organization: OTHER, cabinet: "gone", tag: "tag", word: "W" }),
  );
  const db = stack.use(await openDatabase(database.place));
  // So that only the alarm itself says whose it is.
  for (const table of ["commands", "events"] as const) await db.tables.deleteFrom(table).execute();
  await db.tables.updateTable("cells").set({ rental: null }).execute();
  await doEach(db, [
    (trx) => raiseAlarm(trx, { kind: "offline", cabinet: "", cell: 0, raised_at: 1 }),
    (trx) => endAlarmsOfAll(trx, [""], { kind: "offline", now: 2 }),
    (trx) => deleteCabinet(trx, cabinet, 3),
  ]);
  const told = await db.tables.selectFrom("events").select(["organization", "cabinet", "kind"]).orderBy("seq")
    .execute();
  deepEqual(told.map((row) => `${row.organization} ${row.cabinet} ${row.kind}`), [
    "main  alarm-raised",
    "main  alarm-ended",
    `${OTHER} gone alarm-ended`,
  ]);
});
