/**
 * What moves of doors are judged by, read at once before, and where the doors are then, written at once behind: a few
 * statements, however many moved.
 *
 * @module
 */
import { changeCommand, commandsById } from "../db/commands.ts";
import { commandFor, lockCells, setDoors } from "../db/doors.ts";
import { epochOf } from "../db/epochs.ts";
import type { AlarmTable, CellTable, CommandTable, Tables } from "../db/mod.ts";
import { endAlarms, insertEvents, type NewEvent, raiseAlarm, raisedAt } from "../db/records.ts";
import { COMMAND } from "../limits.ts";

/** A cell of a cabinet. */
export type Place = Pick<CellTable, "cabinet" | "cell">;

/** Where a door is. */
type Door = Pick<CellTable, "door" | "door_at" | "door_command">;

/** See the module. Nobody else changes these cells until the transaction is over. */
export class DoorLedger {
  readonly #trx: Tables;
  readonly #cells = new Map<string, CellTable>();
  readonly #commands = new Map<string, CommandTable>();
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
    places: readonly (Place & { command?: string | undefined })[],
  ): Promise<DoorLedger> {
    const cells = await lockCells(trx, [
      ...new Map(places.map((place) => [placeKey(place), place])).values(),
    ]);
    const raised = await raisedAt(trx, [...new Set(cells.map(({ cabinet }) => cabinet))]);
    const ledger = new DoorLedger(trx, raised);
    for (const cell of cells) ledger.#cells.set(placeKey(cell), cell);
    const named = [...places.map(({ command }) => command), ...cells.map((cell) => cell.door_command)];
    const ids = new Set(named.filter((id) => typeof id === "string"));
    for (const command of await commandsById(trx, [...ids])) ledger.#commands.set(command.id, command);
    return ledger;
  }

  /** The cell as it is now. */
  cell(place: Place): CellTable | undefined {
    return this.#cells.get(placeKey(place));
  }

  /** The command, if it was named or had opened one of the cells. */
  command(id: string): CommandTable | undefined {
    return this.#commands.get(id);
  }

  /** Takes down where the door is. */
  setDoor(cell: CellTable, door: Door): void {
    const key = placeKey(cell);
    this.#cells.set(key, { ...cell, ...door });
    this.#changed.add(key);
  }

  /** The command that may have opened the door, though nobody saw it; see {@linkcode commandFor}. */
  async unseenCommand(
    cell: CellTable,
    seen: { at: number; epoch: number },
  ): Promise<CommandTable | undefined> {
    const command = await commandFor(this.#trx, cell, { ...seen, withinMs: COMMAND.settleMs });
    if (command) this.#commands.set(command.id, command);
    return command;
  }

  /** Whether the cabinet is served in a later epoch than that one. */
  async isServedSince(cabinet: string, epoch: number): Promise<boolean> {
    return await epochOf(this.#trx, cabinet) > epoch;
  }

  /** Ends the command, which was in doubt: its door opened. */
  async settle({ id, cell }: CommandTable, at: number): Promise<void> {
    const set = { state: "opened", reason: null, finished_at: at };
    const row = await changeCommand(this.#trx, id, { from: ["unconfirmed"], cell, set });
    if (row) this.#commands.set(id, row);
  }

  /** Adds an event. */
  note(event: NewEvent): void {
    this.#events.push(event);
  }

  /** Raises an alarm, unless it is raised. */
  async raise(kind: string, place: Place, at: number): Promise<void> {
    const { cabinet, cell } = place;
    await raiseAlarm(this.#trx, { kind, cabinet, cell, subject: "", raised_at: at, until: null });
    this.#raised.add(alarmKey(kind, place));
  }

  /** Ends the alarms of these kinds there, if there are any. */
  async end(kinds: readonly string[], place: Place, at: number): Promise<void> {
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

function placeKey({ cabinet, cell }: Place): string {
  return `${cell} ${cabinet}`;
}

function alarmKey(kind: string, place: Place): string {
  return `${kind} ${placeKey(place)}`;
}
