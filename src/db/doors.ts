/**
 * Queries about where doors are, and about cabinets that are away.
 *
 * @module
 */
import { sql } from "kysely";
import type { Tables } from "./mod.ts";
import type { CabinetTable, CellTable, CommandTable } from "./schema.ts";

/** Where the doors of a cabinet were seen last, by cell. */
export async function doorsOf(db: Tables, cabinet: string): Promise<Map<number, string | null>> {
  const rows = await db.selectFrom("cells").select(["cell", "door"]).where("cabinet", "=", cabinet).execute();
  return new Map(rows.map(({ cell, door }) => [cell, door]));
}

/** The cell, which nobody else changes until the transaction is over; or `undefined`. */
export async function lockCell(trx: Tables, cabinet: string, cell: number): Promise<CellTable | undefined> {
  return await trx.selectFrom("cells").selectAll().where("cabinet", "=", cabinet).where("cell", "=", cell)
    .forUpdate().executeTakeFirst();
}

/** Writes where the door is. */
export async function setDoor(
  trx: Tables,
  { cabinet, cell }: Pick<CellTable, "cabinet" | "cell">,
  set: Pick<CellTable, "door" | "door_at" | "door_command">,
): Promise<void> {
  await trx.updateTable("cells").set(set).where("cabinet", "=", cabinet).where("cell", "=", cell).execute();
}

/** The newest command of the cell that was sent since then and of which nobody knows how it ended; or `undefined`. */
export async function commandInDoubt(
  trx: Tables,
  { cabinet, cell, since }: { cabinet: string; cell: number; since: number },
): Promise<CommandTable | undefined> {
  return await trx.selectFrom("commands").selectAll().where("cabinet", "=", cabinet)
    .where("requested_at", ">=", since).where("cell", "=", cell).where("sent_at", "is not", null)
    .where("state", "in", ["sent", "unconfirmed"])
    .orderBy("requested_at", "desc").limit(1).executeTakeFirst();
}

/** The controller's log and the last of its events that is stored; nobody else changes it meanwhile. */
export async function lockEventLog(
  trx: Tables,
  cabinet: string,
): Promise<Pick<CabinetTable, "event_log" | "event_seq"> | undefined> {
  return await trx.selectFrom("cabinets").select(["event_log", "event_seq"]).where("id", "=", cabinet)
    .forUpdate().executeTakeFirst();
}

/** Writes the last event that is stored. */
export async function setEventLog(
  trx: Tables,
  cabinet: string,
  set: Pick<CabinetTable, "event_log" | "event_seq">,
): Promise<void> {
  await trx.updateTable("cabinets").set(set).where("id", "=", cabinet).execute();
}

/** Cells whose door stands open for longer than their cabinet allows, and of which no alarm says so. */
export async function leftOpen(
  db: Tables,
  { now, limit }: { now: number; limit: number },
): Promise<Pick<CellTable, "cabinet" | "cell">[]> {
  return await db.selectFrom("cells").innerJoin("cabinets", "cabinets.id", "cells.cabinet")
    .select(["cells.cabinet", "cells.cell"])
    .where("cells.door", "=", sql.lit("open"))
    .where(sql<boolean>`cells.door_at + cabinets.left_open_ms <= ${now}`)
    .where(({ not, exists, selectFrom }) =>
      not(exists(
        selectFrom("alarms").select("alarms.id").whereRef("alarms.cabinet", "=", "cells.cabinet")
          .whereRef("alarms.cell", "=", "cells.cell").where("alarms.kind", "=", "left-open")
          .where("alarms.ended_at", "is", null),
      ))
    ).limit(limit).execute();
}

/** Cabinets that are away for longer than they may, and of which no alarm says so. */
export async function awayTooLong(
  db: Tables,
  { now, limit }: { now: number; limit: number },
): Promise<string[]> {
  const rows = await db.selectFrom("cabinets").select("cabinets.id").where("offline_since", "is not", null)
    .where(sql<boolean>`offline_since + offline_ms <= ${now}`)
    .where(({ not, exists, selectFrom }) =>
      not(exists(
        selectFrom("alarms").select("alarms.id").whereRef("alarms.cabinet", "=", "cabinets.id")
          .where("alarms.kind", "=", "offline").where("alarms.ended_at", "is", null),
      ))
    ).limit(limit).execute();
  return rows.map(({ id }) => id);
}

/** Cabinets that count as online since before that time, in the order of their ids, behind the id `after`. */
export async function onlineSince(
  db: Tables,
  { before, after, limit }: { before: number; after: string; limit: number },
): Promise<string[]> {
  const rows = await db.selectFrom("cabinets").select("id").where("offline_since", "is", null)
    .where("last_seen_at", "<", before).where("id", ">", after).orderBy("id").limit(limit).execute();
  return rows.map(({ id }) => id);
}

/** Notes since when a cabinet is away; `null`: it is not. One that is noted as away already stays as it is. */
export async function setAway(trx: Tables, cabinet: string, since: number | null): Promise<void> {
  const update = trx.updateTable("cabinets").set({ offline_since: since }).where("id", "=", cabinet);
  await (since === null ? update : update.where("offline_since", "is", null)).execute();
}
