import { setImmediate } from "node:timers/promises";
import { sql } from "kysely";
import { type CellAddress, cellKey } from "../../../cabinet/commands.ts";
import { BULK } from "../../../lib/limits.ts";
import { type OrganizationView, type Reach, TABLES } from "../../organization_view.ts";
import type { Tables } from "../../schema.ts";
import { type RowStatement, runWith } from "../../statements/compiled.ts";

/**
 * The cells of those of these cabinets that are within the view, in the order of the ids that are given, and then of their
 * numbers. It ends once there are more than `max` cells.
 */
export async function cellsOfCabinets(
  view: OrganizationView,
  ids: readonly string[],
  { max }: { max: number },
): Promise<CellAddress[]> {
  const found: CellAddress[] = [];
  for (let from = 0; from < ids.length && found.length <= max; from += BULK.lookUpMax) {
    const part = ids.slice(from, from + BULK.lookUpMax).filter((id) => view.cabinets?.has(id) !== false);
    const cells = await cellsOf(view, part, { limit: max + 1 - found.length });
    const byCabinet = Map.groupBy(cells, ({ cabinet }) => cabinet);
    found.push(...part.flatMap((id) => byCabinet.get(id) ?? []));
  }
  return found;
}

/** Up to `limit` cells of these cabinets of the organization, some in each statement. */
async function cellsOf(
  { [TABLES]: db, organization }: OrganizationView,
  ids: readonly string[],
  { limit }: { limit: number },
): Promise<CellAddress[]> {
  if (ids.length === 0) return [];
  const found: CellAddress[] = [];
  const cells = db.selectFrom("cells").innerJoin("cabinets", "cabinets.id", "cells.cabinet")
    .select(["cells.cabinet", "cells.cell"])
    .where("cabinets.organization", "=", organization).where("cells.cabinet", "in", ids)
    .orderBy("cells.cabinet").orderBy("cells.cell");
  while (true) {
    const step = Math.min(BULK.cellsStepMax, limit - found.length);
    const last = found.at(-1);
    const rest = last
      ? cells.where(sql<boolean>`(cells.cabinet, cells.cell) > (${last.cabinet}, ${last.cell})`)
      : cells;
    const rows = await rest.limit(step).execute();
    found.push(...rows);
    if (rows.length < step || found.length === limit) return found;
    // Reads of SQLite leave no other work its turn.
    await setImmediate();
  }
}

/** The keys ({@linkcode cellKey}) of those of these cells that there are within the view. */
export async function cellsAmong(
  view: OrganizationView,
  cells: readonly CellAddress[],
): Promise<Set<string>> {
  const found = new Set<string>();
  for (let from = 0; from < cells.length; from += BULK.lookUpMax) {
    // Reads of SQLite leave no other work its turn.
    if (from > 0) await setImmediate();
    const part = cells.slice(from, from + BULK.lookUpMax);
    const rows = await runWith<CellAddress & { organization: string }>(
      view[TABLES],
      AMONG,
      part.map(({ cabinet, cell }) => [cabinet, cell]),
    );
    for (const row of rows) {
      if (row.organization === view.organization && view.cabinets?.has(row.cabinet) !== false) {
        found.add(cellKey(row));
      }
    }
  }
  return found;
}

const AMONG: RowStatement = {
  name: "cells among",
  columns: ["text", "integer"],
  // A cross join, so that SQLite looks the cells up one by one.
  build: (db, values) =>
    sql`select cells.cabinet, cells.cell, cells.organization from (${values}) as named cross join cells
      where cells.cabinet = named.column1 and cells.cell = named.column2`.compile(db),
};

/** Of these cabinets those within the view. */
export async function cabinetsAmong(view: OrganizationView, ids: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (let from = 0; from < ids.length; from += BULK.lookUpMax) {
    const rows = await view[TABLES].selectFrom("cabinets").select("id")
      .where("organization", "=", view.organization).where("id", "in", ids.slice(from, from + BULK.lookUpMax))
      .execute();
    for (const { id } of rows) if (view.cabinets?.has(id) !== false) found.add(id);
  }
  return found;
}

/** Whether the cabinet is within reach; until the transaction ends it is not described anew, nor removed. */
export async function holdCabinet(
  trx: Tables,
  cabinet: string,
  { organization, tags }: Reach,
): Promise<boolean> {
  const found = await trx.selectFrom("cabinets").select("id").where("id", "=", cabinet)
    .where("organization", "=", organization).forShare().executeTakeFirst();
  if (!found || tags === undefined) return found !== undefined;
  const has = await trx.selectFrom("cabinet_tags").select("tag").where("cabinet", "=", cabinet).execute();
  return has.some(({ tag }) => tags.includes(tag));
}
