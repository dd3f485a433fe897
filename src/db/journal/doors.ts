/**
 * Queries about where doors are.
 *
 * @module
 */
import { sql } from "kysely";
import { type RowStatement, runWith } from "../statements/compiled.ts";
import type { CabinetTable, CellTable, CommandTable, EventTable, Tables } from "../schema.ts";

/** Where the doors of these cabinets were seen last, by cabinet and cell. */
export async function doorsOf(
  db: Tables,
  cabinets: readonly string[],
): Promise<Map<string, Map<number, string | null>>> {
  const doors = new Map(cabinets.map((cabinet) => [cabinet, new Map<number, string | null>()]));
  if (cabinets.length === 0) return doors;
  const rows = await db.selectFrom("cells").select(["cabinet", "cell", "door"])
    .where("cabinet", "in", cabinets).execute();
  for (const { cabinet, cell, door } of rows) doors.get(cabinet)?.set(cell, door);
  return doors;
}

/** The cell, which nobody else changes until the transaction is over; or `undefined`. */
export async function lockCell(trx: Tables, cabinet: string, cell: number): Promise<CellTable | undefined> {
  return await trx.selectFrom("cells").selectAll().where("cabinet", "=", cabinet).where("cell", "=", cell)
    .forUpdate().executeTakeFirst();
}

/**
 * These cells, which nobody else changes until the transaction is over; always in one order, so that nobody waits in a
 * circle.
 */
export async function lockCells(
  trx: Tables,
  places: readonly Pick<CellTable, "cabinet" | "cell">[],
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

/** Writes where these doors are. */
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

/** Writes that these doors, which were never seen before, are shut; nothing, where a newer owner has the cabinet. */
export async function firstShut(
  trx: Tables,
  cabinet: string,
  { cells, seen: { at, epoch, count } }: { cells: readonly number[]; seen: DoorSighting },
): Promise<void> {
  const set = { door: "closed", door_at: at, door_epoch: epoch ?? null, door_count: count ?? null };
  await trx.updateTable("cells").set(set).where("cabinet", "=", cabinet).where("cell", "in", cells)
    .where("door", "is", null)
    .where(({ not, exists, selectFrom }) =>
      not(exists(
        selectFrom("epochs").select("epoch").where("cabinet", "=", cabinet)
          .where("epoch", ">", epoch ?? Number.MAX_SAFE_INTEGER),
      ))
    ).execute();
}

/** What an event says of a door. */
export type MoveNoted = Pick<EventTable, "kind" | "command" | "detail">;

/** What was noted last of the cell's door; `undefined`: nothing. */
export async function lastMove(
  db: Tables,
  { cabinet, cell }: Pick<CellTable, "cabinet" | "cell">,
): Promise<MoveNoted | undefined> {
  return await db.selectFrom("events").select(["kind", "command", "detail"]).where("cabinet", "=", cabinet)
    .where("cell", "=", cell).where("seq", "is not", null)
    .where("kind", "in", ["door-opened", "door-closed"])
    .orderBy("seq", "desc").limit(1).executeTakeFirst();
}

/** The command that opened the cell's door last before that time; `null`: none, or nobody knows. */
export async function openedBefore(
  db: Tables,
  { cabinet, cell }: Pick<CellTable, "cabinet" | "cell">,
  at: number,
): Promise<string | null> {
  // As expressions, so that the index over kinds and times is left: it holds all events of all cabinets before that time.
  const row = await db.selectFrom("events").select("command").where("cabinet", "=", cabinet)
    .where("cell", "=", cell).where("seq", "is not", null)
    .where(sql<boolean>`kind || '' = 'door-opened' and at + 0 <= ${at}`)
    .orderBy("seq", "desc").limit(1).executeTakeFirst();
  return row?.command ?? null;
}

/**
 * The newest command that was sent to the cell in that time and may have opened the door that is seen open now: of which
 * nobody knows how it ended, or which is known to have opened it and of which no such move is known. Or `undefined`.
 *
 * A connection names the commands that it sent itself, so one in doubt is another connection's: one that had the cabinet
 * before, so that the door was read after the command was sent.
 *
 * @param seen.epoch that of the connection by which the door was seen
 */
export async function commandFor(
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

/** A smart controller's log, and the last of its events that is stored. */
export type EventLog = Pick<CabinetTable, "event_log" | "event_seq">;

/** The log of the cabinet, or `undefined`. */
export async function eventLog(db: Tables, cabinet: string): Promise<EventLog | undefined> {
  return await db.selectFrom("cabinets").select(["event_log", "event_seq"]).where("id", "=", cabinet)
    .executeTakeFirst();
}

/** The log of the cabinet, which nobody else changes until the transaction is over; or `undefined`. */
export async function lockEventLog(trx: Tables, cabinet: string): Promise<EventLog | undefined> {
  return await trx.selectFrom("cabinets").select(["event_log", "event_seq"]).where("id", "=", cabinet)
    .forUpdate().executeTakeFirst();
}

/** Writes the last event that is stored. */
export async function setEventLog(trx: Tables, cabinet: string, set: EventLog): Promise<void> {
  await trx.updateTable("cabinets").set(set).where("id", "=", cabinet).execute();
}

/** Cells whose door stands open for longer than their cabinet allows, and of which no alarm says so. */
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

/** When a door was seen: on its owner's clock, and in the order of its cabinet's line. */
export interface DoorSighting {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** In which the cabinet was served by whoever saw it; `undefined`: nobody knows. */
  readonly epoch?: number | undefined;
  /** How much that owner had told of the cabinet by then. */
  readonly count?: number | undefined;
}
