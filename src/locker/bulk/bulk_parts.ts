import { cabinetBody } from "../../cabinet/description_body.ts";
import { patchedCabinet } from "../../cabinet/description_patch.ts";
import type { AuditAction, BulkAct, BulkResult, CellAction } from "../../cabinet/kinds.ts";
import { CELL_ACTIONS } from "../../cabinet/kinds.ts";
import { type BulkTargets, notePart } from "../../db/queries/bulk/jobs.ts";
import { holdCabinet } from "../../db/queries/bulk/targets.ts";
import { cellAt } from "../../db/queries/cells.ts";
import { insertAct } from "../../db/queries/records.ts";
import type { BulkJobTable, Database, Tables } from "../../db/mod.ts";
import { confine, type Reach } from "../../db/organization_view.ts";
import { BULK } from "../../lib/limits.ts";
import { actOf, type Actor, type AuditLog } from "../audit_log.ts";
import { type Cabinet, type Description, versionOf } from "../cabinets/cabinet.ts";
import type { CabinetCatalog } from "../cabinets/cabinet_catalog.ts";
import { scopeMistake } from "../cabinets/scope.ts";
import { HeldError, IdTakenError, RegistrationTakenError, SecretMissingError } from "../errors.ts";
import { cellSet } from "../rentals/operator_actions.ts";
import type { BulkRequest } from "./bulk_jobs.ts";

/** A job that an isolate has taken up. */
export interface TakenJob extends BulkJobTable {
  readonly lease: string;
  readonly targets: BulkTargets;
}

/** Whether who started the job may still do so; until the transaction ends it stays so. */
export type StillMay = (trx: Tables, job: BulkJobTable) => Promise<boolean>;

/** The job is not this isolate's any more: it was cancelled, or another isolate has taken it up. */
export class LostJobError extends Error {
  override name = "LostJobError";
}

/** Who started the job may not do it any more. */
export class RightsLostError extends Error {
  override name = "RightsLostError";
}

/** This target cannot be done; the message says why. */
class RefusedError extends Error {}
/** The cabinet was described anew meanwhile. */
class ChangedError extends Error {}

const REFUSALS = [RefusedError, HeldError, IdTakenError, RegistrationTakenError, SecretMissingError];

/** One target of a job. */
interface Part {
  readonly job: TakenJob;
  readonly n: number;
  readonly cabinet: string;
  readonly cell: number;
  /** Whose act it is; its `confirm` throws a {@linkcode RightsLostError}. */
  readonly actor: Actor;
}

/** What a {@linkcode BulkParts} works with. */
export interface BulkPartsOptions {
  readonly auditLog: AuditLog;
  readonly cabinets: CabinetCatalog;
  readonly stillMay: StillMay;
  readonly wallClock: () => number;
}

/**
 * Does the targets of jobs one by one. What is done to a target, its line in the audit log, and that the job has come so far
 * are one transaction, so each is done once, whatever dies in between.
 */
export class BulkParts {
  readonly #db: Database;
  readonly #options: BulkPartsOptions;

  constructor(db: Database, options: BulkPartsOptions) {
    this.#db = db;
    this.#options = options;
  }

  /**
   * Does the job's target of that index, which has to be its next one.
   *
   * @throws {LostJobError} if it is not this isolate's to do
   * @throws {RightsLostError} if who started it may not do it any more
   */
  async do(job: TakenJob, n: number): Promise<void> {
    const part = this.#partOf(job, n);
    const request: BulkRequest = JSON.parse(job.request);
    try {
      if (isCellAction(request.act)) await this.#setCell(part, request.act);
      else if (request.act === "remove") await this.#remove(part);
      else await this.#describe(part, request);
    } catch (error) {
      if (!REFUSALS.some((kind) => error instanceof kind)) throw error;
      await this.refuse(job, n, (error as Error).message);
    }
  }

