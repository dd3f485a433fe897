import { deepEqual, equal } from "node:assert/strict";
import { type TestDatabase, testOnEach } from "../../testing/servers/databases.ts";
import { type Database, type DatabaseLocation, openDatabase, writeCheck } from "../db/mod.ts";
import { DATABASE } from "../lib/limits.ts";
import { Readiness } from "./readiness.ts";

/** A program's readiness, with the clock in the test's hand, and the jobs that it does. */
async function rigOf(place: DatabaseLocation, stack: AsyncDisposableStack) {
  const db = stack.use(await openDatabase(place));
  const clock = { now: 1_000 };
  const jobs: string[] = [];
  const run: Database["writer"]["run"] = (job, data) => {
    jobs.push(job.name);
    return db.writer.run(job, data);
  };
  const { writer } = db;
  const counting: typeof writer = {
    transaction: (work) => writer.transaction(work),
    command: (write) => writer.command(write),
    run,
    idle: () => writer.idle(),
    [Symbol.dispose]: () => {},
  };
  const options = { now: () => clock.now, wallClock: () => 1_800_000_000_000 };
  const readiness = new Readiness({ ...db, writer: counting }, options);
  return { db, clock, jobs, readiness };
}

/** Another program keeps everybody from writing what a proof writes. */
async function locked({ place }: TestDatabase, stack: AsyncDisposableStack) {
  const other = stack.use(await openDatabase(place));
  const trx = await other.tables.startTransaction().execute();
  await writeCheck.work(trx, { at: 0 });
  return { ends: () => trx.rollback().execute() };
}

testOnEach("Readiness.missing() says no while the database answers and cannot be written", async (
  database,
  stack,
) => {
  const { db, clock, readiness } = await rigOf(database.place, stack);
  equal(await readiness.missing(), undefined);
  const lock = await locked(database, stack);
  equal(await readiness.missing(), undefined, "proven a moment ago");
  clock.now += DATABASE.provenMs;
  equal(await readiness.missing(), "the database cannot be written");
  await lock.ends();
  await db.writer.idle();
  equal(await readiness.missing(), undefined);
});

testOnEach(
  "Readiness.missing() writes once for all who ask within some seconds",
  async ({ place }, stack) => {
    const { clock, jobs, readiness } = await rigOf(place, stack);
    const ask = () => Promise.all(Array.from({ length: 50 }, () => readiness.missing()));
    deepEqual(new Set(await ask()), new Set([undefined]));
    deepEqual(new Set(await ask()), new Set([undefined]));
    deepEqual(jobs, ["write-check"]);
    clock.now += DATABASE.provenMs;
    await ask();
    deepEqual(jobs, ["write-check", "write-check"]);
  },
);

testOnEach("Readiness.missing() says no when the database is gone", async ({ place }, stack) => {
  const { db, readiness } = await rigOf(place, stack);
  await db[Symbol.asyncDispose]();
  equal(await readiness.missing(), "the database does not answer");
});
