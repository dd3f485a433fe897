/**
 * What boards say about doors: where they are, what moved and by what, and what it proves of opens.
 *
 * @module
 */
import type { Door, Family, Frame, Lock } from "../boards/mod.ts";
import type { DeviceCabinet, WiredCell } from "./cabinet.ts";
import { Causes } from "./causes.ts";
import { Doors } from "./doors.ts";
import { Confirmations, type Confirming } from "./evidence.ts";
import type { SeenDoor } from "./line.ts";

/** A frame that says where doors are, as the answer to a question or unasked. */
export type Reading = Exclude<Frame, { type: "open-reply" }>;

/** When something was heard, and from when on it holds. In milliseconds of one monotonic clock. */
export interface Heard {
  readonly asOf: number;
  readonly now: number;
}

/** See the module. Where locks have no switches, or the family no readings, it sees nothing. */
export class Sight {
  readonly doors: Doors;
  readonly causes = new Causes();
  readonly confirmations: Confirmations;
  readonly #cabinet: DeviceCabinet;
  readonly #family: Family | undefined;
  readonly #sees: boolean;

  constructor(cabinet: DeviceCabinet) {
    const { family, feedback, layout } = cabinet;
    this.#cabinet = cabinet;
    this.#family = family;
    this.#sees = feedback && family?.readAll !== undefined;
    this.doors = new Doors(layout);
    this.confirmations = new Confirmations({ popsWithinMs: family?.popsWithinMs ?? 0, sees: this.#sees });
  }

  /** A board said where one door is or all of its doors; `for`: the open whose door was asked for. */
  reading(frame: Reading, { for: confirming, ...heard }: Heard & { for: Confirming | undefined }): void {
    if (!this.#sees || frame.type === "released" || frame.type === "address") return;
    if (frame.type === "doors") this.#board(frame, heard);
    else this.door(frame, heard);
    if (!confirming || frame.type === "report") return;
    const door = frame.type === "door" ? frame.door : frame.doors[this.#offsetOf(confirming.job.cell)];
    this.confirmations.looked(confirming, { door, ...heard });
  }

  /** Where one lock's door is. */
  door({ lock, door }: { lock: Lock; door: Door | undefined }, { asOf, now }: Heard): void {
    if (!this.#sees) return;
    this.doors.doorIs(lock, { door, now });
    if (door === "open") this.confirmations.open(lock, asOf);
  }

  /** The doors that moved since the last call, and what of. */
  takeMoved(asOf: number): SeenDoor[] {
    return this.doors.takeMoved().map(({ index, door, found }) => {
      const { cell } = this.#cabinet.layout.cells[index] as WiredCell;
      return { cell, door, ...this.causes.of(cell, { door, found, asOf }) };
    });
  }

  #board(frame: Frame & { type: "doors" }, { asOf, now }: Heard): void {
    this.doors.boardIs(frame, { first: this.#family?.channels[0] ?? 0, now });
    for (const cell of this.#cabinet.layout.cells) {
      const isOpen = cell.board === frame.board && frame.doors[this.#offsetOf(cell)] === "open";
      if (isOpen) this.confirmations.open(cell, asOf);
    }
  }

  /** Where the door stands in what a whole board says. */
  #offsetOf(lock: Lock): number {
    return lock.channel - (this.#family?.channels[0] ?? 0);
  }
}