  /**
   * Notes that the target could not be done.
   *
   * @throws {LostJobError} if it is not this isolate's to do
   * @throws {RightsLostError} if who started it may not do it any more
   */
  async refuse(job: TakenJob, n: number, why: string): Promise<void> {
    const part = this.#partOf(job, n);
    await this.#db.writer.transaction(async (trx) => {
      await confine(trx, job.organization);
      await part.actor.confirm?.(trx);
      await this.#note(trx, part, "refused", why.slice(0, BULK.detailCharactersMax));
    });
  }

  #partOf(job: TakenJob, n: number): Part {
    const target = job.targets[n];
    if (!target) throw new RangeError(`Job ${job.id} has no target ${n}`);
    const [cabinet, cell] = target;
    const { who, role, organization, reason, address } = job;
    const actor: Actor = {
      id: crypto.randomUUID(),
      who,
      role: role ?? undefined,
      organization,
      reason: reason ?? undefined,
      address,
      job: job.id,
      confirm: async (trx) => {
        if (!await this.#options.stillMay(trx, job)) throw new RightsLostError();
      },
    };
    return { job, n, cabinet, cell, actor };
  }

  async #setCell(part: Part, act: CellAction): Promise<void> {
    const { cabinet, cell, actor } = part;
    await this.#options.auditLog.do(actor, { act, cabinet, cell }, async (trx, now) => {
      await hold(trx, part);
      const before = await cellAt(trx, { cabinet, cell });
      if (!before) throw new RefusedError(`Cabinet ${cabinet} has no cell ${cell} any more`);
      const changes = await cellSet(trx, { cabinet, cell, act }, now);
      const isChanged = changes.some((change) => change.type === "cell" && change.row.state !== before.state);
      await this.#note(trx, part, isChanged ? "done" : "unchanged");
      return changes;
    });
  }

  async #remove(part: Part): Promise<void> {
    const { job: { organization }, cabinet: id, actor } = part;
    const isThere = await this.#options.cabinets.remove({ id, organization }, {
      confirm: async (trx) => {
        await actor.confirm?.(trx);
        await hold(trx, part);
        await this.#noteDone(trx, part, { act: "delete" });
      },
    });
    if (!isThere) throw missing(part);
  }

  /** Describes the cabinet anew; what others change meanwhile stays. */
  async #describe(part: Part, request: BulkRequest): Promise<void> {
    const { cabinet, job } = part;
    for (let tries = 1;; tries++) {
      const before = await this.#options.cabinets.findWithin(reachOf(job), cabinet);
      if (!before) throw missing(part);
      try {
        return await this.#describeOnce(part, { before, request });
      } catch (error) {
        if (!(error instanceof ChangedError)) throw error;
        if (tries === BULK.describeTriesMax) {
          throw new RefusedError(`Cabinet ${cabinet} was being changed again and again`);
        }
      }
    }
  }

  async #describeOnce(
    part: Part,
    { before, request }: { before: Cabinet; request: BulkRequest },
  ): Promise<void> {
    const { auditLog, cabinets } = this.#options;
    const { actor, cabinet } = part;
    const action = { act: "patch", subject: request.act === "rules" ? "rules" : "tags" } as const;
    const wanted = changed(before, request);
    const mistake = scopeMistake(reachOf(part.job).tags, { before: before.tags, wanted: wanted.tags });
    if (mistake !== undefined) throw new RefusedError(mistake);
    if (isSame(before, wanted)) {
      await auditLog.do(actor, { ...action, cabinet }, async (trx) => {
        await hold(trx, part);
        await this.#note(trx, part, "unchanged");
        return [];
      });
      return;
    }
    await cabinets.put(wanted, {
      scope: reachOf(part.job).tags,
      confirm: async (trx, now) => {
        await actor.confirm?.(trx);
        if (!now.before || versionOf(now.before) !== versionOf(before)) throw new ChangedError();
        await this.#noteDone(trx, part, action);
      },
    });
  }

  async #noteDone(trx: Tables, part: Part, action: { act: AuditAction; subject?: string }): Promise<void> {
    const { actor, cabinet, cell } = part;
    await insertAct(trx, actOf(actor, { ...action, cabinet, cell }, this.#options.wallClock()));
    await this.#note(trx, part, "done");
  }

  /** @throws {LostJobError} if it is not this isolate's to do */
  async #note(
    trx: Tables,
    { job, n, cabinet, cell, actor: { id } }: Part,
    result: BulkResult,
    detail: string | null = null,
  ): Promise<void> {
    const at = this.#options.wallClock();
    const row = { id, organization: job.organization, job: job.id, n, cabinet, cell, result, detail, at };
    if (!await notePart(trx, job, row, at + BULK.leaseMs)) throw new LostJobError();
  }
}

function isCellAction(act: BulkAct): act is CellAction {
  return (CELL_ACTIONS as readonly BulkAct[]).includes(act);
}

/** @throws {RefusedError} if the cabinet is gone, or not within the job's reach any more */
async function hold(trx: Tables, part: Part): Promise<void> {
  if (!await holdCabinet(trx, part.cabinet, reachOf(part.job))) throw missing(part);
}

function reachOf({ organization, tags }: TakenJob): Reach {
  return { organization, tags: tags === null ? undefined : JSON.parse(tags) };
}

function missing({ cabinet }: Part): RefusedError {
  return new RefusedError(`There is no cabinet ${cabinet} any more`);
}

/** @throws {RefusedError} if what comes of it is not a description */
function changed(before: Cabinet, request: BulkRequest): Description {
  const { success, data, error } = cabinetBody.safeParse(patchedCabinet(before, patchOf(before, request)));
  if (!success) {
    throw new RefusedError(
      error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "),
    );
  }
  return { ...data, id: before.id, organization: before.organization };
}

function patchOf({ tags }: Cabinet, { act, tags: said = [], rules }: BulkRequest): Record<string, unknown> {
  switch (act) {
    case "tag":
      return { tags: [...new Set([...tags, ...said])] };
    case "untag":
      return { tags: tags.filter((tag) => !said.includes(tag)) };
    default:
      return { rules };
  }
}

/** Whether the job leaves what it changes as it is. */
function isSame(before: Cabinet, { tags, rules }: Description): boolean {
  return JSON.stringify([before.tags, before.rules]) === JSON.stringify([tags, rules]);
}
