import type { TaskQueue } from "../task_queue.ts";
import type { LockCommand } from "../dialects/dialect.ts";
import type { SimulatedDoors } from "../simulated_doors.ts";
import type { SimulatedLock } from "../bus_events.ts";
import { type DelayRange, draw, type Random } from "../delay_range.ts";

export interface LockActuatorsOptions {
  /** How many locks each board has, by the board's address. */
  readonly locks: ReadonlyMap<number, number>;
  readonly doors: SimulatedDoors;
  /** The time from lock to lock in an open-all. */
  readonly openAllStepMs: DelayRange;
  readonly random: Random;
  readonly tasks: TaskQueue;
  /** Whether the board exists and is not silent. */
  readonly isAlive: (board: number) => boolean;
  /** The lock that is plugged in at this place. @default {undefined} each at its own */
  readonly pluggedAt?: (cell: SimulatedLock) => SimulatedLock;
}

/** What the boards of one bus do with their locks when they get a command. Every time is in ms. */
export class LockActuators {
  readonly #options: LockActuatorsOptions;

  constructor(options: LockActuatorsOptions) {
    this.#options = options;
  }

  /** Carries the command out, or plans it. Returns when it is complete. */
  execute(lockCommand: LockCommand, { board, now }: { board: number; now: number }): number {
    const { doors, pluggedAt = (own) => own } = this.#options;
    switch (lockCommand.kind) {
      case "open":
        doors.pulse(pluggedAt({ board, lock: lockCommand.lock }), {
          at: now,
          cause: "open",
          liveMs: lockCommand.liveMs ?? 0,
        });
        return now;
      case "hold":
        doors.hold({ board, lock: lockCommand.lock }, now);
        return now;
      case "release":
        doors.release({ board, lock: lockCommand.lock }, now);
        return now;
      case "release-all":
        for (const cell of this.#cellsOf(board)) doors.release(cell, now);
        return now;
      case "open-all":
        return this.#openAll(board, now);
    }
  }

  /** Opens the locks one after another, until the board falls silent. */
  #openAll(board: number, now: number): number {
    const { doors, openAllStepMs, random, tasks, isAlive } = this.#options;
    let at = now;
    for (const cell of this.#cellsOf(board)) {
      if (cell.lock > 1) at += draw(openAllStepMs, random);
      tasks.add(at, (fireAt) => {
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

/** Whether the command fires coils, see `FrameLoss`. */
export function firesCoils(lockCommand: LockCommand | undefined): boolean {
  return lockCommand !== undefined && lockCommand.kind !== "release" && lockCommand.kind !== "release-all";
}
