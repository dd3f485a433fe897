/**
 * What it means that a door moved: the event, whose command it was, and which alarms begin and end.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { lockEventLog, setEventLog, setFirstClosed } from "../../db/journal/doors.ts";
import type { CellTable, CommandTable, EventTable, Tables } from "../../db/mod.ts";
import type { NewEvent } from "../../db/queries/records.ts";
import { uuidOf } from "../../lib/uuid.ts";
import { DoorLedger } from "./door_ledger.ts";
import { type CellAddress, personOf } from "../../cabinet/commands.ts";
import type { CabinetMoves, DoorMove, NumberedDoorMove } from "../../cabinet/doors.ts";
import type { EventKind } from "../../cabinet/kinds.ts";

/** A move of that cell's door, and the command that caused it. */
interface Caused {
  readonly cell: CellTable;
  readonly move: DoorMove;
  readonly command: CommandTable | undefined;
}

/** What moves of a cabinet say that is not known. */
export interface MovementEffects {
  readonly cabinet: string;
  /** Doors that were never seen before, and are shut: that is not an event. */
  readonly shut: readonly DoorMove[];
  readonly moved: readonly DoorMove[];
}

/**
 * Picks the moves that are not known yet: few of those that a device reports of all its doors when it connects.
 *
 * @param doors where they are known to be; afterwards, where the moves left them
 */
export function newsOf(
  { cabinet, moves }: CabinetMoves,
  doors: Map<number, CellTable["door"]>,
): MovementEffects {
  const shut: DoorMove[] = [];
  const moved: DoorMove[] = [];
  for (const move of moves) {
    const before = doors.get(move.cell);
    // Which command opened it may be news, where the door is known to stand open.
    const isSame = before === move.door && !(move.door === "open" && move.command !== undefined);
    if (before === undefined || isSame) continue;
    doors.set(move.cell, move.door);
    (before === null && move.door === "closed" ? shut : moved).push(move);
  }
  return { cabinet, shut, moved };
}

/** Records where doors are, except where a newer report has been recorded meanwhile. */
export async function takeNews(trx: Tables, news: readonly MovementEffects[]): Promise<void> {
  for (const { cabinet, shut } of news) {
    const [first] = shut;
    if (first) await setFirstClosed(trx, cabinet, { cells: shut.map(({ cell }) => cell), seen: first });
  }
  const all = news.flatMap(({ cabinet, moved }) => moved.map((move) => ({ cabinet, move })));
  const ledger = await DoorLedger.open(trx, all.map(({ cabinet, move }) => ({ ...move, cabinet })));
  for (const { cabinet, move } of all) {
    const cell = ledger.cell({ cabinet, cell: move.cell });
    if (cell) await takeMove(ledger, { cell, move });
  }
  await ledger.close();
}

async function takeMove(
  ledger: DoorLedger,
  { cell, move }: { cell: CellTable; move: DoorMove },
): Promise<void> {
  // What a controller tells of one door is stored at once, and may overtake what it told of all of them.
  if (move.how === "found" && cell.door_at !== null && cell.door_at > move.at) return;
  if (ledger.isLate(cell, move)) return await takeLateMove(ledger, { cell, move });
  const named = namedCommand(ledger, cell, move);
  // An answer to an open is an opening, whatever was known of the door before.
  const isOpening = move.door === "open" && named !== undefined && cell.door_command !== named.id;
  if (cell.door === move.door && !(isOpening && !ledger.isTold(named))) return;
  if (cell.door === null && move.door === "closed") {
    return ledger.setDoor(cell, { ...move, door_command: null });
  }
  await moved(ledger, { cell, move, command: named ?? await missedCommand(ledger, cell, move) });
}

/** An opening without a known cause may be that of a command whose evidence was missed. */
async function missedCommand(
  ledger: DoorLedger,
  cell: CellTable,
  { door, how, at, epoch = Number.MAX_SAFE_INTEGER }: DoorMove,
): Promise<CommandTable | undefined> {
  return door === "open" && how !== "raw" ? await ledger.unseenCommand(cell, { at, epoch }) : undefined;
}

/**
 * Records a move that a newer report of the door has overtaken: it is an event, marked as late, and no alarm begins or
 * ends with it.
 */
