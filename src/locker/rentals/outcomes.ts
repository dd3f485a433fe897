/**
 * What a command's end means for the cell and the rental that it was about. Everything is written in the same
 * transaction as the end itself, by the tap or by the program that recovers a dead program's commands.
 *
 * @module
 */
import { freeCell } from "../../db/queries/cells.ts";
import { voidCodes } from "../../db/queries/codes.ts";
import { changeCommand, commandById } from "../../db/journal/commands.ts";
import { lockCell } from "../../db/journal/doors.ts";
import { recordedOpenings, writeOpenings } from "../../db/journal/openings.ts";
import type { CommandTable, RentalTable, Tables } from "../../db/mod.ts";
import { insertEvent } from "../../db/queries/records.ts";
import { raiseAlarm } from "../../db/queries/alarms/alarms.ts";
import { changeRental, deleteOpening, lockRental, stopCollecting } from "../../db/queries/rentals.ts";
import type { DomainChange } from "../changes.ts";
import type { Notices } from "../notices/notices.ts";
import type { DoorSighting } from "../../cabinet/doors.ts";
import { type CellAddress, type CellCommand, personOf } from "../../cabinet/commands.ts";
import {
  type EventKind,
  type FinalState,
  type Reason,
  type RentalEnd,
  type RentalState,
  UNFINISHED_STATES,
} from "../../cabinet/kinds.ts";

/** A command that is about a rental. */
type StorageCommand = CommandTable & { readonly rental: string };

/** How a command ended, and when. */
interface Ended {
  readonly outcome: CommandOutcome;
  readonly now: number;
  /** Writes what people are told of it. @default {undefined} nothing is */
  readonly notices?: Notices | undefined;
}

/**
 * Ends a command that is not over, and still about that cell: one whose answer was lost may have gone on. One that opened
 * its door ends with that opening; one that is in doubt has opened it if that is kept already.
 *
 * @returns what changed, and the row as it is now; `undefined`: it was over already
 */
export async function endCommand(
  trx: Tables,
  { id, cell }: Pick<CommandTable, "id" | "cell">,
  ended: Ended,
): Promise<{ row: CommandTable; changes: DomainChange[] } | undefined> {
  const { outcome, now } = ended;
  const row = await changeCommand(trx, id, {
    from: UNFINISHED_STATES,
    cell,
    set: { state: outcome.state, reason: outcome.reason ?? null, finished_at: now },
  });
  if (!row) return undefined;
  // The rental is locked before its cell, as where a rental is ended, so that transactions cannot deadlock.
  if (row.rental !== null) await lockRental(trx, row.rental);
  if (outcome.state === "opened") await noteOpening(trx, row, outcome.seen ?? { at: now });
  if (outcome.state === "unconfirmed" && await isKept(trx, row)) return await endOpened(trx, row, ended);
  return { row, changes: await changesOf(trx, row, ended) };
}

/**
 * Ends a command as opened that was in doubt: its door was seen open.
 *
 * @returns whether it still was in doubt
 */
export async function settleOpened(trx: Tables, id: string, at: number): Promise<boolean> {
  const row = await commandById(trx, id);
  if (!row) return false;
  // As the ledger of moves does: the cell first.
  await lockCell(trx, row);
  const set = { state: "opened", reason: null, finished_at: at } as const;
  const settled = await changeCommand(trx, id, { from: ["unconfirmed"], cell: row.cell, set });
  if (settled) await noteOpening(trx, settled, { at });
  return settled !== undefined;
}

async function noteOpening(trx: Tables, row: CommandTable, seen: DoorSighting): Promise<void> {
  await writeOpenings(trx, [{ ...row, seen }]);
}

/** Whether it is kept that the command opened its door; the version before kept that at the cell only. */
async function isKept(trx: Tables, command: CellCommand): Promise<boolean> {
  const door = await lockCell(trx, command);
  return door?.door_command === command.id || (await recordedOpenings(trx, [command.id])).length > 0;
}

async function endOpened(
  trx: Tables,
  { id, cell }: CommandTable,
  ended: Ended,
): ReturnType<typeof endCommand> {
  const row = await changeCommand(trx, id, {
    from: ["unconfirmed"],
    cell,
    set: { state: "opened", reason: null },
  });
  return row && { row, changes: await changesOf(trx, row, { ...ended, outcome: { state: "opened" } }) };
}

async function changesOf(trx: Tables, row: CommandTable, ended: Ended): Promise<DomainChange[]> {
  return row.rental === null ? [] : await consequences(trx, { ...row, rental: row.rental }, ended);
}

async function consequences(trx: Tables, command: StorageCommand, ended: Ended): Promise<DomainChange[]> {
  switch (command.command) {
    case "store":
      return await afterStore(trx, command, ended);
    case "reopen":
      return await afterReopen(trx, command, ended);
    case "retrieve":
    case "pickup":
      return await afterRetrieve(trx, command, ended);
    case "open":
    default:
      // What a command of a newer version means is for that version to write.
      return [];
  }
}

