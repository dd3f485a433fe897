import type { BulkState } from "../../../cabinet/kinds.ts";
import { isOwned, type OrganizationView, TABLES } from "../../organization_view.ts";
import type { BulkJobTable, BulkPartTable, Tables } from "../../schema.ts";
import { type Cursor, type Page, readPage } from "../../statements/page.ts";
import { IS_RUNNING, type LeasedJob } from "./leases.ts";

/** The cabinets and cells of a job, in the order in which they are done; cell 0 is the whole cabinet. */
export type BulkTargets = readonly (readonly [cabinet: string, cell: number])[];

/** Adds a job. */
export async function insertJob(trx: Tables, job: BulkJobTable, targets: BulkTargets): Promise<void> {
  const { id, organization, created_at } = job;
  await trx.insertInto("bulk_jobs").values(job).execute();
  await trx.insertInto("bulk_targets")
    .values({ id, organization, created_at, targets: JSON.stringify(targets) }).execute();
}

/** The job's targets; `undefined`: they are gone. */
export async function targetsOf(db: Tables, job: string): Promise<BulkTargets | undefined> {
  const row = await db.selectFrom("bulk_targets").select("targets").where("id", "=", job).executeTakeFirst();
  return row && JSON.parse(row.targets);
}

/** How many jobs of the organization are not over. */
export async function countRunningJobs(trx: Tables, organization: string): Promise<number> {
  const { count } = await trx.selectFrom("bulk_jobs").select(({ fn }) => fn.countAll<number>().as("count"))
    .where("organization", "=", organization).where(IS_RUNNING).executeTakeFirstOrThrow();
  return Number(count);
}

/** The job, or `undefined`. */
export async function jobById(trx: Tables, id: string): Promise<BulkJobTable | undefined> {
  return await trx.selectFrom("bulk_jobs").selectAll().where("id", "=", id).executeTakeFirst();
}

/** The job, if it is within the view: a scope sees what was started with no more than it. */
export async function jobWithin(view: OrganizationView, id: string): Promise<BulkJobTable | undefined> {
  const job = await view[TABLES].selectFrom("bulk_jobs").selectAll().where("id", "=", id).where(
    isOwned(view, { byOrganizationIndex: false }),
  )
    .executeTakeFirst();
  return job && isWithinScope(view, job) ? job : undefined;
}

/** A page of the jobs within the view, newest first. */
export async function jobsPage(
  view: OrganizationView,
  { before, limit }: { before?: Cursor | undefined; limit: number },
): Promise<Page<BulkJobTable>> {
  const keep = view.tags && ((job: BulkJobTable) => isWithinScope(view, job));
  const query = view[TABLES].selectFrom("bulk_jobs").selectAll().where(isOwned(view));
  return await readPage(query, { time: "created_at", before, limit, keep });
}

/** Which of a job's parts are wanted. */
interface WantedParts {
  readonly job: string;
  /** The index of the part behind which they begin. */
  readonly after: number;
  /** @default {undefined} of any */
  readonly result?: BulkPartTable["result"] | undefined;
  readonly limit: number;
}

/** What came of the job's targets, in their order. */
export async function partsAfter(
  view: OrganizationView,
  { job, after, result, limit }: WantedParts,
): Promise<BulkPartTable[]> {
  const parts = view[TABLES].selectFrom("bulk_parts").selectAll().where(
    "organization",
    "=",
    view.organization,
  )
    .where("job", "=", job).where("n", ">", after);
  const wanted = result === undefined ? parts : parts.where("result", "=", result);
  return await wanted.orderBy("n").limit(limit).execute();
}

/**
 * Notes what came of the job's next target, renews the lease, and ends the job with its last target. The transaction that
 * does the target's act calls it, so both are there or neither.
 *
 * @returns `false`: it is not this isolate's target to do, as the job was cancelled or taken up by another isolate
 */
export async function notePart(
  trx: Tables,
  { organization, total, lease }: LeasedJob,
  part: BulkPartTable,
  until: number,
): Promise<boolean> {
  const { job, n, result, at } = part;
  const isLast = n + 1 === total;
  const noted = await trx.updateTable("bulk_jobs").set((eb) => ({
    next: n + 1,
    [result]: eb(eb.ref(result), "+", 1),
    leased_until: until,
    ...isLast && { state: "done", finished_at: at, lease: null },
  })).where("id", "=", job).where("organization", "=", organization).where("next", "=", n)
    .where("lease", "=", lease).where("state", "=", "running").returning("id").executeTakeFirst();
  if (!noted) return false;
  await trx.insertInto("bulk_parts").values(part).execute();
  return true;
}

/** Ends a job that is not over, and leaves the rest of it undone; `false`: it is over. */
export async function endJob(
  trx: Tables,
  id: string,
  { state, problem, now }: { state: BulkState; problem: string | null; now: number },
): Promise<boolean> {
  return await trx.updateTable("bulk_jobs").set({ state, problem, finished_at: now, lease: null })
    .where("id", "=", id).where("state", "=", "running").returning("id").executeTakeFirst() !== undefined;
}

/** Whether the job could concern no cabinet that the view does not reach. */
function isWithinScope({ tags }: OrganizationView, job: Pick<BulkJobTable, "tags">): boolean {
  if (tags === undefined) return true;
  const scope: readonly string[] | null = job.tags === null ? null : JSON.parse(job.tags);
  return scope?.every((tag) => tags.includes(tag)) ?? false;
}
