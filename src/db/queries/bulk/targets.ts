import { BULK } from "../../../lib/limits.ts";
import { type OrganizationView, type Reach, TABLES } from "../../organization_view.ts";
import type { Tables } from "../../schema.ts";

/**
 * Of these cabinets those within the view, each with the numbers of its cells, in the order of the ids that are given. It
 * ends early once there are more than `max` cells.
 */
export async function cellsOfCabinets(
  view: OrganizationView,
  ids: readonly string[],
  { max }: { max: number },
): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  let count = 0;
  for (let from = 0; from < ids.length && count <= max; from += BULK.lookUpMax) {
    const part = ids.slice(from, from + BULK.lookUpMax);
    const rows = await view[TABLES].selectFrom("cabinets")
      .leftJoin("cells", "cells.cabinet", "cabinets.id").select(["cabinets.id", "cells.cell"])
      .where("cabinets.organization", "=", view.organization).where("cabinets.id", "in", part)
      .orderBy("cells.cell").execute();
    const byId = Map.groupBy(rows, ({ id }) => id);
    for (const id of part) {
      const cells = byId.get(id);
      if (!cells || view.cabinets?.has(id) === false) continue;
      found.set(id, cells.flatMap(({ cell }) => cell ?? []));
      count += cells.length;
    }
  }
  return found;
}

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
