/**
 * Queries about cabinets and their cells.
 *
 * @module
 */
import { type Kysely, sql } from "kysely";
import type { CabinetTable, CellTable, Schema } from "./schema.ts";

/** A cabinet's row with the rows of its cells, by cell number. */
export interface CabinetRow extends CabinetTable {
  cells: CellTable[];
}

/** Creates the cabinet or replaces it and all its cells; `true` if it is new. Keeps when it was made and seen. */
export function putCabinet(db: Kysely<Schema>, row: CabinetRow): Promise<boolean> {
  const { cells, ...cabinet } = row;
  const { id: _id, created_at: _created, last_seen_at: _seen, ...changes } = cabinet;
  return db.transaction().execute(async (trx) => {
    const known = await trx.updateTable("cabinets").set(changes).where("id", "=", row.id).returning("id")
      .executeTakeFirst();
    if (!known) await trx.insertInto("cabinets").values(cabinet).execute();
    await trx.deleteFrom("cells").where("cabinet", "=", row.id).execute();
    if (cells.length > 0) await trx.insertInto("cells").values(cells).execute();
    return !known;
  });
}

/** The cabinet, or `undefined`. */
export async function cabinetById(db: Kysely<Schema>, id: string): Promise<CabinetRow | undefined> {
  const cabinet = await db.selectFrom("cabinets").selectAll().where("id", "=", id).executeTakeFirst();
  return cabinet && (await withCells(db, [cabinet]))[0];
}

/** Up to `limit` cabinets in the order of their ids, behind the id `after`. */
export async function cabinetsAfter(
  db: Kysely<Schema>,
  page: { after: string | undefined; limit: number },
): Promise<CabinetRow[]> {
  let query = db.selectFrom("cabinets").selectAll().orderBy("id").limit(page.limit);
  if (page.after !== undefined) query = query.where("id", ">", page.after);
  return await withCells(db, await query.execute());
}

async function withCells(db: Kysely<Schema>, cabinets: CabinetTable[]): Promise<CabinetRow[]> {
  if (cabinets.length === 0) return [];
  const cells = await db.selectFrom("cells").selectAll()
    .where("cabinet", "in", cabinets.map(({ id }) => id)).orderBy("cabinet").orderBy("cell").execute();
  const byCabinet = Map.groupBy(cells, ({ cabinet }) => cabinet);
  return cabinets.map((cabinet) => ({ ...cabinet, cells: byCabinet.get(cabinet.id) ?? [] }));
}

/** Removes the cabinet and its cells; `false` if there was none. Its commands stay. */
export async function deleteCabinet(db: Kysely<Schema>, id: string): Promise<boolean> {
  return await db.deleteFrom("cabinets").where("id", "=", id).returning("id").executeTakeFirst() !==
    undefined;
}

/** The cabinet that already has this registration (hex), or `undefined`. */
export async function cabinetWithRegistration(db: Kysely<Schema>, hex: string): Promise<string | undefined> {
  const row = await db.selectFrom("cabinets").select("id").where("registration", "=", hex).executeTakeFirst();
  return row?.id;
}

/** The cabinets whose registration is one of these (hex), longest registration first. */
export async function cabinetsRegisteredAs(
  db: Kysely<Schema>,
  hexes: readonly string[],
): Promise<CabinetRow[]> {
  const found = await db.selectFrom("cabinets").selectAll().where("registration", "in", hexes)
    .orderBy(sql`length(registration)`, "desc").execute();
  return await withCells(db, found);
}

/** Whether some registration (hex) is longer than this one and begins with it. */
export async function someRegistrationContinues(db: Kysely<Schema>, hex: string): Promise<boolean> {
  const found = await db.selectFrom("cabinets").select("id")
    .where("registration", ">", hex).where("registration", "<", `${hex}g`).limit(1).executeTakeFirst();
  return found !== undefined;
}

/** Cabinets in one statement; more would hold up what people wait for. */
const TOUCHED_AT_ONCE = 256;

/** Notes when these cabinets were last heard of, those of one moment together. */
export async function touchCabinets(db: Kysely<Schema>, seenAt: ReadonlyMap<string, number>): Promise<void> {
  for (const [at, cabinets] of Map.groupBy(seenAt, ([, at]) => at)) {
    for (let start = 0; start < cabinets.length; start += TOUCHED_AT_ONCE) {
      const ids = cabinets.slice(start, start + TOUCHED_AT_ONCE).map(([id]) => id);
      await db.updateTable("cabinets").set({ last_seen_at: at }).where("id", "in", ids).execute();
    }
  }
}
