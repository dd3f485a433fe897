import type { LockAddress, SensedDoor } from "../../boards/mod.ts";
import type { BusPort } from "../bus/bus.ts";
import { SwitchDebouncer } from "../switch_debouncer.ts";
import type { DeviceCabinet, DoorRecords, WiredCell } from "../cabinet.ts";
import { ControllerEvents, type ReceivedEvent } from "./controller_events.ts";
import type { EventLine } from "./lines.ts";
import { DoorStates } from "../door_states.ts";
import type { CabinetDriverPort, SeenDoor } from "../cabinet_driver.ts";
import type { DoorReading } from "../../cabinet/doors.ts";

/** In a cabinet's description the locks of a controller are those of this board. */
const BOARD = 1;
/** An event of a lock without a cell only counts. */
const NO_CELL = 0;
const LETTERS: Readonly<Record<string, SensedDoor>> = { o: "open", c: "closed" };

/** What a controller needs of its connection. */
export type ControllerPort = CabinetDriverPort & Pick<BusPort, "doorsMoved" | "flutters">;

export interface ControllerDoorsOptions {
  readonly port: ControllerPort;
  readonly records: Pick<DoorRecords, "heard">;
  /** The name of the log of events. */
  readonly log: string;
  /** The last event of that log that is stored; 0: none. */
  readonly acknowledged: number;
  /** When the connection began. */
  readonly now: number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Is told that all received events are stored. */
  readonly allStored: () => void;
}

/**
 * What a smart controller reports of its doors: events, which are the truth, and lists of all doors, which show what
 * a log of events has lost. All times are milliseconds of one monotonic clock unless they are said to be since 1970.
 */
export class ControllerDoors {
  readonly #cabinet: DeviceCabinet;
  readonly #options: ControllerDoorsOptions;
  readonly #doors: DoorStates;
  readonly #events: ControllerEvents;
  /** By lock. */
  readonly #debouncer = new SwitchDebouncer();
  /** The command that opened each open door, by lock. */
  readonly #openers = new Map<number, string>();
  /** The last list of all doors, by lock - 1, until it can be compared. */
  #snapshot: (SensedDoor | undefined)[] | undefined;
  #now: number;

  constructor(cabinet: DeviceCabinet, options: ControllerDoorsOptions) {
    const { port, records, log, acknowledged, now } = options;
    this.#cabinet = cabinet;
    this.#options = options;
    this.#now = now;
    this.#doors = new DoorStates(cabinet.layout);
    this.#events = new ControllerEvents({
      port,
      acknowledged,
      store: (moves) => records.heard(cabinet.id, log, moves),
      stored: (events) => {
        this.#report(events);
        this.#compareSnapshot();
        if (this.#events.isIdle) options.allStored();
      },
    });
  }

  /** When {@linkcode tick} has to be called next. */
  get wakeAt(): number {
    return Math.min(this.#events.wakeAt, this.#debouncer.wakeAt);
  }

  /** The number of the last event received, and of the last that is stored and acknowledged. */
  get events(): { readonly received: number; readonly stored: number } {
    return this.#events;
  }

  /** Where the lock's door is; `undefined`: not known. */
  doorAt(lock: LockAddress): DoorReading | undefined {
    const door = this.#doors.doorAt(lock);
    return door && { door, command: this.#openers.get(lock.channel) };
  }

  /** The known door states, by cell. */
  get known(): ReadonlyMap<number, SensedDoor> {
    return this.#doors.knownDoors();
  }

  /**
   * Takes the event of a door that moved.
   *
   * @throws {ProtocolError} if too many events are not acknowledged
   */
  takeEvent({ seq, ago, lock, door, command }: EventLine, now: number): void {
    this.#now = now;
    const at = Math.max(0, Math.round(this.#options.wallClock() - ago));
    const isPast = ago > now - this.#options.now;
    const cell = isPast || this.#isSettled(lock, door) ? this.#cellOf(lock) : NO_CELL;
    const isNew = this.#events.take({ move: { seq, cell, door, at, command }, lock, isPast }, now);
    // The list that waits to be compared is older than this event.
    if (isNew && !isPast && this.#snapshot) this.#snapshot[lock - 1] = door;
  }

  /** Takes a list of all doors, a letter for each lock. It is compared once all earlier events are stored. */
  takeSnapshot(letters: string, now: number): void {
    this.#now = now;
    this.#snapshot = Array.from(letters, (letter) => LETTERS[letter]);
    this.#compareSnapshot();
  }

  /** Does what is due. */
  tick(now: number): void {
    this.#now = now;
    this.#events.tick(now);
    for (const { index: lock, door } of this.#debouncer.takeSettled(now)) this.#settle(lock, door);
  }

  close(): void {
    this.#events.close();
  }

  /** Whether the move counts: of a fluttering switch the events are only acknowledged. */
  #isSettled(lock: number, door: SensedDoor): boolean {
    const isAccepted = this.#debouncer.acceptMove(lock, { door, now: this.#now });
    for (const lock of this.#debouncer.takeFluttering()) this.#options.port.flutters(this.#cellOf(lock));
    return isAccepted;
  }

  #settle(lock: number, door: SensedDoor): void {
    const cell = this.#cellOf(lock);
    this.#doors.setDoor({ board: BOARD, channel: lock }, { door, now: this.#now });
    this.#doors.takeMoved();
    if (cell !== NO_CELL) this.#options.port.doorsMoved([{ cell, door, how: "found" }]);
  }

  #cellOf(lock: number): number {
    const { layout } = this.#cabinet;
    return layout.cells[layout.indexOfLock(BOARD, lock) ?? -1]?.cell ?? NO_CELL;
  }

  /**
   * Reports moves to the subscribers. Of events before the connection only the openings by a command are
   * reported: the rest is in the list of doors, and an old opening is not evidence for a later command.
   */
  #report(events: readonly ReceivedEvent[]): void {
    const seen: SeenDoor[] = [];
    for (const { move: { cell, door, command }, lock, isPast } of events) {
      if (!isPast) this.#apply({ lock, door, command });
      const isReported = !isPast || (door === "open" && command !== undefined);
      if (cell !== NO_CELL && isReported) seen.push({ cell, door, command });
    }
    // The moves are reported as they came, also where a door opened and has closed since.
    this.#doors.takeMoved();
    if (seen.length > 0) this.#options.port.doorsSeen(seen);
  }

  #apply({ lock, door, command }: { lock: number; door: SensedDoor; command: string | undefined }): void {
    this.#doors.setDoor({ board: BOARD, channel: lock }, { door, now: this.#now });
    if (door === "open" && command !== undefined) this.#openers.set(lock, command);
    else this.#openers.delete(lock);
  }

  /** A door that is elsewhere than the events of this connection left it was moved without an event. */
  #compareSnapshot(): void {
    if (!this.#snapshot || !this.#events.isIdle) return;
    this.#snapshot.forEach((door, index) => {
      this.#doors.setDoor({ board: BOARD, channel: index + 1 }, { door, now: this.#now });
    });
    this.#snapshot = undefined;
    const found = this.#doors.takeMoved().map(({ index, door }): SeenDoor => {
      const { cell } = this.#cabinet.layout.cells[index] as WiredCell;
      return { cell, door, how: "found" };
    });
    if (found.length > 0) this.#options.port.doorsMoved(found);
  }
}
