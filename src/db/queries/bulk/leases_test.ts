import { deepEqual, equal } from "node:assert/strict";
import { newJob } from "../../../../testing/rigs/bulk_job.ts";
import { testOnEach } from "../../../../testing/servers/databases.ts";
import { type Database, type DatabaseLocation, openDatabase } from "../../mod.ts";
import { insertJob } from "./jobs.ts";
import { isAnotherNext, leaseJob, releaseJob } from "./leases.ts";

const LEASE_MS = 1_000;

/** Jobs whose ids begin with their organization, as `a1`, and what isolates do with them. */
class Jobs {
  readonly db: Database;

  constructor(db: Database) {
    this.db = db;
  }

  static async open(place: DatabaseLocation, stack: AsyncDisposableStack): Promise<Jobs> {
    return new Jobs(stack.use(await openDatabase(place)));
  }

  async add(ids: readonly string[], at: number): Promise<void> {
    for (const [n, id] of ids.entries()) {
      const job = newJob({ id, organization: id.slice(0, 1), created_at: at + n });
      await this.db.writer.transaction((trx) => insertJob(trx, job, []));
    }
  }

  /** Takes up so many. @returns their ids */
  async lease(now: number, times: number): Promise<(string | undefined)[]> {
    const ids = [];
    for (let n = 0; n < times; n++) {
      const lease = { lease: "isolate", now, until: now + LEASE_MS };
      ids.push((await this.db.writer.transaction((trx) => leaseJob(trx, lease)))?.id);
    }
    return ids;
  }

  async release(id: string, since: number): Promise<void> {
    const job = { id, organization: id.slice(0, 1), total: 1, lease: "isolate" };
    await this.db.writer.transaction((trx) => releaseJob(trx, job, { since }));
  }
}

testOnEach("leaseJob() takes a job of the organization of which the fewest are being done", async (
  { place },
  stack,
) => {
  const jobs = await Jobs.open(place, stack);
  await jobs.add(["a1", "a2", "a3", "a4", "a5"], 1);
  await jobs.add(["b1", "b2"], 10);
  deepEqual(await jobs.lease(100, 8), ["a1", "b1", "a2", "b2", "a3", "a4", "a5", undefined]);
  const again = await jobs.lease(100 + LEASE_MS, 2);
  deepEqual(again.toSorted(), ["a1", "b1"], "those of a dead isolate, the oldest first");
});

testOnEach(
  "leaseJob() takes a job of the organization that has waited longest, where as many are done",
  async (
    { place },
    stack,
  ) => {
    const jobs = await Jobs.open(place, stack);
    await jobs.add(["a1", "a2"], 1);
    await jobs.add(["b1"], 10);
    deepEqual(await jobs.lease(100, 2), ["a1", "b1"]);
    await jobs.release("b1", 140);
    await jobs.release("a1", 150);
    deepEqual(await jobs.lease(150, 3), ["b1", "a1", "a2"], "a job goes on before a later one begins");
  },
);

testOnEach(
  "leaseJob() takes an organization's place from it for no job that it adds",
  async ({ place }, stack) => {
    const jobs = await Jobs.open(place, stack);
    await jobs.add(["a1"], 1);
    await jobs.add(["b1"], 10);
    await jobs.add(["a2"], 20);
    deepEqual(await jobs.lease(100, 3), ["a1", "b1", "a2"]);
  },
);

testOnEach("isAnotherNext() says that a job waits of an organization of which fewer are being done", async (
  { place },
  stack,
) => {
  const jobs = await Jobs.open(place, stack);
  const isNext = (organization: string, now: number) => isAnotherNext(jobs.db.tables, organization, now);
  await jobs.add(["a1", "a2", "a3"], 1);
  await jobs.lease(100, 2);
  equal(await isNext("a", 100), false, "its own");
  await jobs.add(["b1", "b2", "b3"], 110);
  equal(await isNext("a", 120), true);
  deepEqual(await jobs.lease(120, 1), ["b1"]);
  deepEqual([await isNext("a", 120), await isNext("b", 120)], [true, false]);
  deepEqual(await jobs.lease(120, 1), ["b2"]);
  deepEqual([await isNext("a", 120), await isNext("b", 120)], [false, false], "as many");
});
