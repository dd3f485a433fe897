import { setCellState } from "../../db/queries/cells.ts";
import type { Database, RentalTable, Tables } from "../../db/mod.ts";
import { endAlarms, isAlarmActive } from "../../db/queries/alarms/alarms.ts";
import { actById } from "../../db/queries/records.ts";
import { lockActiveRentals, rentalById, rentalsEndedAt } from "../../db/queries/rentals.ts";
import { type Actor, type AuditedAction, type AuditLog, conflict, isOf } from "../audit_log.ts";
import type { DomainChange } from "../changes.ts";
import type { Notices } from "../notices/notices.ts";
import { extendRental, type Extension, type ExtensionRefusal } from "./extension.ts";
import { endRental } from "./outcomes.ts";
import type { CellAction, CellCondition } from "../../cabinet/kinds.ts";

/** Where rentals are ended. */
export interface RentalScope {
  readonly cabinet: string;
  /** `undefined`: the whole cabinet. */
  readonly cell: number | undefined;
}

/** Each act's state before, where it needs one, and after. */
const CELL_ACTS: Readonly<Record<CellAction, { from: readonly CellCondition[]; to: CellCondition }>> = {
  disable: { from: ["free", "faulty", "disabled"], to: "disabled" },
  enable: { from: ["disabled", "free"], to: "free" },
  clean: { from: ["faulty", "free"], to: "free" },
};

/** Disables, enables or cleans a cell in this transaction. A cell that is not in a state for that stays as it is. */
export async function cellSet(
  trx: Tables,
  { cabinet, cell, act }: { cabinet: string; cell: number; act: CellAction },
  now: number,
): Promise<DomainChange[]> {
  const { from, to } = CELL_ACTS[act];
  const jam = { kind: "did-not-open", cabinet, cell } as const;
  if (act === "clean") await endAlarms(trx, { kinds: [jam.kind], cabinet, cell, now });
  // Disabling a cell does not mend it.
  const state = act === "enable" && await isAlarmActive(trx, jam) ? "faulty" : to;
  const row = await setCellState(trx, { cabinet, cell, from, state });
  return row ? [{ type: "cell", row }] : [];
}

/** What the operator does to cells and to what people have in them. */
export class OperatorActions {
  readonly #db: Database;
  readonly #log: AuditLog;
  readonly #notices: Notices | undefined;

  /** @param options.notices writes what people are told of it @default {undefined} nothing is */
  constructor(db: Database, log: AuditLog, { notices }: { notices?: Notices | undefined } = {}) {
    this.#db = db;
    this.#log = log;
    this.#notices = notices;
  }

  /**
   * Disables, enables or cleans a cell. A cell that is not in a state for that stays as it is.
   *
   * @throws {ConflictError} if the id belongs to another act
   */
  async setCell(actor: Actor, at: { cabinet: string; cell: number; act: CellAction }): Promise<void> {
    const { cabinet, cell, act } = at;
    await this.#log.do(actor, { act, cabinet, cell }, (trx, now) => cellSet(trx, at, now));
  }

  /** The rentals that {@linkcode clear} would end now. */
  async toClear({ cabinet, cell }: RentalScope): Promise<RentalTable[]> {
    return clearable(await lockActiveRentals(this.#db.tables, cabinet, cell));
  }

  /**
   * Ends all rentals of the cabinet, or of one of its cells: codes work no more, people are told.
   *
   * @param expected the rentals that the operator was shown
   * @returns what was ended; `undefined`: others are there by now, nothing was done
   * @throws {ConflictError} if the id belongs to another act
   */
  async clear(
    actor: Actor,
    { expected, ...scope }: RentalScope & { readonly expected: readonly string[] },
  ): Promise<RentalTable[] | undefined> {
    const done = await this.#log.do(actor, clearOf(scope), async (trx, now) => {
      const rentals = clearable(await lockActiveRentals(trx, scope.cabinet, scope.cell));
      const ids = new Set(expected);
      const isAsShown = rentals.length === ids.size && rentals.every(({ id }) => ids.has(id));
      if (!isAsShown) return "undo";
      const changes: DomainChange[] = [];
      for (const { id } of rentals) changes.push(...await ended(trx, id, now));
      return changes;
    });
    if (done === "undone") return undefined;
    return done === "known" ? await this.cleared(actor.id, scope) : rentalsOf(done);
  }

  /**
   * What this act of clearing ended; `undefined`: it was not done.
   *
   * @throws {ConflictError} if the id belongs to another act
   */
  async cleared(id: string, scope: RentalScope): Promise<RentalTable[] | undefined> {
    const act = await actById(this.#db.tables, id);
    if (!act) return undefined;
    if (!isOf(act, clearOf(scope))) throw conflict(id, "clear");
    return await rentalsEndedAt(this.#db.tables, { ...scope, at: act.at });
  }

  /**
   * Ends a rental; returns it. `undefined`: there is none. Harmless when it has ended.
   *
   * @throws {ConflictError} if the id belongs to another act
   */
  async endRental(actor: Actor, id: string): Promise<RentalTable | undefined> {
    const rental = await rentalById(this.#db.tables, id);
    if (!rental || rental.state === "opening") return undefined;
    const { cabinet, cell } = rental;
    await this.#log.do(
      actor,
      { act: "end-rental", cabinet, cell, subject: id },
      (trx, now) => ended(trx, id, now),
    );
    return await rentalById(this.#db.tables, id);
  }

  /**
   * Extends a rental; its person is told. Harmless when it lasts until then already.
   *
   * @returns the rental, or why it stays as it is
   * @throws {ConflictError} if the id belongs to another act
   */
  async extend(
    actor: Actor,
    { id, cabinet, cell }: RentalTable,
    extension: Extension,
  ): Promise<RentalTable | ExtensionRefusal> {
    const notices = this.#notices;
    let refusal: ExtensionRefusal | undefined;
    await this.#log.do(actor, { act: "extend", cabinet, cell, subject: id }, async (trx, now) => {
      const done = await extendRental(trx, id, { extension, now, notices });
      refusal = typeof done === "string" ? done : undefined;
      return typeof done === "string" ? "undo" : done;
    });
    return refusal ?? await rentalById(this.#db.tables, id) ?? "over";
  }
}

function clearOf({ cabinet, cell = 0 }: RentalScope): AuditedAction {
  return { act: "clear", cabinet, cell };
}

/** A cell that is just being opened for the first time cannot be cleared yet. */
function clearable(rentals: readonly RentalTable[]): RentalTable[] {
  return rentals.filter(({ state }) => state !== "opening");
}

function ended(trx: Tables, id: string, now: number): Promise<DomainChange[]> {
  return endRental(trx, id, { from: ["held", "returning"], now, reason: "operator" });
}

function rentalsOf(changes: readonly DomainChange[]): RentalTable[] {
  return changes.flatMap((change) => change.type === "rental" ? [change.row] : []);
}
