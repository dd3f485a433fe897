import type { Door, Frame, Lock } from "../boards/mod.ts";
import type { DoorChange } from "../router/mod.ts";
import type { Layout } from "./cabinet.ts";

const UNKNOWN = 0;
const OPEN = 1;
const CLOSED = 2;
const NAMES = ["unknown", "open", "closed"] as const;

/** Where the doors of one cabinet are, a byte each, and which of them moved since it was last asked. */
export class Doors {
  readonly #layout: Layout;
  readonly #states: Uint8Array;
  #changed: number[] = [];
  #open = 0;
  /** When a door last moved. */
  changedAt = 0;

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#states = new Uint8Array(layout.cells.length);
  }

  /** Whether any door is open. */
  get someOpen(): boolean {
    return this.#open > 0;
  }

  /** Whether the door of that lock is open. */
  isOpen(lock: Lock): boolean {
    const index = this.#layout.indexOfLock(lock.board, lock.channel);
    return index !== undefined && this.#states[index] === OPEN;
  }

  /** What one lock said. A lock without a cell is passed over. */
  doorIs(lock: Lock, said: { door: Door; now: number }): void {
    const index = this.#layout.indexOfLock(lock.board, lock.channel);
    if (index !== undefined) this.#set(index, said.door === "open" ? OPEN : CLOSED, said.now);
  }

  /** What a whole board said; `first` is the channel of the first door in it. */
  boardIs(frame: Frame & { type: "doors" }, said: { first: number; now: number }): void {
    frame.doors.forEach((door, offset) => {
      this.doorIs({ board: frame.board, channel: said.first + offset }, { door, now: said.now });
    });
  }

  /** The board is silent: where its doors are is not known any more. */
  forget(board: number): void {
    this.#layout.cells.forEach((cell, index) => {
      if (cell.board === board) this.#set(index, UNKNOWN, this.changedAt);
    });
  }

  /** The boards worth reading: those with an open door; all when none is open or `all` is asked for. */
  boardsToRead(options: { all: boolean }): number[] {
    const boards = new Set<number>();
    if (this.someOpen && !options.all) {
      this.#layout.cells.forEach(({ board }, index) => {
        if (this.#states[index] === OPEN) boards.add(board);
      });
    } else for (const { board } of this.#layout.boards) boards.add(board);
    return [...boards];
  }

  /** The doors that moved since the last call. */
  takeChanges(): DoorChange[] {
    if (this.#changed.length === 0) return [];
    const changes = [...new Set(this.#changed)].map((index) => ({
      cell: this.#layout.cells[index]?.cell as number,
      door: NAMES[this.#states[index] as number] as DoorChange["door"],
    }));
    this.#changed = [];
    return changes;
  }

  /** The doors that are known, by cell. */
  known(): Map<number, Door> {
    const known = new Map<number, Door>();
    this.#layout.cells.forEach(({ cell }, index) => {
      const name = NAMES[this.#states[index] as number];
      if (name === "open" || name === "closed") known.set(cell, name);
    });
    return known;
  }

  #set(index: number, state: number, now: number): void {
    const before = this.#states[index];
    if (before === state) return;
    this.#states[index] = state;
    this.#open += Number(state === OPEN) - Number(before === OPEN);
    this.#changed.push(index);
    this.changedAt = now;
  }
}
