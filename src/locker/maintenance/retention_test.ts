import { deepEqual, equal, throws } from "node:assert/strict";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { openDatabase } from "../../db/mod.ts";
import { endJob, insertJob } from "../../db/queries/bulk/jobs.ts";
import { LOG_IN, RETENTION } from "../../lib/limits.ts";
import { newJob } from "../../../testing/rigs/bulk_job.ts";
import { ANNE, BERT, Rig } from "../../../testing/rigs/locker.ts";
import { keptDaysFrom, removeWhatIsOld } from "./retention.ts";

const DAY_MS = 24 * 3600 * 1000;
const goOn = () => Promise.resolve(true);

testOnEach("removeWhatIsOld() removes each kind by its own age, and nothing that is not over", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place, { rules: { rentalMinutes: 60 } }));
  const { tables } = rig.db;
  rig.evidence = () => ({ state: "accepted" });
  const gone = await rig.tap(ANNE, { command: "store" });
  await rig.tap(ANNE, { command: "retrieve", rental: gone.id });
  const kept = await rig.tap(ANNE, { command: "store" });
  rig.later = 2 * 3600 * 1000;
  await rig.due();
  await rig.journal.request({
    id: crypto.randomUUID(),
    organization: "main",
    cabinet: "cab",
    cell: 1,
    command: "open",
    by: "operator",
    note: null,
  });
  const days = keptDaysFrom({ commands: 10, rentals: 20, "events.overdue": 30, events: 40, acts: 0 });
  deepEqual(
    [days["events.overdue"], days["events.stored"], days.commands],
    [40, 40, 10],
    "the last word counts",
  );
  const counts = async () => {
    const count = async (table: "commands" | "rentals" | "events") =>
      Number(
        (await tables.selectFrom(table).select(({ fn }) => fn.countAll().as("n")).executeTakeFirst())?.n,
      );
    return [await count("commands"), await count("rentals"), await count("events")];
  };
  const at = async (day: number) => {
    await removeWhatIsOld(rig.db, { days, now: Date.now() + day * DAY_MS, pause: goOn });
    return await counts();
  };
  deepEqual(await at(9), [4, 2, 4]);
  deepEqual(await at(11), [1, 2, 4], "a command that is not over stays");
  deepEqual(await at(21), [1, 1, 4], "a rental that is not over stays");
  deepEqual(await at(41), [1, 1, 0]);
  equal((await rig.rentals.of("cab", ANNE))[0]?.rental, kept.id);
  deepEqual(await at(10_000), [1, 1, 0]);
});

testOnEach("removeWhatIsOld() goes in small steps and ends when it is told to", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const rows = Array.from({ length: 2 * RETENTION.stepMax + 1 }, (_, n) => ({
    id: crypto.randomUUID(),
    at: n,
    kind: "stored" as const,
    organization: "main",
    cabinet: "cab",
    cell: 1,
    person: null,
    rental: null,
    detail: null,
  }));
  await rig.db.tables.insertInto("events").values(rows).execute();
  const days = keptDaysFrom({});
  const once = { days, now: Date.now(), pause: () => Promise.resolve(false) };
  equal(await removeWhatIsOld(rig.db, once), RETENTION.stepMax);
  const oldest = await rig.db.tables.selectFrom("events").select("at").orderBy("at").executeTakeFirst();
  equal(oldest?.at, RETENTION.stepMax, "the oldest go first");
  equal(await removeWhatIsOld(rig.db, { ...once, pause: goOn }), RETENTION.stepMax + 1);
});

testOnEach("removeWhatIsOld() removes sessions of staff when their address is not known any more", async (
  { place },
  stack,
) => {
  const db = stack.use(await openDatabase(place));
  const session = { id: "one", hash: "hash", account: "anna", address: "203.0.113.9", agent: "" };
  await db.tables.insertInto("staff_sessions").values({
    ...session,
    created_at: 0,
    used_at: 1,
    ended_at: null,
  })
    .execute();
  const removed = async (day: number) =>
    await removeWhatIsOld(db, { days: keptDaysFrom({}), now: day * DAY_MS + 1, pause: goOn });
  deepEqual([await removed(LOG_IN.knownDays), await removed(LOG_IN.knownDays + 1)], [0, 1]);
});

