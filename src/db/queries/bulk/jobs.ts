import { sql } from "kysely";
import { BULK_ACTS, type BulkState } from "../../../cabinet/kinds.ts";
import { isOwned, type OrganizationView, TABLES } from "../../organization_view.ts";
import type { BulkJobTable, BulkPartTable, Tables } from "../../schema.ts";
import { type Cursor, type Page, readPage } from "../../statements/page.ts";

/** Without a parameter, since SQLite does not use a partial index if its condition has one. */
const IS_RUNNING = sql<boolean>`state = ${sql.lit<BulkState>("running")}`;
/** A job that only a newer version can do is left to that version. */
const IS_KNOWN = sql<boolean>`act in (${sql.join(BULK_ACTS.map((act) => sql.lit(act)))})`;

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

/** Whether a job waits for an isolate. Costs one index lookup. */
export async function isJobDue(db: Tables, now: number): Promise<boolean> {
  return await db.selectFrom("bulk_jobs").select("id").where(IS_RUNNING).where(IS_KNOWN)
    .where("leased_until", "<=", now)
    .limit(1).executeTakeFirst() !== undefined;
}

/** An organization's jobs that are not over. */
interface JobShare {
  readonly organization: string;
  /** How many are being done, anywhere in the service, and how many wait for an isolate. */
  readonly leased: number;
  readonly due: number;
  /** When one of them began to wait, at the latest: was added, or given back. */
  readonly since: number;
}

/** What each organization has of the jobs that are not over. */
async function jobShares(db: Tables, now: number): Promise<JobShare[]> {
  const rows = await db.selectFrom("bulk_jobs").select("organization")
    .select(({ eb, fn }) => {
      const isLeased = eb("leased_until", ">", now);
      const isNewer = eb("created_at", ">", eb.ref("leased_until"));
      const began = eb.case().when(isNewer).then(eb.ref("created_at")).else(eb.ref("leased_until")).end();
      const [none, one] = [eb.lit(0), eb.lit(1)];
      return [
        fn.sum<number>(eb.case().when(isLeased).then(one).else(none).end()).as("leased"),
        fn.sum<number>(eb.case().when(isLeased).then(none).else(one).end()).as("due"),
        fn.max<number>(eb.case().when(isLeased).then(none).else(began).end()).as("since"),
      ];
    })
    .where(IS_RUNNING).where(IS_KNOWN).groupBy("organization").execute();
  return rows.map(({ organization, leased, due, since }) => (
    { organization, leased: Number(leased), due: Number(due), since: Number(since) }
  ));
}

/**
 * Takes up a job that waits for an isolate, the oldest one of the organization of whose jobs the fewest are being done, and
 * among such of the one that has waited longest. Skips jobs that are locked.
 *
 * @returns `undefined`: none waits
 */
export async function leaseJob(
  trx: Tables,
  { lease, now, until }: { lease: string; now: number; until: number },
): Promise<BulkJobTable | undefined> {
  const shares = (await jobShares(trx, now)).filter(({ due }) => due > 0)
    .toSorted((a, b) => a.leased - b.leased || a.since - b.since);
  for (const { organization } of shares) {
    const due = await trx.selectFrom("bulk_jobs").select("id").where(IS_RUNNING).where(IS_KNOWN)
      .where("organization", "=", organization).where("leased_until", "<=", now)
      .orderBy("created_at").orderBy("id").limit(1).forUpdate().skipLocked().executeTakeFirst();
    if (!due) continue;
    return await trx.updateTable("bulk_jobs").set({ lease, leased_until: until }).where("id", "=", due.id)
      .returningAll().executeTakeFirst();
  }
  return undefined;
}

/** Whether a job of another organization waits, of which fewer are being done. */
export async function isAnotherNext(db: Tables, organization: string, now: number): Promise<boolean> {
  const shares = await jobShares(db, now);
  const own = shares.find((share) => share.organization === organization);
  return shares.some(({ due, leased }) => due > 0 && leased < (own?.leased ?? 0));
}

/** A job that an isolate does. */
export type LeasedJob = Pick<BulkJobTable, "id" | "organization" | "total"> & { readonly lease: string };

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

/**
 * Gives the job back, so that an isolate goes on with it at once.
 *
 * @param options.since since when it waits, in milliseconds since 1970 @default {0} it comes before others
 */
export async function releaseJob(
  trx: Tables,
  { id, lease }: LeasedJob,
  { since = 0 }: { since?: number } = {},
): Promise<void> {
  await trx.updateTable("bulk_jobs").set({ lease: null, leased_until: since }).where("id", "=", id)
    .where("lease", "=", lease).where("state", "=", "running").execute();
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
