/**
 * Doors that commands opened: the event, and where the door is, written in the transaction in which it is written that the
 * command opened it. An event has its command's id, so there is one, whoever writes it first.
 *
 * @module
 */
import { type DoorSighting, lockCells } from "./doors.ts";
import { sql } from "kysely";
import { type RowStatement, runWith } from "../statements/compiled.ts";
import type { CellTable, CommandTable, Tables } from "../schema.ts";
import { endAlarms } from "../queries/records.ts";

/** A command, and when its door was seen open. */
export interface OpenedCommand extends Pick<CommandTable, "id" | "cabinet" | "cell" | "by" | "rental"> {
  readonly seen: DoorSighting;
}

/** Where a cell's door is known to be, and as of when. */
type Known = Pick<CellTable, "door_epoch" | "door_count">;

/** Whether more is known of the door than was seen then. */
export function isBehind(
  { epoch, count }: Pick<DoorSighting, "epoch" | "count">,
  { door_epoch, door_count }: Known,
): boolean {
  if (epoch === undefined || door_epoch === null) return false;
  if (epoch !== door_epoch) return epoch < door_epoch;
  return count !== undefined && door_count !== null && count <= door_count;
}

/** The person of a command; `null`: the operator. */
export function personOfCommand({ by }: Pick<CommandTable, "by">): string | null {
  return by.startsWith("person:") ? by.slice("person:".length) : null;
}

/** Those of these commands of which it is written that they opened their doors. */
export async function openingsKept(db: Tables, commands: readonly string[]): Promise<string[]> {
  const rows = await runWith<{ id: string }>(db, KEPT, commands.map((id) => [id]));
  return rows.map(({ id }) => id);
}

const KEPT: RowStatement = {
  name: "openings kept",
  columns: ["text"],
  build: (db, values) =>
    db.selectFrom("events").select("id").where(sql<boolean>`id in (${values})`).compile(),
};

/** What was written of a command's opening is that of another command. */
export async function renameOpening(
  trx: Tables,
  { from, to }: { from: string; to: string },
): Promise<void> {
  await trx.updateTable("events").set({ id: to, command: to }).where("id", "=", from).execute();
}

/**
 * Writes openings that are not written yet. Where a door is known to be is left as it is where a newer owner has the
 * cabinet, or more is known of the door.
 */
export async function writeOpenings(trx: Tables, openings: readonly OpenedCommand[]): Promise<void> {
  if (openings.length === 0) return;
  // The cells before the events, as the ledger of moves does, and in its order: so nobody waits in a circle. Whoever
  // changes a rental, too, has locked it before.
  const known = new Map((await lockCells(trx, openings)).map((cell) => [placeOf(cell), cell]));
  // The version before gives an opening's event another id, and notes the command at the cell.
  const unwritten = openings.filter((opening) => known.get(placeOf(opening))?.door_command !== opening.id);
  const fresh = await note(trx, unwritten);
  const last = new Map<string, OpenedCommand>();
  for (const opening of unwritten) {
    const place = placeOf(opening);
    const before = last.get(place)?.seen;
    const cell = before ? knownAs(before) : known.get(place);
    if (fresh.has(opening.id) && cell && !isBehind(opening.seen, cell)) last.set(place, opening);
  }
  await setOpen(trx, [...last.values()]);
}

const NOTE: RowStatement = {
  name: "note openings",
  columns: ["text", "bigint", "text", "integer", "text", "text"],
  build: (db, values) =>
    sql`
      insert into events (id, at, kind, cabinet, cell, person, rental, command)
      select column1, column2, 'door-opened', column3, column4, column5, column6, column1
      from (${values}) as opened where true on conflict (id) do nothing returning id`.compile(db),
};

/** Notes the events; answers the commands of which there was none. */
async function note(trx: Tables, openings: readonly OpenedCommand[]): Promise<ReadonlySet<string>> {
  const rows = openings.map((opening) => {
    const { id, seen, cabinet, cell, rental } = opening;
    return [id, seen.at, cabinet, cell, personOfCommand(opening), rental];
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
          and alarms.kind = 'did-not-open' and alarms.ended_at is null
      )) as is_alarmed`.compile(db),
};

/** A lock that opens again is well, unless its cell was set aside for it. */
async function setOpen(trx: Tables, openings: readonly OpenedCommand[]): Promise<void> {
  const rows = openings.map(({ id, cabinet, cell, seen: { at, epoch = null, count = null } }) => [
    cabinet,
    cell,
    id,
    at,
    epoch,
    count,
  ]);
  const set = await runWith<Pick<CellTable, "cabinet" | "cell"> & { is_alarmed: number | boolean }>(
    trx,
    SET_OPEN,
    rows,
  );
  const at = new Map(openings.map((opening) => [placeOf(opening), opening.seen.at]));
  for (const cell of set.filter(({ is_alarmed }) => is_alarmed)) {
    await endAlarms(trx, { ...cell, kinds: ["did-not-open"], now: at.get(placeOf(cell)) ?? 0 });
  }
}

function knownAs({ epoch, count }: DoorSighting): Known {
  return { door_epoch: epoch ?? null, door_count: count ?? null };
}

function placeOf({ cabinet, cell }: Pick<CellTable, "cabinet" | "cell">): string {
  return `${cell} ${cabinet}`;
}
