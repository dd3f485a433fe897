/**
 * Queries about cabinets and their cells.
 *
 * @module
 */
import { sql } from "kysely";
import type { Tables } from "./mod.ts";
import type { CabinetTable, CellTable } from "./schema.ts";

/** A cabinet's row with the rows of its cells, by cell number. */
export interface CabinetRow extends CabinetTable {
  cells: CellTable[];
}

/** A cabinet as it is to be. */
export interface WantedCabinet extends CabinetTable {
  /** By cell number; a state that is not given stays as it is, and is `free` on a new cell. */
  readonly cells: readonly (Pick<CellTable, "cabinet" | "cell" | "board" | "channel" | "size"> & {
    readonly state: string | undefined;
  })[];
}

/** What became of a wanted cabinet. `held`: cells that somebody has would be gone, or be anybody's. */
export type PutResult =
  | { readonly type: "created" | "replaced" }
  | { readonly type: "held"; readonly cells: readonly number[] };

/** Creates the cabinet or replaces it and its cells. Keeps when it was made and seen, and who has which cell. */
export async function putCabinet(trx: Tables, wanted: WantedCabinet): Promise<PutResult> {
  const { cells, ...cabinet } = wanted;
  const { id: _id, created_at: _created, last_seen_at: _seen, ...changes } = cabinet;
  const before = new Map((await lockCells(trx, wanted.id)).map((cell) => [cell.cell, cell]));
  const held = await heldAgainst(trx, wanted, before);
  if (held.length > 0) return { type: "held", cells: held };
  const known = await trx.updateTable("cabinets").set(changes).where("id", "=", wanted.id).returning("id")
    .executeTakeFirst();
  if (!known) await trx.insertInto("cabinets").values(cabinet).execute();
  await trx.deleteFrom("cells").where("cabinet", "=", wanted.id).execute();
  const rows = cells.map((cell) => {
    const { state = "free", rental = null, last_rental = null, freed_at = 0 } = before.get(cell.cell) ?? {};
    return { ...cell, state: cell.state ?? state, rental, last_rental, freed_at };
  });
  if (rows.length > 0) await trx.insertInto("cells").values(rows).execute();
  return { type: known ? "replaced" : "created" };
}

async function lockCells(trx: Tables, cabinet: string): Promise<CellTable[]> {
  return await trx.selectFrom("cells").selectAll().where("cabinet", "=", cabinet).forUpdate().execute();
}

/** The cells that somebody has and that the wanted cabinet lacks, or gives to anybody. */
async function heldAgainst(
  trx: Tables,
  { id, mode, cells }: WantedCabinet,
  before: ReadonlyMap<number, CellTable>,
): Promise<number[]> {
  const held = [...before.values()].filter(({ rental }) => rental !== null).map(({ cell }) => cell);
  if (held.length === 0) return [];
  const known = await trx.selectFrom("cabinets").select("mode").where("id", "=", id).executeTakeFirst();
  if (known?.mode !== mode) return held;
  const wanted = new Set(cells.map(({ cell }) => cell));
  return held.filter((cell) => !wanted.has(cell));
}

/** The cabinet, or `undefined`. */
export async function cabinetById(db: Tables, id: string): Promise<CabinetRow | undefined> {
  const cabinet = await db.selectFrom("cabinets").selectAll().where("id", "=", id).executeTakeFirst();
  return cabinet && (await withCells(db, [cabinet]))[0];
}

/** Up to `limit` cabinets in the order of their ids, behind the id `after`. */
export async function cabinetsAfter(
  db: Tables,
  page: { after: string | undefined; limit: number },
): Promise<CabinetRow[]> {
  let query = db.selectFrom("cabinets").selectAll().orderBy("id").limit(page.limit);
  if (page.after !== undefined) query = query.where("id", ">", page.after);
  return await withCells(db, await query.execute());
}

async function withCells(db: Tables, cabinets: CabinetTable[]): Promise<CabinetRow[]> {
  if (cabinets.length === 0) return [];
  const cells = await db.selectFrom("cells").selectAll()
    .where("cabinet", "in", cabinets.map(({ id }) => id)).orderBy("cabinet").orderBy("cell").execute();
  const byCabinet = Map.groupBy(cells, ({ cabinet }) => cabinet);
  return cabinets.map((cabinet) => ({ ...cabinet, cells: byCabinet.get(cabinet.id) ?? [] }));
}

/** Removes the cabinet and its cells; what happened to it stays. `undefined`: there was none. */
export async function deleteCabinet(
  trx: Tables,
  id: string,
): Promise<{ type: "removed" } | { type: "held"; cells: readonly number[] } | undefined> {
  const held = (await lockCells(trx, id)).filter(({ rental }) => rental !== null).map(({ cell }) => cell);
  if (held.length > 0) return { type: "held", cells: held };
  const removed = await trx.deleteFrom("cabinets").where("id", "=", id).returning("id").executeTakeFirst();
  return removed && { type: "removed" };
}

/** The cabinet that already has this registration (hex), or `undefined`. */
export async function cabinetWithRegistration(db: Tables, hex: string): Promise<string | undefined> {
  const row = await db.selectFrom("cabinets").select("id").where("registration", "=", hex).executeTakeFirst();
  return row?.id;
}

/** The cabinets whose registration is one of these (hex), longest registration first. */
export async function cabinetsRegisteredAs(
  db: Tables,
  hexes: readonly string[],
): Promise<CabinetTable[]> {
  return await db.selectFrom("cabinets").selectAll().where("registration", "in", hexes)
    .orderBy(sql`length(registration)`, "desc").execute();
}

/** Whether some registration (hex) is longer than this one and begins with it. */
export async function someRegistrationContinues(db: Tables, hex: string): Promise<boolean> {
  const found = await db.selectFrom("cabinets").select("id")
    .where("registration", ">", hex).where("registration", "<", `${hex}g`).limit(1).executeTakeFirst();
  return found !== undefined;
}

/** Notes when these cabinets were last heard of: all at that moment, in one statement. */
export async function touchCabinets(db: Tables, ids: readonly string[], at: number): Promise<void> {
  await db.updateTable("cabinets").set({ last_seen_at: at }).where("id", "in", ids).execute();
}