async function afterStore(trx: Tables, command: StorageCommand, ended: Ended): Promise<DomainChange[]> {
  const { rental: id, cabinet, cell } = command;
  const { outcome, now, notices } = ended;
  if (outcome.state === "refused" || outcome.state === "failed") {
    const isNew = await deleteOpening(trx, id);
    if (!isNew) return [];
    const failed = outcome.state === "failed";
    const freed = await freeCell(trx, { cabinet, cell, rental: id }, failed ? { state: "faulty" } : {});
    if (failed) await raiseDidNotOpen(trx, command, now);
    return freed ? [{ type: "cell", row: freed }] : [];
  }
  // Without evidence too: the thing may be inside.
  const row = await changeRental(trx, id, { from: ["opening"], set: { state: "held" } });
  if (!row) return [];
  await note(trx, row, { kind: "stored", now, detail: outcome.state });
  await notices?.write(trx, row, { kind: "stored", now });
  return [{ type: "rental", row }];
}

async function afterReopen(trx: Tables, command: StorageCommand, ended: Ended): Promise<DomainChange[]> {
  const { outcome, now } = ended;
  if (outcome.state === "failed") await raiseDidNotOpen(trx, command, now);
  const collected = await endCollecting(trx, command);
  // A rental that had been given back was taken up again for this: without a door that will close it is over again.
  if (outcome.state === "opened" || outcome.state === "unconfirmed") return collected;
  return [...collected, ...await endRental(trx, command.rental, { from: ["returning"], now })];
}

async function afterRetrieve(trx: Tables, command: StorageCommand, ended: Ended): Promise<DomainChange[]> {
  const { rental: id } = command;
  const { outcome, now } = ended;
  if (outcome.state === "failed") await raiseDidNotOpen(trx, command, now);
  const collected = await endCollecting(trx, command);
  if (outcome.state !== "opened" && outcome.state !== "accepted") return collected;
  const returning = await returnRental(trx, command, ended);
  // A door that cannot be seen closing leaves its cell free at once.
  const over = outcome.state === "accepted" ? await endRental(trx, id, { from: ["returning"], now }) : [];
  return [...collected, ...returning, ...over];
}

/** The rental is being given back, by its person or by the person who used its code. */
async function returnRental(
  trx: Tables,
  command: StorageCommand,
  { now, notices }: Ended,
): Promise<DomainChange[]> {
  const { rental: id } = command;
  const rental = await lockRental(trx, id);
  if (!rental) return [];
  const end_reason = endReasonOf(rental, personOf(command));
  const row = await changeRental(trx, id, {
    from: ["held"],
    set: { state: "returning", due_at: null, end_reason },
  });
  if (!row) return [];
  await voidCodes(trx, id, now);
  if (end_reason === "picked-up") await notices?.write(trx, row, { kind: "picked-up", now });
  return [{ type: "rental", row }];
}

/** Why a rental ends whose door that person opens to give the cell back. */
export function endReasonOf(rental: RentalTable, person: string | undefined): RentalEnd {
  return rental.person === person ? "retrieved" : "picked-up";
}

/** The tap of the person who used the code is over. */
async function endCollecting(trx: Tables, command: StorageCommand): Promise<DomainChange[]> {
  const row = await stopCollecting(trx, command.rental, personOf(command) ?? "");
  return row ? [{ type: "rental", row }] : [];
}

/**
 * Ends a rental that is in one of these states and frees its cell: codes work no more, nothing is due any more.
 *
 * @param end.reason without one: as was noted when it began to be given back
 */
export async function endRental(
  trx: Tables,
  id: string,
  end: { from: readonly RentalState[]; now: number; reason?: RentalEnd },
): Promise<DomainChange[]> {
  const { from, now, reason } = end;
  const before = await changeRental(trx, id, {
    from,
    set: { state: "ended", due_at: null, ...(reason ? { end_reason: reason } : {}) },
  });
  if (!before) return [];
  // The grace time counts from the first end, however often it is taken up; the operator's end is the last.
  const row = before.ended_at === null || reason
    ? await changeRental(trx, id, { from: ["ended"], set: { ended_at: now } }) ?? before
    : before;
  await voidCodes(trx, id, now);
  if (before.ended_at === null || reason) {
    await note(trx, row, { kind: "ended", now, detail: row.end_reason });
  }
  const { cabinet, cell } = row;
  const freed = await freeCell(trx, { cabinet, cell, rental: id }, { at: now });
  return [{ type: "rental", row }, ...(freed ? [{ type: "cell", row: freed } as const] : [])];
}

/** Notes something about a rental. */
export async function note(
  trx: Tables,
  row: RentalTable,
  { kind, now, detail }: { kind: EventKind; now: number; detail?: string | null },
): Promise<void> {
  const { cabinet, cell, person, id } = row;
  await insertEvent(trx, { at: now, kind, cabinet, cell, person, rental: id, detail });
}

/** Says that a lock which was fired stayed shut, unless its door has been seen open since, or the cell is gone. */
export async function raiseDidNotOpen(
  trx: Tables,
  { cabinet, cell }: CellAddress,
  now: number,
): Promise<void> {
  const door = (await lockCell(trx, { cabinet, cell }))?.door;
  if (door === undefined || door === "open") return;
  await raiseAlarm(trx, { kind: "did-not-open", cabinet, cell, raised_at: now });
}

/** How a command ended. */
export interface CommandOutcome {
  readonly state: FinalState;
  readonly reason?: Reason;
  /** When the door was seen open, as far as the cabinet's owner says so. */
  readonly seen?: DoorSighting | undefined;
}
