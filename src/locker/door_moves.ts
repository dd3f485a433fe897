/**
 * What it means that a door moved: the event, whose command it was, and which alarms begin and end.
 *
 * @module
 */
import { changeCommand, commandById } from "../db/commands.ts";
import { commandFor, firstShut, lockCell, lockEventLog, setDoor, setEventLog } from "../db/doors.ts";
import type { CellTable, CommandTable, Tables } from "../db/mod.ts";
import { endAlarms, insertEvent, raiseAlarm } from "../db/records.ts";
import { COMMAND, DOOR } from "../limits.ts";

/** A door that moved, or was found elsewhere than it had been when last seen. */
export interface Move {
  readonly cell: number;
  readonly door: "open" | "closed";
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The command that opened it, as far as the cabinet's connection knows. */
  readonly command?: string | undefined;
  /** `found`: nobody knows when it moved; `raw`: bytes of the operator had just been sent. */
  readonly how?: "found" | "raw" | undefined;
}

/** A move as a smart controller counts them. */
export interface NumberedMove extends Move {
  readonly seq: number;
}

/** A move, and the command that it came of. */
interface Caused {
  readonly move: Move;
  readonly command: CommandTable | undefined;
}

/** What moves say that is not known. */
export interface News {
  /** Doors that were never seen before, and are shut: that is no event. */
  readonly shut: readonly Move[];
  readonly moved: readonly Move[];
}

/** Picks what is news. Of all doors of a cabinet, as whoever connects tells them, mostly nothing is. */
export function newsOf(moves: readonly Move[], known: ReadonlyMap<number, string | null>): News {
  const doors = new Map(known);
  const shut: Move[] = [];
  const moved: Move[] = [];
  for (const move of moves) {
    const before = doors.get(move.cell);
    if (before === undefined || before === move.door) continue;
    doors.set(move.cell, move.door);
    (before === null && move.door === "closed" ? shut : moved).push(move);
  }
  return { shut, moved };
}

/** Takes down where doors of the cabinet are; nothing, where somebody else has said so meanwhile. */
export async function takeNews(
  trx: Tables,
  cabinet: string,
  { news: { shut, moved }, now }: { news: News; now: number },
): Promise<void> {
  const [first] = shut;
  if (first) await firstShut(trx, cabinet, { cells: shut.map(({ cell }) => cell), at: first.at });
  for (const move of moved) await takeMove(trx, cabinet, { move, now });
}

async function takeMove(trx: Tables, cabinet: string, { move, now }: { move: Move; now: number }) {
  const cell = await lockCell(trx, cabinet, move.cell);
  if (!cell || cell.door === move.door) return;
  if (cell.door === null && move.door === "closed") {
    return await firstShut(trx, cabinet, { cells: [cell.cell], at: move.at });
  }
  // While the database was away the cabinet may have gone to somebody who has seen more since.
  const isLate = now - move.at > DOOR.lateMs;
  if (isLate && cell.door_at !== null && cell.door_at > move.at) return;
  await moved(trx, cell, { move, command: await commandOf(trx, cell, move) });
}

/** An opening that nobody explains may be that of a command whose evidence was missed. */
async function commandOf(trx: Tables, cell: CellTable, move: Move): Promise<CommandTable | undefined> {
  const named = await namedCommand(trx, cell, move);
  if (named || move.door === "closed" || move.how === "raw") return named;
  return await commandFor(trx, cell, { at: move.at, withinMs: COMMAND.settleMs });
}

/**
 * Takes down what a smart controller tells: each event once, by its number. One that is missing is noted.
 *
 * @param moves of one log, those without a cell with `cell` 0
 */
export async function takeNumbered(
  trx: Tables,
  cabinet: string,
  { log, moves }: { log: string; moves: readonly NumberedMove[] },
): Promise<void> {
  const row = await lockEventLog(trx, cabinet);
  if (!row) return;
  let stored = row.event_log === log ? row.event_seq : 0;
  for (const move of moves.toSorted((a, b) => a.seq - b.seq)) {
    if (move.seq <= stored) continue;
    const lost = move.seq - stored - 1;
    if (lost > 0) await noteLost(trx, cabinet, { at: move.at, lost });
    stored = move.seq;
    const cell = move.cell === 0 ? undefined : await lockCell(trx, cabinet, move.cell);
    if (cell) await moved(trx, cell, { move, command: await namedCommand(trx, cell, move) });
  }
  await setEventLog(trx, cabinet, { event_log: log, event_seq: stored });
}

async function noteLost(
  trx: Tables,
  cabinet: string,
  { at, lost }: { at: number; lost: number },
): Promise<void> {
  const nobody = { person: null, rental: null, command: null };
  await insertEvent(trx, { at, kind: "events-lost", cabinet, cell: 0, ...nobody, detail: String(lost) });
}

/** A closing is by whatever opened the door. A smart controller could name any command: only those of its cell count. */
async function namedCommand(trx: Tables, cell: CellTable, move: Move): Promise<CommandTable | undefined> {
  const id = move.command ?? (move.door === "closed" ? cell.door_command : null);
  const command = id === null ? undefined : await commandById(trx, id);
  return command?.cabinet === cell.cabinet && command.cell === cell.cell ? command : undefined;
}

async function moved(trx: Tables, cell: CellTable, { move, command }: Caused): Promise<void> {
  const { door, at, how = null } = move;
  await setDoor(trx, cell, { door, door_at: at, door_command: command?.id ?? null });
  await insertEvent(trx, {
    at,
    kind: door === "open" ? "door-opened" : "door-closed",
    cabinet: cell.cabinet,
    cell: cell.cell,
    person: command?.by.startsWith("person:") ? command.by.slice("person:".length) : null,
    rental: command?.rental ?? null,
    detail: how,
    command: command?.id ?? null,
  });
  if (door === "open") return await afterOpening(trx, cell, { move, command });
  const kinds = ["left-open", "opened-without-command"];
  await endAlarms(trx, { kinds, cabinet: cell.cabinet, cell: cell.cell, now: at });
}

async function afterOpening(
  trx: Tables,
  { cabinet, cell, state, door: before }: CellTable,
  { move: { at, how }, command }: Caused,
): Promise<void> {
  if (command?.state === "unconfirmed") {
    // Only the command: a rental that was in doubt may have been opened by another one meanwhile.
    const set = { state: "opened", reason: null, finished_at: at };
    await changeCommand(trx, command.id, { from: ["unconfirmed"], cell, set });
  }
  if (!command && how !== "raw" && before !== null) {
    const kind = "opened-without-command";
    await raiseAlarm(trx, { kind, cabinet, cell, subject: "", raised_at: at, until: null });
  }
  // A cell that was set aside for it waits for somebody to look.
  if (state !== "faulty") await endAlarms(trx, { kinds: ["did-not-open"], cabinet, cell, now: at });
}
