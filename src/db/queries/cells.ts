/**
 * Queries that give cells out and take them back. Each says what it changed, so that nothing is given twice.
 *
 * @module
 */
import type { CellTable, Tables } from "../schema.ts";

/**
 * Gives a free cell to the rental: of the first of these sizes that has one, and there the one that is free for
 * the longest time. Cells that others are just taking are passed over, as long as there are more.
 *
 * @returns `undefined`: none is free
 */
export async function takeFreeCell(
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
  // Whoever holds the last ones may have other business with them, or not take them after all.
  const found = await best.skipLocked().executeTakeFirst() ?? await best.executeTakeFirst();
  if (!found) return undefined;
  return await trx.updateTable("cells").set({ rental }).where("cabinet", "=", cabinet)
    .where("cell", "=", found.cell).returningAll().executeTakeFirstOrThrow();
}

/** Gives the cell to its last rental again; `undefined`: somebody else has it, or it is out of use. */
export async function takeBackCell(trx: Tables, at: CellOf): Promise<CellTable | undefined> {
  return await trx.updateTable("cells").set({ rental: at.rental })
    .where("cabinet", "=", at.cabinet).where("cell", "=", at.cell)
    .where("rental", "is", null).where("last_rental", "=", at.rental).where("state", "=", "free")
    .returningAll().executeTakeFirst();
}

/** A cell as far as this rental has it. */
export interface CellOf {
  readonly cabinet: string;
  readonly cell: number;
  readonly rental: string;
}

/**
 * Takes the cell from the rental. `at` is when it was used; without it the cell is as if it had not been given.
 *
 * @returns the cell; `undefined`: the rental did not have it
 */
export async function freeCell(
  trx: Tables,
  { cabinet, cell, rental }: CellOf,
  change: { at?: number; state?: string } = {},
): Promise<CellTable | undefined> {
  const { at, state } = change;
  return await trx.updateTable("cells").set({
    rental: null,
    ...(at === undefined ? {} : { last_rental: rental, freed_at: at }),
    ...(state === undefined ? {} : { state }),
  }).where("cabinet", "=", cabinet).where("cell", "=", cell).where("rental", "=", rental)
    .returningAll().executeTakeFirst();
}

/** Says whether the cell may be used, if it is in one of these states; returns it as it is then. */
export async function setCellState(
  trx: Tables,
  { cabinet, cell, from, state }: { cabinet: string; cell: number; from: readonly string[]; state: string },
): Promise<CellTable | undefined> {
  return await trx.updateTable("cells").set({ state }).where("cabinet", "=", cabinet).where("cell", "=", cell)
    .where("state", "in", from).returningAll().executeTakeFirst();
}

/** The cell, or `undefined`. */
export async function cellAt(trx: Tables, cabinet: string, cell: number): Promise<CellTable | undefined> {
  return await trx.selectFrom("cells").selectAll().where("cabinet", "=", cabinet).where("cell", "=", cell)
    .executeTakeFirst();
}
