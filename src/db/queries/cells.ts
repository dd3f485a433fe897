import type { CellTable, Tables } from "../schema.ts";
import { type OrganizationView, TABLES } from "../organization_view.ts";
import type { CellAddress } from "../../cabinet/commands.ts";
import type { CellCondition } from "../../cabinet/kinds.ts";

/**
 * Assigns a free cell to the rental: of the first size in `order` that has one, the one that has been free for the
 * longest time. Cells that other transactions have locked are skipped as long as there are others.
 *
 * @returns `undefined`: no cell is free
 */
export async function assignFreeCell(
  trx: Tables,
  wanted: { cabinet: string; sizes: readonly string[] | undefined; order: readonly string[]; rental: string },
): Promise<CellTable | undefined> {
  const { cabinet, sizes, order, rental } = wanted;
  let query = trx.selectFrom("cells").select("cell")
    .where("cabinet", "=", cabinet).where("state", "=", "free").where("rental", "is", null);
  if (sizes) query = query.where("size", "in", sizes);
  const best = query
    .orderBy(({ eb, val }) =>
      order.slice(1).reduce(
        (ranks, size, index) => ranks.when("size", "=", size).then(val(index + 1)),
        eb.case().when("size", "=", order[0] ?? "").then(val(0)),
      ).else(val(order.length)).end()
    )
    .orderBy("freed_at").orderBy("cell").limit(1).forUpdate();
  // If all are locked it waits: another transaction may have locked them for another reason, or not take them.
  const found = await best.skipLocked().executeTakeFirst() ?? await best.executeTakeFirst();
  if (!found) return undefined;
  return await trx.updateTable("cells").set({ rental }).where("cabinet", "=", cabinet)
    .where("cell", "=", found.cell).returningAll().executeTakeFirstOrThrow();
}

/** Assigns the cell to its last rental again; `undefined`: it has another rental by now, or is out of use. */
export async function reassignCell(trx: Tables, at: RentedCell): Promise<CellTable | undefined> {
  return await trx.updateTable("cells").set({ rental: at.rental })
    .where("cabinet", "=", at.cabinet).where("cell", "=", at.cell)
    .where("rental", "is", null).where("last_rental", "=", at.rental).where("state", "=", "free")
    .returningAll().executeTakeFirst();
}

/** A cell, and the rental that has or had it. */
export interface RentedCell extends CellAddress {
  readonly rental: string;
}

/**
 * Frees the cell of the rental.
 *
 * @param change.at when it was last used @default as if it had not been assigned
 * @returns the cell; `undefined`: the rental did not have it
 */
export async function freeCell(
  trx: Tables,
  { cabinet, cell, rental }: RentedCell,
  change: { at?: number; state?: CellCondition } = {},
): Promise<CellTable | undefined> {
  const { at, state } = change;
  return await trx.updateTable("cells").set({
    rental: null,
    ...(at === undefined ? {} : { last_rental: rental, freed_at: at }),
    ...(state === undefined ? {} : { state }),
  }).where("cabinet", "=", cabinet).where("cell", "=", cell).where("rental", "=", rental)
    .returningAll().executeTakeFirst();
}

/** Sets the state of the cell, if it is in one of the states `from`. @returns the changed cell */
export async function setCellState(
  trx: Tables,
  { cabinet, cell, from, state }: CellAddress & { from: readonly CellCondition[]; state: CellCondition },
): Promise<CellTable | undefined> {
  return await trx.updateTable("cells").set({ state }).where("cabinet", "=", cabinet).where("cell", "=", cell)
    .where("state", "in", from).returningAll().executeTakeFirst();
}

/** The cell, or `undefined`. */
export async function cellAt(trx: Tables, { cabinet, cell }: CellAddress): Promise<CellTable | undefined> {
  return await trx.selectFrom("cells").selectAll().where("cabinet", "=", cabinet).where("cell", "=", cell)
    .executeTakeFirst();
}

/** A cabinet, and the time at which permits have to be in force, in milliseconds since 1970. */
interface HeldAt {
  readonly cabinet: string;
  readonly now: number;
}

/**
 * The numbers of the cabinet's cells that people have, whatever state the cells are in: by a rental or, where cells are
 * assigned, by a permit that is in force.
 */
export async function heldCells(db: Tables, { cabinet, now }: HeldAt): Promise<number[]> {
  const rows = await db.selectFrom("cells").innerJoin("cabinets", "cabinets.id", "cells.cabinet")
    .select(["cell", "rental", "mode"]).where("cells.cabinet", "=", cabinet).orderBy("cell").execute();
  const permitted = rows.some(({ mode }) => mode === "assigned")
    ? await permittedCells(db, { cabinet, now })
    : new Set<number>();
  const isHeld = ({ cell, rental }: Pick<CellTable, "cell" | "rental">) =>
    rental !== null || permitted === "all" || permitted.has(cell);
  return rows.filter(isHeld).map(({ cell }) => cell);
}

/** As {@linkcode heldCells}, for staff. The cabinet is within the view. */
export async function heldCellsWithin(view: OrganizationView, at: HeldAt): Promise<number[]> {
  return await heldCells(view[TABLES], at);
}

async function permittedCells(
  db: Tables,
  { cabinet, now }: HeldAt,
): Promise<"all" | ReadonlySet<number>> {
  const permits = await db.selectFrom("permits").select("cells").where("cabinet", "=", cabinet)
    .where("revoked_at", "is", null).where("valid_from", "<=", now)
    .where(({ eb, or }) => or([eb("valid_until", "is", null), eb("valid_until", ">", now)])).execute();
  const lists = permits.map(({ cells }): number[] | null => cells === null ? null : JSON.parse(cells));
  return lists.includes(null) ? "all" : new Set(lists.flatMap((cells) => cells ?? []));
}