testOnEach("removeWhatIsOld() keeps a code for as long as it works", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place, { rules: { codeMinutes: 60 * 24 * 60 } }));
  const { id: rental } = await rig.tap(ANNE, { command: "store" });
  const code = await rig.code(ANNE, rental);
  rig.later = 59 * DAY_MS;
  const days = keptDaysFrom({ codes: 30 });
  await removeWhatIsOld(rig.db, { days, now: Date.now() + rig.later, pause: goOn });
  equal((await rig.tap(BERT, { command: "pickup", code, address: "" })).state, "opened");
  await removeWhatIsOld(rig.db, { days, now: Date.now() + 91 * DAY_MS, pause: goOn });
  equal(await rig.db.tables.selectFrom("codes").select("id").executeTakeFirst(), undefined);
});

testOnEach("removeWhatIsOld() removes notices that are finished, keys that were used, and leases", async (
  { place },
  stack,
) => {
  const { db } = stack.use(await Rig.open(place));
  const notice = {
    kind: "stored",
    person: ANNE,
    cabinet: "cab",
    cell: 1,
    rental: "rental",
    code: null,
    at: 0,
    tries: 1,
    next_at: 0,
    unsure_since: null,
    problem: null,
  } as const;
  await db.tables.insertInto("notices").values([
    { ...notice, id: "told", state: "sent", finished_at: 0 },
    { ...notice, id: "waits", state: "waiting", finished_at: null },
  ]).execute();
  await db.tables.insertInto("used").values({ key: "state", until: 0 }).execute();
  await db.tables.insertInto("leases").values({ name: "hall", holder: "test", until: 0 }).execute();
  await db.tables.insertInto("tokens").values({ name: "access", value: "t", until: 0, leased_until: 0 })
    .execute();
  const left = async (day: number) => {
    await removeWhatIsOld(db, { days: keptDaysFrom({}), now: day * DAY_MS + 1, pause: goOn });
    const notices = await db.tables.selectFrom("notices").select("id").orderBy("id").execute();
    const used = await db.tables.selectFrom("used").select("key").execute();
    const leases = await db.tables.selectFrom("leases").select("name").execute();
    return [...notices.map(({ id }) => id), ...used.map(({ key }) => key), ...leases.map(({ name }) => name)];
  };
  deepEqual(await left(0), ["told", "waits", "state", "hall"]);
  deepEqual(await left(1), ["told", "waits"]);
  deepEqual(await left(30), ["waits"]);
  equal((await db.tables.selectFrom("tokens").select("name").execute()).length, 1);
});

testOnEach("removeWhatIsOld() keeps the targets of a job for as long as the job is there", async (
  { place },
  stack,
) => {
  const db = stack.use(await openDatabase(place));
  const job = newJob({ id: "job" });
  await db.writer.transaction((trx) => insertJob(trx, job, [["cab", 0]]));
  const days = keptDaysFrom({ acts: 10 });
  const left = async (day: number) => {
    await removeWhatIsOld(db, { days, now: day * DAY_MS, pause: goOn });
    const rows = [
      ...await db.tables.selectFrom("bulk_jobs").select("id").execute(),
      ...await db.tables.selectFrom("bulk_targets").select("id").execute(),
    ];
    return rows.length;
  };
  equal(await left(100), 2, "it is not over");
  await db.writer.transaction((trx) =>
    endJob(trx, "job", { state: "stopped", problem: null, now: 95 * DAY_MS })
  );
  equal(await left(100), 2);
  equal(await left(106), 0);
});

Deno.test("keptDaysFrom() knows its kinds", () => {
  equal(keptDaysFrom({ rentals: 7 }).rentals, 7);
  equal(keptDaysFrom({ events: 7 })["events.stored"], 7);
  throws(() => keptDaysFrom({ doors: 1 }), /"doors" is none of/);
});
