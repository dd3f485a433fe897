import { deepEqual, equal, match } from "node:assert/strict";
import { root } from "../../../testing/rigs/actor.ts";
import { newJob } from "../../../testing/rigs/bulk_job.ts";
import { Rig } from "../../../testing/rigs/locker.ts";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { until } from "../../../testing/until.ts";
import { endJob, insertJob, jobById } from "../../db/queries/bulk/jobs.ts";
import { AuditLog } from "../audit_log.ts";
import { BulkJobs } from "./bulk_jobs.ts";
import { BulkParts } from "./bulk_parts.ts";
import { BulkRunner } from "./bulk_runner.ts";

function partsOf({ db, router, cabinets }: Rig) {
  const wallClock = Date.now;
  const auditLog = new AuditLog(db, { router, wallClock });
  const stillMay = () => Promise.resolve(true);
  return { auditLog, wallClock, parts: new BulkParts(db, { auditLog, cabinets, stillMay, wallClock }) };
}

testOnEach("a job that is over is not cancelled, and the audit log has no line of it", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place));
  const { auditLog, wallClock } = partsOf(rig);
  const jobs = new BulkJobs(rig.db, { auditLog, wallClock, started: () => {} });
  const acts = async () =>
    (await rig.db.tables.selectFrom("acts").select(["act", "subject"]).execute())
      .map(({ act, subject }) => `${act} ${subject}`);
  for (const id of ["runs", "over"]) {
    await rig.db.writer.transaction((trx) => insertJob(trx, newJob({ id }), [["cab", 1]]));
  }
  await rig.db.writer.transaction((trx) => endJob(trx, "over", { state: "done", problem: null, now: 1 }));
  for (const id of ["runs", "over"]) await jobs.cancel(root(), id);
  deepEqual(await acts(), ["cancel-job runs"]);
  equal((await jobById(rig.db.tables, "over"))?.state, "done");
});

testOnEach("a job whose targets are gone is stopped, and keeps no other from being done", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place));
  const { parts, wallClock } = partsOf(rig);
  for (const [created_at, id] of ["gone", "there"].entries()) {
    await rig.db.writer.transaction((trx) => insertJob(trx, newJob({ id, created_at }), [["cab", 1]]));
  }
  await rig.db.tables.deleteFrom("bulk_targets").where("id", "=", "gone").execute();
  const failures: unknown[] = [];
  await using runner = new BulkRunner(rig.db, {
    parts,
    polls: false,
    failed: (error) => void failures.push(error),
    wallClock,
  });
  runner.wake();
  const jobs = async () => [await jobById(rig.db.tables, "gone"), await jobById(rig.db.tables, "there")];
  const [gone, there] = await until(async () => {
    const all = await jobs();
    return all.every((job) => job?.state !== "running") && all;
  }, { saw: () => failures });
  deepEqual([gone?.state, there?.state], ["stopped", "done"]);
  match(gone?.problem ?? "", /not kept any more/);
  deepEqual(failures, []);
  deepEqual(await rig.states(), ["disabled", "free", "free"]);
});
