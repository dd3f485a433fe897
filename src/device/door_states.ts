import type { Frame, LockAddress, SensedDoor } from "../boards/mod.ts";
import type { LockLayout } from "./cabinet.ts";
import type { SwitchDebouncer } from "./switch_debouncer.ts";
import type { DoorState } from "../cabinet/doors.ts";

const UNKNOWN = 0;
const OPEN = 1;
const CLOSED = 2;
const NAMES = ["unknown", "open", "closed"] as const;

/** A door that is elsewhere than it was. */
export interface MovedDoor {
  /** The door's index in the layout. */
  readonly index: number;
  readonly door: DoorState;
  /** Whether nothing was known of the door before. */
  readonly wasUnknown: boolean;
  /** When a board reported the move, if it did so before a reading showed it. */
  readonly reportedAt: number | undefined;
}

/** The state of a door before it moved, and when the move was reported. */
interface PreviousState {
  readonly state: number;
  readonly reportedAt: number | undefined;
}

/** The doors of one cabinet, one byte each, and which of them moved since the last {@linkcode takeMoved}. */
export class DoorStates {
  readonly #layout: LockLayout;
  readonly #states: Uint8Array;
  readonly #debouncer: SwitchDebouncer | undefined;
  /** The previous states of the doors that moved, by index; made with the first. */
  #previous: Map<number, PreviousState> | undefined;
  #open = 0;
  /** When a door last moved. */
  changedAt = 0;

  /** @param debouncer holds back the moves of switches that bounce @default {undefined} each move counts */
  constructor(layout: LockLayout, debouncer?: SwitchDebouncer) {
    this.#layout = layout;
    this.#debouncer = debouncer;
    this.#states = new Uint8Array(layout.cells.length);
  }

  get hasOpenDoor(): boolean {
    return this.#open > 0;
  }

  /** When {@linkcode tick} has to be called next. */
  get wakeAt(): number {
    return this.#debouncer?.wakeAt ?? Infinity;
  }

  /** Takes the moves of switches that bounced and have come to rest. */
  tick(now: number): void {
    for (const { index, door, since: reportedAt } of this.#debouncer?.takeSettled(now) ?? []) {
      this.#store(index, stateOf(door), { now, reportedAt });
    }
  }

  /** The indexes of the doors whose switches flutter; see {@linkcode SwitchDebouncer.takeFluttering}. */
  takeFluttering(): number[] {
    return this.#debouncer?.takeFluttering() ?? [];
  }

  /** Takes what a board reports of one lock by itself; it counts once the switch has stayed there. */
  takeReport(lock: LockAddress, { door, now }: { door: SensedDoor | undefined; now: number }): void {
    const index = this.#layout.indexOfLock(lock.board, lock.channel);
    if (index === undefined || door === undefined) return;
    this.#debouncer?.report(index, { door, known: doorFrom(this.#states[index]), now });
  }

  /** Takes what a reading says of one lock. A lock without a cell is ignored. */
  setDoor(lock: LockAddress, said: { door: SensedDoor | undefined; now: number }): void {
    const index = this.#layout.indexOfLock(lock.board, lock.channel);
    if (index !== undefined) this.#set(index, stateOf(said.door), said.now);
  }

  /** Takes what a reading says of a whole board; `first` is the channel of its first door. */
  setBoard(frame: Frame & { type: "doors" }, said: { first: number; now: number }): void {
    frame.doors.forEach((door, offset) => {
      this.setDoor({ board: frame.board, channel: said.first + offset }, { door, now: said.now });
    });
  }

  /** The board is silent: its doors are not known any more. */
  forgetBoard(board: number): void {
    this.#layout.cells.forEach((cell, index) => {
      if (cell.board === board) this.#set(index, UNKNOWN, this.changedAt);
    });
  }

  /** Where the lock's door is; `undefined`: not known, or the lock has no cell. */
  doorAt({ board, channel }: LockAddress): SensedDoor | undefined {
    return doorFrom(this.#states[this.#layout.indexOfLock(board, channel) ?? -1]);
  }

  /** The boards worth reading: those with an open door; all when none is open or `all` is asked for. */
  boardsToRead(options: { all: boolean }): number[] {
    const boards = new Set<number>();
    if (this.hasOpenDoor && !options.all) {
      this.#layout.cells.forEach(({ board }, index) => {
        if (this.#states[index] === OPEN) boards.add(board);
      });
    } else for (const { board } of this.#layout.boards) boards.add(board);
    return [...boards];
  }

  /** The doors that moved since the last call. */
  takeMoved(): MovedDoor[] {
    if (!this.#previous) return [];
    const moved = Array.from(this.#previous, ([index, { state, reportedAt }]) => ({
      index,
      door: NAMES[this.#states[index] as number] as MovedDoor["door"],
      wasUnknown: state === UNKNOWN,
      reportedAt,
    }));
    this.#previous = undefined;
    return moved;
  }

  /** The known door states, by cell. */
  knownDoors(): Map<number, SensedDoor> {
    const known = new Map<number, SensedDoor>();
    this.#layout.cells.forEach(({ cell }, index) => {
      const door = doorFrom(this.#states[index]);
      if (door) known.set(cell, door);
    });
    return known;
  }

  /** Takes what a reading shows, unless the switch flutters. */
  #set(index: number, state: number, now: number): void {
    const before = this.#states[index] as number;
    const door = doorFrom(state);
    const reportedAt = door && this.#debouncer?.pendingSince(index, door);
    if (door && (before === UNKNOWN || before === state)) this.#debouncer?.confirm(index, { door, now });
    else if (door && this.#debouncer?.acceptMove(index, { door, now }) === false) return;
    this.#store(index, state, { now, reportedAt });
  }

  #store(
    index: number,
    state: number,
    { now, reportedAt }: { now: number; reportedAt: number | undefined },
  ): void {
    const before = this.#states[index] as number;
    if (before === state) return;
    this.#states[index] = state;
    this.#open += Number(state === OPEN) - Number(before === OPEN);
    const moved = this.#previous ??= new Map();
    if (!moved.has(index)) moved.set(index, { state: before, reportedAt });
    this.changedAt = now;
  }
}

function doorFrom(state: number | undefined): SensedDoor | undefined {
  if (state === OPEN) return "open";
  return state === CLOSED ? "closed" : undefined;
}

function stateOf(door: SensedDoor | undefined): number {
  if (door === undefined) return UNKNOWN;
  return door === "open" ? OPEN : CLOSED;
}
