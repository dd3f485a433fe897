import { changeCommand, commandsById } from "../../db/journal/commands.ts";
import {
  commandForOpening,
  lastRecordedMove,
  lockCells,
  openedBefore,
  setDoors,
} from "../../db/journal/doors.ts";
import { epochsOf } from "../../db/journal/epochs.ts";
import type { AlarmTable, CellTable, CommandTable, Tables } from "../../db/mod.ts";
import { isOutdated, recordedOpenings } from "../../db/journal/openings.ts";
import { activeAlarmsOf, endAlarms, raiseAlarm } from "../../db/queries/alarms/alarms.ts";
import { insertEvents, type NewEvent } from "../../db/queries/records.ts";
import { COMMAND } from "../../lib/limits.ts";
import type { DoorSighting } from "../../cabinet/doors.ts";
import { type CellAddress, cellKey } from "../../cabinet/commands.ts";
import type { AlarmKind } from "../../cabinet/kinds.ts";

/** Where a door is, as of when, and by which command. */
type RecordedDoor = Pick<CellTable, "door" | "door_command"> & DoorSighting;

/**
 * What is known of some cells, which stay locked until the transaction is over. What moves of doors are judged by
 * is read at once before, and where the doors are then is written at once behind: a few statements, however many
 * moved.
 */
export class DoorLedger {
  readonly #trx: Tables;
  readonly #cells = new Map<string, CellTable>();
  readonly #commands = new Map<string, CommandTable>();
  /** The commands of which it is written that they opened their doors. */
  readonly #told = new Set<string>();
  /** In which the cabinets are served now. */
  #epochs: ReadonlyMap<string, number> = new Map();
  readonly #raised: Set<string>;
  readonly #changed = new Set<string>();
  readonly #events: NewEvent[] = [];

  private constructor(trx: Tables, raised: readonly Pick<AlarmTable, "kind" | "cabinet" | "cell">[]) {
    this.#trx = trx;
    this.#raised = new Set(raised.map((alarm) => alarmKey(alarm.kind, alarm)));
  }

  /**
   * Reads what is known of the cells.
   *
   * @param places the cells, each with the command that is said to have opened it
   */
  static async open(
    trx: Tables,
    places: readonly (CellAddress & { command?: string | undefined })[],
  ): Promise<DoorLedger> {
    const cells = await lockCells(trx, [
      ...new Map(places.map((place) => [cellKey(place), place])).values(),
    ]);
    const raised = await activeAlarmsOf(trx, [...new Set(cells.map(({ cabinet }) => cabinet))]);
    const ledger = new DoorLedger(trx, raised);
    for (const cell of cells) ledger.#cells.set(cellKey(cell), cell);
    const named = [...places.map(({ command }) => command), ...cells.map((cell) => cell.door_command)];
    const ids = new Set(named.filter((id) => typeof id === "string"));
    for (const command of await commandsById(trx, [...ids])) ledger.#commands.set(command.id, command);
    for (const id of await recordedOpenings(trx, [...ids])) ledger.#told.add(id);
    // Behind the cells, which keep a newer owner's moves waiting: who is served by then is known.
    ledger.#epochs = await epochsOf(trx, [...new Set(cells.map(({ cabinet }) => cabinet))]);
    return ledger;
  }

  /** The cell as it is now. */
  cell(place: CellAddress): CellTable | undefined {
    return this.#cells.get(cellKey(place));
  }

  /** The command, if it was named or had opened one of the cells. */
  command(id: string): CommandTable | undefined {
    return this.#commands.get(id);
  }

  /** Whether it is written that the command opened its door. */
  isTold({ id }: Pick<CommandTable, "id">): boolean {
    return this.#told.has(id);
  }

