import { sql } from "kysely";
import { BULK_ACTS, type BulkState } from "../../../cabinet/kinds.ts";
import type { BulkJobTable, Tables } from "../../schema.ts";

/** Without a parameter, since SQLite does not use a partial index if its condition has one. */
export const IS_RUNNING = sql<boolean>`state = ${sql.lit<BulkState>("running")}`;
/** A job that only a newer version can do is left to that version. */
const IS_KNOWN = sql<boolean>`act in (${sql.join(BULK_ACTS.map((act) => sql.lit(act)))})`;

/** A job that an isolate does. */
export type LeasedJob = Pick<BulkJobTable, "id" | "organization" | "total"> & { readonly lease: string };

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
  /** Of those that wait: when one was given back last (0: none has been), and when the first one was added. */
  readonly givenBackAt: number;
  readonly addedAt: number;
}

/** What each organization has of the jobs that are not over. */
async function jobShares(db: Tables, now: number): Promise<JobShare[]> {
  const rows = await db.selectFrom("bulk_jobs").select("organization")
    .select(({ eb, fn }) => {
      const isLeased = eb("leased_until", ">", now);
      const [none, one] = [eb.lit(0), eb.lit(1)];
      const whereDue = (column: "leased_until" | "created_at") =>
        eb.case().when(isLeased).then(null).else(eb.ref(column)).end();
      return [
        fn.sum<number>(eb.case().when(isLeased).then(one).else(none).end()).as("leased"),
        fn.sum<number>(eb.case().when(isLeased).then(none).else(one).end()).as("due"),
        fn.max<number>(whereDue("leased_until")).as("givenBackAt"),
        fn.min<number>(whereDue("created_at")).as("addedAt"),
      ];
    })
    .where(IS_RUNNING).where(IS_KNOWN).groupBy("organization").execute();
  return rows.map(({ organization, ...numbers }) => ({
    organization,
    leased: Number(numbers.leased),
    due: Number(numbers.due),
    givenBackAt: Number(numbers.givenBackAt),
    addedAt: Number(numbers.addedAt),
  }));
}

/**
 * Takes up a job that waits for an isolate, the oldest one of the organization of whose jobs the fewest are being done, and
 * among such of the one whose last turn is the longest ago. Skips jobs that are locked.
 *
 * @returns `undefined`: none waits
 */
export async function leaseJob(
  trx: Tables,
  { lease, now, until }: { lease: string; now: number; until: number },
): Promise<BulkJobTable | undefined> {
  const shares = (await jobShares(trx, now)).filter(({ due }) => due > 0)
    .toSorted((a, b) => a.leased - b.leased || a.givenBackAt - b.givenBackAt || a.addedAt - b.addedAt);
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

/**
 * Gives the job back, so that an isolate goes on with it at once.
 *
 * @param options.since when its turn ended, in milliseconds since 1970 @default {0} it counts as never taken up
 */
export async function releaseJob(
  trx: Tables,
  { id, lease }: LeasedJob,
  { since = 0 }: { since?: number } = {},
): Promise<void> {
  await trx.updateTable("bulk_jobs").set({ lease: null, leased_until: since }).where("id", "=", id)
    .where("lease", "=", lease).where("state", "=", "running").execute();
}
