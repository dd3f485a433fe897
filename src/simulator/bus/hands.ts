/**
 * What the boards of one bus do with their locks when they are asked to.
 *
 * @module
 */
import type { Agenda } from "../agenda.ts";
import type { LockCommand } from "../dialects/dialect.ts";
import type { SimulatedDoors } from "../doors.ts";
import type { SimulatedLock } from "../bus_events.ts";
import { type DelayRange, draw, type Random } from "../span.ts";

/** What {@linkcode LockActuators} needs to know. */
export interface LockActuatorsOptions {
  /** How many locks each board has, by the board's address. */
  readonly locks: ReadonlyMap<number, number>;
  readonly doors: SimulatedDoors;
  /** From lock to lock in an open-all. */
  readonly openAllStepMs: DelayRange;
  readonly random: Random;
  readonly agenda: Agenda;
  /** Whether a board is there and not silent. */
  readonly isAlive: (board: number) => boolean;
}

/** The acting side of all boards on one bus. Every time is in ms. */
export class LockActuators {
  readonly #options: LockActuatorsOptions;

  constructor(options: LockActuatorsOptions) {
    this.#options = options;
  }

  /** Does it, or plans it, and says when it is done. */
  do(deed: LockCommand, { board, now }: { board: number; now: number }): number {
    const { doors } = this.#options;
    switch (deed.kind) {
      case "open":
        doors.pulse({ board, lock: deed.lock }, { at: now, cause: "open", liveMs: deed.liveMs ?? 0 });
        return now;
      case "hold":
        doors.hold({ board, lock: deed.lock }, now);
        return now;
      case "release":
        doors.release({ board, lock: deed.lock }, now);
        return now;
      case "release-all":
        for (const cell of this.#cellsOf(board)) doors.release(cell, now);
        return now;
      case "open-all":
        return this.#openAll(board, now);
    }
  }

  /** One after another, until the board falls silent. */
  #openAll(board: number, now: number): number {
    const { doors, openAllStepMs, random, agenda, isAlive } = this.#options;
    let at = now;
    for (const cell of this.#cellsOf(board)) {
      if (cell.lock > 1) at += draw(openAllStepMs, random);
      agenda.add(at, (fireAt) => {
        if (isAlive(board)) doors.pulse(cell, { at: fireAt, cause: "open-all" });
      });
    }
    return at;
  }

  #cellsOf(board: number): SimulatedLock[] {
    const { locks } = this.#options;
    return Array.from({ length: locks.get(board) ?? 0 }, (_, index) => ({ board, lock: index + 1 }));
  }
}

/** Whether it fires coils, see `Deafness`. */
export function firesCoils(deed: LockCommand | undefined): boolean {
  return deed !== undefined && deed.kind !== "release" && deed.kind !== "release-all";
}
