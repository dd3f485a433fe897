import { sql } from "kysely";
import { type RowStatement, runWith } from "../statements/compiled.ts";
import type { CabinetTable, CellTable, CommandTable, EventTable, Tables } from "../schema.ts";
import type { CellAddress } from "../../cabinet/commands.ts";
import type { DoorSighting } from "../../cabinet/doors.ts";
import type { EventKind } from "../../cabinet/kinds.ts";

/** The last known places of the doors of these cabinets, by cabinet and cell. */
export async function doorsOf(
  db: Tables,
  cabinets: readonly string[],
): Promise<Map<string, Map<number, CellTable["door"]>>> {
  const doors = new Map(cabinets.map((cabinet) => [cabinet, new Map<number, CellTable["door"]>()]));
  if (cabinets.length === 0) return doors;
  const rows = await db.selectFrom("cells").select(["cabinet", "cell", "door"])
    .where("cabinet", "in", cabinets).execute();
  for (const { cabinet, cell, door } of rows) doors.get(cabinet)?.set(cell, door);
  return doors;
}

/** Locks the cell until the transaction ends; `undefined`: there is none. */
export async function lockCell(trx: Tables, { cabinet, cell }: CellAddress): Promise<CellTable | undefined> {
  return await trx.selectFrom("cells").selectAll().where("cabinet", "=", cabinet).where("cell", "=", cell)
    .forUpdate().executeTakeFirst();
}

/** Locks these cells until the transaction ends, always in the same order, so that transactions cannot deadlock. */
export async function lockCells(
  trx: Tables,
  places: readonly CellAddress[],
): Promise<CellTable[]> {
  return await runWith(trx, LOCK, places.map(({ cabinet, cell }) => [cabinet, cell]));
}

const LOCK: RowStatement = {
  name: "lock cells",
  columns: ["text", "integer"],
  build: (db, values) =>
    db.selectFrom("cells").selectAll().where(sql<boolean>`(cabinet, cell) in (${values})`)
      .orderBy("cabinet", (order) => order.collate("C")).orderBy("cell").forUpdate().compile(),
};

/** Writes the places of these doors. */
export async function setDoors(trx: Tables, cells: readonly CellTable[]): Promise<void> {
  const rows = cells.map(({ cabinet, cell, door, door_at, door_command, door_epoch, door_count }) => [
    cabinet,
    cell,
    door,
    door_at,
    door_command,
    door_epoch,
    door_count,
  ]);
  await runWith(trx, SET, rows);
}

const SET: RowStatement = {
  name: "set doors",
  columns: ["text", "integer", "text", "bigint", "text", "bigint", "bigint"],
  build: (db, values) =>
    sql`
      update cells set door = seen.column3, door_at = seen.column4, door_command = seen.column5,
        door_epoch = seen.column6, door_count = seen.column7
      from (${values}) as seen
      where cells.cabinet = seen.column1 and cells.cell = seen.column2`.compile(db),
};

/** Writes that these doors, which were never seen before, are closed, unless a newer owner has the cabinet. */
export async function setFirstClosed(
  trx: Tables,
  cabinet: string,
  { cells, seen: { at, epoch, count } }: { cells: readonly number[]; seen: DoorSighting },
): Promise<void> {
  const set = { door: "closed", door_at: at, door_epoch: epoch ?? null, door_count: count ?? null } as const;
  await trx.updateTable("cells").set(set).where("cabinet", "=", cabinet).where("cell", "in", cells)
    .where("door", "is", null)
    .where(({ not, exists, selectFrom }) =>
      not(exists(
        selectFrom("epochs").select("epoch").where("cabinet", "=", cabinet)
          .where("epoch", ">", epoch ?? Number.MAX_SAFE_INTEGER),
      ))
    ).execute();
}

