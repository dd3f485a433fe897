import { confine } from "../../db/organization_view.ts";
import { endJob, targetsOf } from "../../db/queries/bulk/jobs.ts";
import { isAnotherNext, isJobDue, leaseJob, releaseJob } from "../../db/queries/bulk/leases.ts";
import { type Database, isDatabaseUnavailable } from "../../db/mod.ts";
import { delay } from "../../lib/concurrency/delay.ts";
import { BULK } from "../../lib/limits.ts";
import { type BulkParts, LostJobError, RightsLostError, type TakenJob } from "./bulk_parts.ts";

/** What a job says that was stopped. */
const RIGHTS_LOST =
  "The rights of who started it were changed or taken away: what was not done by then was left undone";
const TARGETS_LOST =
  "What it was to be done to is not kept any more: what was not done by then was left undone";
const FAILED = "Something went wrong here";

/** A job that this isolate has taken up, before its targets are read. */
type LeasedRow = Omit<TakenJob, "targets">;

/** What a {@linkcode BulkRunner} works with. */
export interface BulkRunnerOptions {
  readonly parts: BulkParts;
  /** Whether it looks by itself for jobs that a dead isolate left: one isolate of a program does. All do when they are woken. */
  readonly polls: boolean;
  /** Is told of what went wrong; it is tried again. */
  readonly failed: (error: unknown) => void;
  readonly wallClock: () => number;
}

/**
 * Does bulk jobs, target by target, when it polls and when it is woken. A job is leased by one isolate of the fleet; each
 * target renews the lease, so when the isolate dies another goes on behind the last target that is on disk. After some targets
 * it is given back where another organization waits.
 */
export class BulkRunner implements AsyncDisposable {
  readonly #db: Database;
  readonly #options: BulkRunnerOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #poll: ReturnType<typeof setInterval> | undefined;
  #jobs = 0;
  #isLooking = false;
  #lookAgain = false;

  constructor(db: Database, options: BulkRunnerOptions) {
    this.#db = db;
    this.#options = options;
    if (options.polls) this.#poll = setInterval(() => this.wake(), BULK.everyMs);
  }

  /** A job may wait. */
  wake(): void {
    this.#lookAgain = true;
    if (!this.#isLooking && !this.#isStopping) this.#own(this.#takeAll());
  }

  /** Begins no other target; resolves when what was begun is on disk, and the jobs are given back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#poll);
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #takeAll(): Promise<void> {
    this.#isLooking = true;
    try {
      while (this.#lookAgain && !this.#isStopping) {
        this.#lookAgain = false;
        const now = this.#options.wallClock();
        if (this.#jobs >= BULK.atOnceMax || !await isJobDue(this.#db.tables, now)) continue;
        const lease = crypto.randomUUID();
        const until = now + BULK.leaseMs;
        const job = await this.#db.writer.transaction((trx) => leaseJob(trx, { lease, now, until }));
        if (!job) continue;
        this.#own(this.#work({ ...job, lease }));
        this.#lookAgain = true;
      }
    } finally {
      this.#isLooking = false;
    }
  }

  async #work(job: LeasedRow): Promise<void> {
    this.#jobs++;
    try {
      const targets = await targetsOf(this.#db.tables, job.id);
      if (targets) await this.#doAll({ ...job, targets });
      else await this.#stop(job, TARGETS_LOST);
    } catch (error) {
      if (error instanceof RightsLostError) await this.#stop(job, RIGHTS_LOST);
      else if (!(error instanceof LostJobError)) throw error;
    } finally {
      this.#jobs--;
      this.wake();
    }
  }

  async #doAll(job: TakenJob): Promise<void> {
    let tries = 0;
    for (let n = job.next; n < job.total;) {
      if (this.#isStopping) return await this.#db.writer.transaction((trx) => releaseJob(trx, job));
      try {
        if (await this.#isTurnOver(job, n)) return await this.#giveBack(job);
        if (tries < BULK.triesMax) await this.#options.parts.do(job, n);
        else await this.#options.parts.refuse(job, n, FAILED);
        [n, tries] = [n + 1, 0];
        await delay(BULK.pauseMs, { signal: this.#stopping.signal });
      } catch (error) {
        if (error instanceof LostJobError || error instanceof RightsLostError) throw error;
        this.#options.failed(error);
        if (!isDatabaseUnavailable(error)) tries++;
        await delay(BULK.retryMs, { signal: this.#stopping.signal });
      }
    }
  }

  /** Whether it is another organization's turn. */
  async #isTurnOver({ organization, next }: TakenJob, n: number): Promise<boolean> {
    if (n === next || (n - next) % BULK.partsPerTurn !== 0) return false;
    return await isAnotherNext(this.#db.tables, organization, this.#options.wallClock());
  }

  async #giveBack(job: TakenJob): Promise<void> {
    const since = this.#options.wallClock();
    await this.#db.writer.transaction((trx) => releaseJob(trx, job, { since }));
  }

  async #stop({ id, organization }: LeasedRow, problem: string): Promise<void> {
    const now = this.#options.wallClock();
    await this.#db.writer.transaction(async (trx) => {
      await confine(trx, organization);
      await endJob(trx, id, { state: "stopped", problem, now });
    });
  }

  #own(work: Promise<void>): void {
    const owned: Promise<void> = work.catch(this.#options.failed).finally(() => this.#running.delete(owned));
    this.#running.add(owned);
  }
}
