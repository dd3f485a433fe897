/**
 * What it means that a door moved: the event, whose command it was, and which alarms begin and end.
 *
 * @module
 */
import { firstShut, lockEventLog, setEventLog } from "../db/doors.ts";
import type { CellTable, CommandTable, EventTable, Tables } from "../db/mod.ts";
import type { NewEvent } from "../db/records.ts";
import { DOOR } from "../limits.ts";
import { DoorLedger, type Place } from "./door_ledger.ts";

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
  /** In which the cabinet was served by whoever saw it; `undefined`: nobody can have seen more. */
  readonly epoch?: number | undefined;
}

/** A move as a smart controller counts them. */
export interface NumberedMove extends Move {
  readonly seq: number;
}

/** Moves of one cabinet, in their order. */
export interface CabinetMoves {
  readonly cabinet: string;
  readonly moves: readonly Move[];
}

/** A move of that cell's door, and the command that it came of. */
interface Caused {
  readonly cell: CellTable;
  readonly move: Move;
  readonly command: CommandTable | undefined;
}

/** What moves of a cabinet say that is not known. */
export interface News {
  readonly cabinet: string;
  /** Doors that were never seen before, and are shut: that is no event. */
  readonly shut: readonly Move[];
  readonly moved: readonly Move[];
}

/**
 * Picks what is news. Of all doors of a cabinet, as whoever connects tells them, mostly nothing is.
 *
 * @param doors where they are known to be; afterwards, where the moves left them
 */
export function newsOf({ cabinet, moves }: CabinetMoves, doors: Map<number, string | null>): News {
  const shut: Move[] = [];
  const moved: Move[] = [];
  for (const move of moves) {
    const before = doors.get(move.cell);
    if (before === undefined || before === move.door) continue;
    doors.set(move.cell, move.door);
    (before === null && move.door === "closed" ? shut : moved).push(move);
  }
  return { cabinet, shut, moved };
}

/** Takes down where doors are; nothing, where somebody else has said so meanwhile. */
export async function takeNews(trx: Tables, news: readonly News[], now: number): Promise<void> {
  for (const { cabinet, shut } of news) {
    const [first] = shut;
    if (first) await firstShut(trx, cabinet, { cells: shut.map(({ cell }) => cell), at: first.at });
  }
  const all = news.flatMap(({ cabinet, moved }) => moved.map((move) => ({ cabinet, move })));
  const ledger = await DoorLedger.open(trx, all.map(({ cabinet, move }) => ({ ...move, cabinet })));
  for (const { cabinet, move } of all) {
    const cell = ledger.cell({ cabinet, cell: move.cell });
    if (cell) await takeMove(ledger, { cell, move, now });
  }
  await ledger.close();
}

async function takeMove(
  ledger: DoorLedger,
  { cell, move, now }: { cell: CellTable; move: Move; now: number },
): Promise<void> {
  if (cell.door === move.door) return;
  if (cell.door === null && move.door === "closed") {
    return ledger.setDoor(cell, { door: "closed", door_at: move.at, door_command: null });
  }
  // While the database was away the cabinet may have gone to somebody who has seen more since.
  const isLate = now - move.at > DOOR.lateMs;
  const isOvertaken = cell.door_at !== null && cell.door_at > move.at;
  // What a controller tells of one door is stored at once, and may overtake what it told of all of them.
  if (isOvertaken && (isLate || move.how === "found")) return;
  const named = namedCommand(ledger, cell, move);
  const { at, epoch = Number.MAX_SAFE_INTEGER } = move;
  const mayBeMissed = !named && move.door === "open" && move.how !== "raw";
  // An opening that nobody explains may be that of a command whose evidence was missed.
  const command = mayBeMissed ? await ledger.unseenCommand(cell, { at, epoch }) : named;
  const isOutlived = isLate && move.epoch !== undefined &&
    await ledger.isServedSince(cell.cabinet, move.epoch);
  await (isOutlived ? outlived : moved)(ledger, { cell, move, command });
}

/** Somebody else has read the doors since: where they are is known, and no alarm begins or ends with this. */
async function outlived(ledger: DoorLedger, { cell, move, command }: Caused): Promise<void> {
  noteMove(ledger, { cell, move, command });
  if (move.door === "open" && command?.state === "unconfirmed") await ledger.settle(command, move.at);
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
  const ledger = await DoorLedger.open(trx, moves.map((move) => ({ ...move, cabinet })));
  for (const move of moves.toSorted((a, b) => a.seq - b.seq)) {
    if (move.seq <= stored) continue;
    const lost = move.seq - stored - 1;
    if (lost > 0) {
      ledger.note(eventOf({ cabinet, cell: 0 }, { at: move.at, kind: "events-lost", detail: `${lost}` }));
    }
    stored = move.seq;
    const cell = ledger.cell({ cabinet, cell: move.cell });
    if (cell) await moved(ledger, { cell, move, command: namedCommand(ledger, cell, move) });
  }
  await ledger.close();
  await setEventLog(trx, cabinet, { event_log: log, event_seq: stored });
}

/** A closing is by whatever opened the door. A smart controller could name any command: only those of its cell count. */
function namedCommand(ledger: DoorLedger, cell: CellTable, move: Move): CommandTable | undefined {
  const id = move.command ?? (move.door === "closed" ? cell.door_command : null);
  const command = id === null ? undefined : ledger.command(id);
  return command?.cabinet === cell.cabinet && command.cell === cell.cell ? command : undefined;
}

async function moved(ledger: DoorLedger, { cell, move, command }: Caused): Promise<void> {
  const { door, at } = move;
  ledger.setDoor(cell, { door, door_at: at, door_command: command?.id ?? null });
  noteMove(ledger, { cell, move, command });
  if (door === "open") return await afterOpening(ledger, { cell, move, command });
  await ledger.end(["left-open", "opened-without-command"], cell, at);
}

async function afterOpening(ledger: DoorLedger, { cell, move, command }: Caused): Promise<void> {
  const { at, how } = move;
  // Only the command: a rental that was in doubt may have been opened by another one meanwhile.
  if (command?.state === "unconfirmed") await ledger.settle(command, at);
  if (!command && how !== "raw" && cell.door !== null) await ledger.raise("opened-without-command", cell, at);
  // A cell that was set aside for it waits for somebody to look.
  if (cell.state !== "faulty") await ledger.end(["did-not-open"], cell, at);
}

function noteMove(ledger: DoorLedger, { cell, move: { door, at, how }, command }: Caused): void {
  const kind = door === "open" ? "door-opened" : "door-closed";
  ledger.note(eventOf(cell, { at, kind, detail: how ?? null }, command));
}

function eventOf(
  { cabinet, cell }: Place,
  what: Pick<EventTable, "at" | "kind" | "detail">,
  command?: CommandTable,
): NewEvent {
  const person = command?.by.startsWith("person:") ? command.by.slice("person:".length) : null;
  return { ...what, cabinet, cell, person, rental: command?.rental ?? null, command: command?.id ?? null };
}
