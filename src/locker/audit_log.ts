import type { ActTable, Database, Tables } from "../db/mod.ts";
import { actById, insertAct } from "../db/queries/records.ts";
import type { CabinetRouter } from "../cabinet/requests.ts";
import { type DomainChange, publish } from "./changes.ts";
import { ConflictError } from "./errors.ts";
import type { AuditAction } from "../cabinet/kinds.ts";
import type { Role } from "../cabinet/roles.ts";
import { confine } from "../db/organization_view.ts";

/** Who did something, why and from where. */
export interface Actor {
  /** UUID; the same one again is the same act and is done once. */
  readonly id: string;
  /** `operator` (the service's own token), `account:<id>` or `token:<id>`. */
  readonly who: string;
  /** @default {undefined} the service's own token */
  readonly role?: Role | undefined;
  /** For which organization. */
  readonly organization: string;
  /**
   * Whether it may still be done, asked inside the transaction: a role may have been taken away meanwhile.
   *
   * @throws {Error} if not
   * @default {undefined} it may
   */
  readonly confirm?: ((trx: Tables) => Promise<void>) | undefined;
  readonly reason: string | undefined;
  /** Network address that it came from. */
  readonly address: string;
  /** The bulk job that it is a part of. @default {undefined} none */
  readonly job?: string | undefined;
}

/** What an act is called and what it is about. */
export interface AuditedAction {
  readonly act: AuditAction;
  readonly cabinet: string;
  /** @default {0} the whole cabinet */
  readonly cell?: number;
  readonly subject?: string;
  /**
   * Done first, while the transaction still sees all organizations: takes locks, and looks at what others have. It may be
   * run for an act that turns out to be known.
   *
   * @throws {Error} to refuse the act
   * @default {undefined} nothing
   */
  readonly before?: (trx: Tables) => Promise<void>;
}

/** The audit log: who did what, when, why and from where, written in the transaction that does it. */
export class AuditLog {
  readonly #db: Database;
  readonly #router: CabinetRouter;
  readonly #wallClock: () => number;

  constructor(db: Database, options: { router: CabinetRouter; wallClock: () => number }) {
    this.#db = db;
    this.#router = options.router;
    this.#wallClock = options.wallClock;
  }

  /** The act of that id; `undefined`: none is noted. */
  async find(id: string): Promise<ActTable | undefined> {
    return await actById(this.#db.tables, id);
  }

  /**
   * Notes an act that is done elsewhere, before it is done.
   *
   * @throws {ConflictError} if the id belongs to another act
   */
  async note(actor: Actor, action: AuditedAction): Promise<void> {
    await this.do(actor, action, () => Promise.resolve([]));
  }

  /**
   * Notes an act in the transaction that does it, which is confined to the actor's organization. The actor's id is new.
   */
  async noteWithin(trx: Tables, actor: Actor, action: AuditedAction): Promise<void> {
    await insertAct(trx, actOf(actor, action, this.#wallClock()));
  }

  /**
   * Does it unless it was done; `undo`: it must not be done after all, and is not noted.
   *
   * @returns what it changed; `known`: it was done before
   * @throws {ConflictError} if the id belongs to another act
   */
  async do(
    actor: Actor,
    action: AuditedAction,
    work: (trx: Tables, now: number) => Promise<DomainChange[] | "undo">,
  ): Promise<DomainChange[] | "known" | "undone"> {
    const { organization, confirm } = actor;
    try {
      const done = await this.#db.writer.transaction(async (trx) => {
        const at = this.#wallClock();
        await action.before?.(trx);
        await confine(trx, organization);
        await confirm?.(trx);
        if (await insertAct(trx, actOf(actor, action, at))) {
          const changes = await work(trx, at);
          if (changes === "undo") throw new UndoneError();
          return changes;
        }
        if (!isOf(await actById(trx, actor.id), action)) throw conflict(actor.id, action.act);
        return "known";
      });
      if (done !== "known") publish(this.#router, done);
      return done;
    } catch (error) {
      if (error instanceof UndoneError) return "undone";
      throw error;
    }
  }
}

/** The act as its row has it. */
export function actOf(actor: Actor, action: AuditedAction, at: number): ActTable {
  const { id, who, role = null, organization, reason = null, address, job = null } = actor;
  const { act, cabinet, cell = 0, subject = null } = action;
  return { id, organization, at, who, role, act, cabinet, cell, subject, reason, address, job };
}

/** Whether this is what was noted. */
export function isOf(
  known: ActTable | undefined,
  { act, cabinet, cell = 0, subject }: AuditedAction,
): boolean {
  if (known?.act !== act || known.cabinet !== cabinet || known.cell !== cell) return false;
  return known.subject === (subject ?? null);
}

/** The act is not what its id stands for. */
export function conflict(id: string, act: AuditAction): ConflictError {
  return new ConflictError(`Cannot ${act}: the id ${id} belongs to another act`);
}

/** Leaves a transaction without a trace. */
class UndoneError extends Error {}