async function takeLateMove(ledger: DoorLedger, late: { cell: CellTable; move: DoorMove }): Promise<void> {
  // That it was found so then says nothing any more.
  if (late.move.how === "found") return;
  await (late.move.door === "open" ? lateOpening : lateClosing)(ledger, late);
}

async function lateOpening(
  ledger: DoorLedger,
  { cell, move }: { cell: CellTable; move: DoorMove },
): Promise<void> {
  const named = namedCommand(ledger, cell, move);
  // The newer report shows it open as well.
  if (!named && cell.door === "open") return;
  const command = named ?? await missedCommand(ledger, cell, move);
  if (command && ledger.isTold(command)) return;
  noteMove(ledger, { cell, move, command, detail: "late" });
  if (command?.state === "unconfirmed") await ledger.settle(command, move.at);
}

async function lateClosing(
  ledger: DoorLedger,
  { cell, move }: { cell: CellTable; move: DoorMove },
): Promise<void> {
  const last = await ledger.lastOf(cell);
  if (last?.kind !== "door-opened") return;
  // Of the opening that was told late before it, or of one before that which is known.
  const command = last.detail === "late"
    ? await ledger.read(last.command)
    : await ledger.openedBefore(cell, move.at);
  noteMove(ledger, { cell, move, command, detail: "late" });
}

/**
 * Takes down what a smart controller tells: each event once, by its number. One that is missing is noted.
 *
 * @param moves of one log, those without a cell with `cell` 0
 */
export async function takeNumbered(
  trx: Tables,
  cabinet: string,
  { log, moves }: { log: string; moves: readonly NumberedDoorMove[] },
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
function namedCommand(ledger: DoorLedger, cell: CellTable, move: DoorMove): CommandTable | undefined {
  const id = move.command ?? (move.door === "closed" ? cell.door_command : null);
  const command = id === null ? undefined : ledger.command(id);
  return command?.cabinet === cell.cabinet && command.cell === cell.cell ? command : undefined;
}

async function moved(ledger: DoorLedger, { cell, move, command }: Caused): Promise<void> {
  const { door, at, how } = move;
  // The end of its command, or a look at the door, has told of it already; what follows in the line's order is another.
  const isToldOf = door === "open" && command !== undefined && ledger.isTold(command) &&
    (move.command === undefined || cell.door === "open" && cell.door_command === command.id);
  ledger.setDoor(cell, { ...move, door_command: command?.id ?? null });
  if (!isToldOf) noteMove(ledger, { cell, move, command, detail: how ?? null });
  if (door === "open") return await afterOpening(ledger, { cell, move, command });
  await ledger.end(["left-open", "opened-without-command"], cell, at);
}

async function afterOpening(ledger: DoorLedger, { cell, move, command }: Caused): Promise<void> {
  const { at, how } = move;
  // Only the command: a rental that was in doubt may have been opened by another one meanwhile.
  if (command?.state === "unconfirmed") await ledger.settle(command, at);
  if (!command && how !== "raw" && cell.door !== null) await ledger.raise("opened-without-command", cell, at);
  // A cell that was set aside for it waits until the operator has looked at it.
  if (cell.state !== "faulty") await ledger.end(["did-not-open"], cell, at);
}

function noteMove(
  ledger: DoorLedger,
  { cell, move, command, detail }: Caused & { detail: string | null },
): void {
  const { door, at } = move;
  const kind: EventKind = door === "open" ? "door-opened" : "door-closed";
  const what = { at, kind, detail };
  const event = { ...eventOf(cell, what, command), id: idOf(cell, move) };
  if (door === "open" && command) ledger.noteOpening(event, command);
  else ledger.note(event);
}

/** The same whenever the move is stored again, as where a commit's answer was lost; `undefined`: it has no number. */
function idOf({ cabinet, cell }: CellAddress, { door, at, epoch, count }: DoorMove): string | undefined {
  if (epoch === undefined || count === undefined) return undefined;
  const hash = createHash("sha256").update(`${epoch} ${count} ${cell} ${door} ${cabinet}`).digest();
  return uuidOf(hash.subarray(0, 16), at);
}

function eventOf(
  { cabinet, cell }: CellAddress,
  what: Pick<EventTable, "at" | "kind" | "detail">,
  command?: CommandTable,
): NewEvent {
  const by = command && { person: personOf(command), rental: command.rental, command: command.id };
  return { ...what, cabinet, cell, ...by };
}
