import type { BulkAct } from "../../cabinet/kinds.ts";
import { countRunningJobs, endJob, insertJob, jobById } from "../../db/queries/bulk/jobs.ts";
import { lockOrganization } from "../../db/queries/staff/organizations.ts";
import type { BulkJobTable, Database } from "../../db/mod.ts";
import { BULK } from "../../lib/limits.ts";
import type { CellAddress } from "../../cabinet/commands.ts";
import type { Actor, AuditLog } from "../audit_log.ts";
import { ConflictError } from "../errors.ts";

/** The organization has as many jobs that are not over as it may have. */
export class TooManyJobsError extends Error {
  override name = "TooManyJobsError";
}

/** What is done, to which cabinets or cells. Two that are equal are the same request. */
export interface BulkRequest {
  readonly act: BulkAct;
  /** Those that match; `undefined`: those that were named. */
  readonly match?: Readonly<Record<string, unknown>> | undefined;
  /** SHA-256 of those that were named. */
  readonly named?: string | undefined;
  /** Of `tag` and `untag`. */
  readonly tags?: readonly string[] | undefined;
  /** Of `rules`: a merge patch of a cabinet's rules. */
  readonly rules?: Readonly<Record<string, unknown>> | undefined;
}

/** A job as it is asked for. */
export interface NewBulkJob {
  readonly request: BulkRequest;
  /** In the order in which they are done; cell 0 is the whole cabinet. */
  readonly targets: readonly CellAddress[];
  /** The scope of who starts it, as the column of a membership has it; `null`: all cabinets. */
  readonly tags: string | null;
}

/** Acts on many cabinets or cells, each one job: starting and cancelling them. */
export class BulkJobs {
  readonly #db: Database;
  readonly #log: AuditLog;
  readonly #wallClock: () => number;
  readonly #started: () => void;

  /** @param options.started is told that there is a job to do */
  constructor(db: Database, options: { auditLog: AuditLog; wallClock: () => number; started: () => void }) {
    this.#db = db;
    this.#log = options.auditLog;
    this.#wallClock = options.wallClock;
    this.#started = options.started;
  }

  /**
   * The job that this act started; `undefined`: it is new.
   *
   * @throws {ConflictError} if it started another one
   */
  async startedBy({ id, organization }: Actor, request: BulkRequest): Promise<BulkJobTable | undefined> {
    const known = await jobById(this.#db.tables, id);
    if (!known) return undefined;
    if (known.organization === organization && known.request === JSON.stringify(request)) return known;
    throw new ConflictError(`Cannot start job ${id}: it is another one`);
  }

  /**
   * Starts a job, whose id is the act's.
   *
   * @throws {ConflictError} if the id belongs to another act
   * @throws {TooManyJobsError} if too many of the organization are not over
   */
  async start(actor: Actor, { request, targets, tags }: NewBulkJob): Promise<BulkJobTable> {
    const { id, organization, who, role = null, reason = null, address } = actor;
    const { act } = request;
    const action = {
      act: "start-job",
      cabinet: "",
      subject: act,
      before: (trx: Parameters<typeof lockOrganization>[0]) => lockOrganization(trx, organization),
    } as const;
    await this.#log.do(actor, action, async (trx, now) => {
      if (await countRunningJobs(trx, organization) >= BULK.perOrganizationMax) {
        throw new TooManyJobsError(
          `${BULK.perOrganizationMax} jobs of this organization are not over: wait until one is, or cancel one`,
        );
      }
      await insertJob(trx, {
        ...{ id, organization, who, role, tags, reason, address, act },
        request: JSON.stringify(request),
        total: targets.length,
        ...{ state: "running", problem: null, next: 0, done: 0, unchanged: 0, refused: 0 },
        ...{ lease: null, leased_until: 0, created_at: now, finished_at: null },
      }, targets.map(({ cabinet, cell }) => [cabinet, cell]));
      return [];
    });
    this.#started();
    const job = await this.startedBy(actor, request);
    if (!job) throw new ConflictError(`Cannot start job ${id} again: it is gone`);
    return job;
  }

  /** Leaves the rest of the job undone. When it is over, nothing is done and nothing is noted. */
  async cancel(actor: Actor, id: string): Promise<void> {
    await this.#log.do(actor, { act: "cancel-job", cabinet: "", subject: id }, async (trx) => {
      const now = this.#wallClock();
      return await endJob(trx, id, { state: "cancelled", problem: null, now }) ? [] : "undo";
    });
  }
}
