/**
 * Doors that commands opened: the event and the door's new place are written in the same transaction as the command's
 * outcome. The event has its command's id, so it is written once, however many transactions try.
 *
 * @module
 */
import { lockCells } from "./doors.ts";
import { sql } from "kysely";
import { type RowStatement, runWith } from "../statements/compiled.ts";
import type { CellTable, CommandTable, Tables } from "../schema.ts";
import { endAlarms } from "../queries/alarms/alarms.ts";
import type { DoorSighting } from "../../cabinet/doors.ts";
import { type CellAddress, type CellCommand, cellKey, personOf } from "../../cabinet/commands.ts";
import type { AlarmKind, EventKind } from "../../cabinet/kinds.ts";

/** A command that opened its door, and when the door was seen open. */
export interface OpenedCommand extends CellCommand, Pick<CommandTable, "by" | "rental"> {
  readonly seen: DoorSighting;
}

/** As of when the place of a cell's door is known. */
type DoorAsOf = Pick<CellTable, "door_epoch" | "door_count">;

/** Whether the door's known place is newer than this sighting. */
export function isOutdated(
  { epoch, count }: Pick<DoorSighting, "epoch" | "count">,
  { door_epoch, door_count }: DoorAsOf,
): boolean {
  if (epoch === undefined || door_epoch === null) return false;
  if (epoch !== door_epoch) return epoch < door_epoch;
  return count !== undefined && door_count !== null && count <= door_count;
}

/** Those of these commands whose opening is recorded. */
export async function recordedOpenings(db: Tables, commands: readonly string[]): Promise<string[]> {
  const rows = await runWith<{ id: string }>(db, KEPT, commands.map((id) => [id]));
  return rows.map(({ id }) => id);
}

const KEPT: RowStatement = {
  name: "openings kept",
  columns: ["text"],
  build: (db, values) =>
    db.selectFrom("events").select("id").where(sql<boolean>`id in (${values})`).compile(),
};

/** Attributes the recorded opening of one command to another one. */
export async function renameOpening(
  trx: Tables,
  { from, to }: { from: string; to: string },
): Promise<void> {
  await trx.updateTable("events").set({ id: to, command: to }).where("id", "=", from).execute();
}

/**
 * Writes the openings that are not recorded yet. The door's place is left unchanged if a newer owner has the cabinet, or
 * if a later place of the door is known.
 */
export async function writeOpenings(trx: Tables, openings: readonly OpenedCommand[]): Promise<void> {
  if (openings.length === 0) return;
  // Cells are locked before events are written, in the order that recording doors' moves uses, so that transactions
  // cannot deadlock. A transaction that changes a rental as well has locked the rental before.
  const known = new Map((await lockCells(trx, openings)).map((cell) => [cellKey(cell), cell]));
  // The version before gives an opening's event another id, and records the command at the cell.
  const unwritten = openings.filter((opening) => known.get(cellKey(opening))?.door_command !== opening.id);
  const fresh = await insertOpenings(trx, unwritten);
  const last = new Map<string, OpenedCommand>();
  for (const opening of unwritten) {
    const place = cellKey(opening);
    const before = last.get(place)?.seen;
    const cell = before ? knownAs(before) : known.get(place);
    if (fresh.has(opening.id) && cell && !isOutdated(opening.seen, cell)) last.set(place, opening);
  }
  await setOpen(trx, [...last.values()]);
}

/** Of the command, whose row is there: its cabinet may have been removed meanwhile. */
const OF_COMMAND = sql`coalesce((select organization from commands where commands.id = column1), 'main')`;

const NOTE: RowStatement = {
  name: "note openings",
  columns: ["text", "bigint", "text", "integer", "text", "text"],
  build: (db, values) =>
    sql`
      insert into events (id, at, kind, cabinet, cell, person, rental, command, organization)
      select column1, column2, ${
      sql.lit<EventKind>("door-opened")
    }, column3, column4, column5, column6, column1, ${OF_COMMAND}
      from (${values}) as opened where true on conflict (id) do nothing returning id`.compile(db),
};

/** Writes the events. @returns the commands that had no event before */
async function insertOpenings(trx: Tables, openings: readonly OpenedCommand[]): Promise<ReadonlySet<string>> {
  const rows = openings.map((opening) => {
    const { id, seen, cabinet, cell, rental } = opening;
    return [id, seen.at, cabinet, cell, personOf(opening) ?? null, rental];
  });
  return new Set((await runWith<{ id: string }>(trx, NOTE, rows)).map(({ id }) => id));
}

const SET_OPEN: RowStatement = {
  name: "set open",
  columns: ["text", "integer", "text", "bigint", "bigint", "bigint"],
  build: (db, values) =>
    sql`
      update cells set door = 'open', door_command = seen.column3, door_at = seen.column4,
        door_epoch = coalesce(seen.column5, door_epoch), door_count = coalesce(seen.column6, door_count)
      from (${values}) as seen
      where cells.cabinet = seen.column1 and cells.cell = seen.column2 and not exists (
        select 1 from epochs where epochs.cabinet = cells.cabinet and epochs.epoch > seen.column5
      )
      returning cells.cabinet, cells.cell, (cells.state <> 'faulty' and exists (
        select 1 from alarms where alarms.cabinet = cells.cabinet and alarms.cell = cells.cell
          and alarms.kind = ${sql.lit<AlarmKind>("did-not-open")} and alarms.ended_at is null
      )) as is_alarmed`.compile(db),
};

/** Writes the doors as open, and ends the alarms of locks that open again, unless their cell is set aside as faulty. */
async function setOpen(trx: Tables, openings: readonly OpenedCommand[]): Promise<void> {
  const rows = openings.map(({ id, cabinet, cell, seen: { at, epoch = null, count = null } }) => [
    cabinet,
    cell,
    id,
    at,
    epoch,
    count,
  ]);
  const set = await runWith<CellAddress & { is_alarmed: number | boolean }>(
    trx,
    SET_OPEN,
    rows,
  );
  const at = new Map(openings.map((opening) => [cellKey(opening), opening.seen.at]));
  for (const cell of set.filter(({ is_alarmed }) => is_alarmed)) {
    await endAlarms(trx, { ...cell, kinds: ["did-not-open"], now: at.get(cellKey(cell)) ?? 0 });
  }
}

function knownAs({ epoch, count }: DoorSighting): DoorAsOf {
  return { door_epoch: epoch ?? null, door_count: count ?? null };
}