/** The last recorded move of the cell's door; `undefined`: there is none. */
export async function lastRecordedMove(
  db: Tables,
  { cabinet, cell }: CellAddress,
): Promise<Pick<EventTable, "kind" | "command" | "detail"> | undefined> {
  return await db.selectFrom("events").select(["kind", "command", "detail"]).where("cabinet", "=", cabinet)
    .where("cell", "=", cell).where("seq", "is not", null)
    .where("kind", "in", ["door-opened", "door-closed"])
    .orderBy("seq", "desc").limit(1).executeTakeFirst();
}

/** The command that opened the cell's door last before that time; `null`: none, or it is not known. */
export async function openedBefore(
  db: Tables,
  { cabinet, cell }: CellAddress,
  at: number,
): Promise<string | null> {
  // Expressions keep the planner from the index over kinds and times, in which all cabinets' events before that time are.
  const row = await db.selectFrom("events").select("command").where("cabinet", "=", cabinet)
    .where("cell", "=", cell).where("seq", "is not", null)
    .where(sql<boolean>`kind || '' = ${sql.lit<EventKind>("door-opened")} and at + 0 <= ${at}`)
    .orderBy("seq", "desc").limit(1).executeTakeFirst();
  return row?.command ?? null;
}

/**
 * The newest command that was sent to the cell in that time and may have opened the door that is seen open now: its
 * outcome is not known, or it is known to have opened the door and the door's move was not recorded. Or `undefined`.
 *
 * A connection reports the commands that it sent itself. So a command without an outcome was sent by an earlier
 * connection, and the door was read after it was sent.
 *
 * @param seen.epoch the epoch of the connection that saw the door
 */
export async function commandForOpening(
  trx: Tables,
  { cabinet, cell, door_at }: Pick<CellTable, "cabinet" | "cell" | "door_at">,
  { at, withinMs, epoch }: { at: number; withinMs: number; epoch: number },
): Promise<CommandTable | undefined> {
  return await trx.selectFrom("commands").selectAll().where("cabinet", "=", cabinet)
    .where("requested_at", ">=", at - withinMs).where("requested_at", "<=", at)
    .where("cell", "=", cell).where("sent_at", "is not", null)
    .where(({ or, and, eb }) =>
      or([
        and([
          eb("state", "in", ["sent", "unconfirmed"]),
          or([eb("sent_epoch", "<", epoch), eb("sent_epoch", "is", null)]),
        ]),
        and([eb("state", "=", "opened"), eb("sent_at", ">", door_at ?? 0)]),
      ])
    ).orderBy("requested_at", "desc").limit(1).executeTakeFirst();
}

/** A smart controller's event log: its id, and the number of its last event that is stored. */
export type EventLog = Pick<CabinetTable, "event_log" | "event_seq">;

/** The event log of the cabinet, or `undefined`. */
export async function eventLog(db: Tables, cabinet: string): Promise<EventLog | undefined> {
  return await db.selectFrom("cabinets").select(["event_log", "event_seq"]).where("id", "=", cabinet)
    .executeTakeFirst();
}

/** Locks the event log of the cabinet until the transaction ends; `undefined`: there is no such cabinet. */
export async function lockEventLog(trx: Tables, cabinet: string): Promise<EventLog | undefined> {
  return await trx.selectFrom("cabinets").select(["event_log", "event_seq"]).where("id", "=", cabinet)
    .forUpdate().executeTakeFirst();
}

/** Writes the log's id and the number of its last event that is stored. */
export async function setEventLog(trx: Tables, cabinet: string, set: EventLog): Promise<void> {
  await trx.updateTable("cabinets").set(set).where("id", "=", cabinet).execute();
}

/** Cells whose door has been open for longer than their cabinet allows, and that have no such alarm yet. */
export async function leftOpen(
  db: Tables,
  { now, limit }: { now: number; limit: number },
): Promise<Pick<CellTable, "cabinet" | "cell" | "door_at">[]> {
  return await db.selectFrom("cells").innerJoin("cabinets", "cabinets.id", "cells.cabinet")
    .select(["cells.cabinet", "cells.cell", "cells.door_at"])
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