  /** Whether more is known of the door than was seen then, or a newer owner has the cabinet. */
  isLate(cell: CellTable, seen: DoorSighting): boolean {
    const { epoch } = seen;
    return isOutdated(seen, cell) || epoch !== undefined && (this.#epochs.get(cell.cabinet) ?? 0) > epoch;
  }

  /** Takes down where the door is. */
  setDoor(cell: CellTable, { door, door_command, at, epoch, count }: RecordedDoor): void {
    const key = cellKey(cell);
    const { door_epoch, door_count } = cell;
    const asOf = epoch === undefined ? { door_epoch, door_count } : {
      door_epoch: epoch,
      door_count: count ?? null,
    };
    this.#cells.set(key, { ...cell, door, door_command, door_at: at, ...asOf });
    this.#changed.add(key);
  }

  /** The command that may have opened the door, though it was not seen; see {@linkcode commandForOpening}. */
  async unseenCommand(
    cell: CellTable,
    seen: { at: number; epoch: number },
  ): Promise<CommandTable | undefined> {
    const command = await commandForOpening(this.#trx, cell, { ...seen, withinMs: COMMAND.settleMs });
    if (!command) return undefined;
    this.#commands.set(command.id, command);
    for (const id of await recordedOpenings(this.#trx, [command.id])) this.#told.add(id);
    // What is known of the door since has that opening in it: this is another one.
    const isOver = this.isTold(command) && (command.sent_at ?? 0) <= (cell.door_at ?? 0);
    return isOver ? undefined : command;
  }

  /** The command that opened the door last before that time, as far as is written. */
  async openedBefore(cell: CellTable, at: number): Promise<CommandTable | undefined> {
    return await this.read(await openedBefore(this.#trx, cell, at));
  }

  /** The command, if there is one and it is not removed. */
  async read(id: string | null | undefined): Promise<CommandTable | undefined> {
    if (typeof id !== "string") return undefined;
    return this.command(id) ?? (await commandsById(this.#trx, [id]))[0];
  }

  /** What was noted last of the door; `undefined`: nothing. */
  async lastOf(cell: CellAddress): Promise<Pick<NewEvent, "kind" | "command" | "detail"> | undefined> {
    const noted = this.#events.findLast((event) =>
      event.cell === cell.cell && event.cabinet === cell.cabinet
    );
    return noted ?? await lastRecordedMove(this.#trx, cell);
  }

  /** Ends the command, which was in doubt: its door opened. */
  async settle({ id, cell }: CommandTable, at: number): Promise<void> {
    const set = { state: "opened", reason: null, finished_at: at } as const;
    const row = await changeCommand(this.#trx, id, { from: ["unconfirmed"], cell, set });
    if (row) this.#commands.set(id, row);
  }

  /** Adds an event. */
  note(event: NewEvent): void {
    this.#events.push(event);
  }

  /** Adds the event that the command opened its door; where that is written, it opened once more. */
  noteOpening(event: NewEvent, { id }: CommandTable): void {
    this.note(this.#told.has(id) ? event : { ...event, id });
    this.#told.add(id);
  }

  /** Raises an alarm, unless it is raised. */
  async raise(kind: AlarmKind, place: CellAddress, at: number): Promise<void> {
    const { cabinet, cell } = place;
    await raiseAlarm(this.#trx, { kind, cabinet, cell, raised_at: at });
    this.#raised.add(alarmKey(kind, place));
  }

  /** Ends the alarms of these kinds there, if there are any. */
  async end(kinds: readonly AlarmKind[], place: CellAddress, at: number): Promise<void> {
    const raised = kinds.filter((kind) => this.#raised.delete(alarmKey(kind, place)));
    if (raised.length > 0) {
      await endAlarms(this.#trx, { kinds: raised, cabinet: place.cabinet, cell: place.cell, now: at });
    }
  }

  /** Writes what was taken down. */
  async close(): Promise<void> {
    await setDoors(this.#trx, [...this.#changed].flatMap((key) => this.#cells.get(key) ?? []));
    await insertEvents(this.#trx, this.#events);
  }
}

function alarmKey(kind: string, place: CellAddress): string {
  return `${kind} ${cellKey(place)}`;
}
