/**
 * What it means that a door moved: the event, whose command it was, and which alarms begin and end.
 *
 * @module
 */
import { changeCommand, commandById } from "../db/commands.ts";
import { commandInDoubt, lockCell, lockEventLog, setDoor, setEventLog } from "../db/doors.ts";
import type { CellTable, CommandTable, Tables } from "../db/mod.ts";
import { endAlarms, insertEvent, raiseAlarm } from "../db/records.ts";
import { COMMAND } from "../limits.ts";

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

/** Takes down where a door is; nothing, where it was known to be there. */
export async function takeMove(trx: Tables, cabinet: string, move: Move): Promise<void> {
  const cell = await lockCell(trx, cabinet, move.cell);
  if (!cell || cell.door === move.door) return;
  if (cell.door === null && move.door === "closed") {
    const { cell: number } = cell;
    return await setDoor(trx, { cabinet, cell: number }, {
      door: "closed",
      door_at: move.at,
      door_command: null,
    });
  }
  await moved(trx, cell, move);
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
    if (cell) await moved(trx, cell, move);
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

async function moved(trx: Tables, cell: CellTable, move: Move): Promise<void> {
  const command = await commandOf(trx, cell, move);
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
  if (door === "open") await afterOpening(trx, cell, { move, command });
  else await afterClosing(trx, cell, at);
}

/** A closing is by whatever opened the door; an opening that nobody here knows of may be a command's in doubt. */
async function commandOf(trx: Tables, cell: CellTable, move: Move): Promise<CommandTable | undefined> {
  if (move.door === "closed") {
    return cell.door_command === null ? undefined : await commandById(trx, cell.door_command);
  }
  if (move.command !== undefined) {
    // A smart controller could name any.
    const command = await commandById(trx, move.command);
    return command?.cabinet === cell.cabinet && command.cell === cell.cell ? command : undefined;
  }
  if (move.how === "raw") return undefined;
  return await commandInDoubt(trx, {
    cabinet: cell.cabinet,
    cell: cell.cell,
    since: move.at - COMMAND.settleMs,
  });
}

async function afterOpening(
  trx: Tables,
  { cabinet, cell, state, door: before }: CellTable,
  { move, command }: { move: Move; command: CommandTable | undefined },
): Promise<void> {
  const { at, how } = move;
  if (command) {
    await changeCommand(trx, command.id, {
      from: ["unconfirmed"],
      cell,
      set: { state: "opened", reason: null, finished_at: at },
    });
  } else if (how !== "raw" && before === "closed") {
    const kind = "opened-without-command";
    await raiseAlarm(trx, { kind, cabinet, cell, subject: "", raised_at: at, until: null });
  }
  // A cell that was set aside for it waits for somebody to look.
  if (state !== "faulty") await endAlarms(trx, { kind: "did-not-open", cabinet, cell, now: at });
}

async function afterClosing(trx: Tables, { cabinet, cell }: CellTable, now: number): Promise<void> {
  for (const kind of ["left-open", "opened-without-command"]) {
    await endAlarms(trx, { kind, cabinet, cell, now });
  }
}
