import type { TaskQueue } from "./task_queue.ts";
import { PULSES_KEPT_MAX } from "./limits.ts";
import type { LockPulse, PulseCause, SimulatedLock } from "./bus_events.ts";
import { type DelayRange, draw, type Random } from "./delay_range.ts";

export interface SimulatedDoorsOptions {
  /** How many locks each board has, by the board's address. */
  readonly locks: ReadonlyMap<number, number>;
  /** How long after the pulse the feedback shows an open door. */
  readonly openDelayMs: DelayRange;
  /** How long after its opening a person closes the door. */
  readonly closeMs: DelayRange | "never";
  readonly random: Random;
  readonly tasks: TaskQueue;
  readonly pulsed: (pulse: LockPulse) => void;
  readonly changed: (cell: SimulatedLock, at: number) => void;
}

interface LockState {
  open: boolean;
  jammed: boolean;
  /** Until when the coil is live and the bolt cannot catch; `undefined`: the coil is not live. */
  liveUntil: number | undefined;
  pulseCount: number;
  /** When a person will close the door; an opening by hand or an earlier closing cancels it. */
  closeAt: number;
}

/**
 * The doors of a cabinet and the people in front of it: what pulses, hands and jams do to a door. Every time
 * `at` is in ms.
 */
export class SimulatedDoors {
  readonly #options: SimulatedDoorsOptions;
  readonly #boards = new Map<number, LockState[]>();
  #pulses: LockPulse[] = [];

  constructor(options: SimulatedDoorsOptions) {
    this.#options = options;
    for (const [board, count] of options.locks) {
      this.#boards.set(board, Array.from({ length: count }, newLock));
    }
  }

  /** The last pulses, oldest first. */
  get pulses(): readonly LockPulse[] {
    return this.#pulses;
  }

  has({ board, lock }: SimulatedLock): boolean {
    return this.#boards.get(board)?.[lock - 1] !== undefined;
  }

  isOpen(cell: SimulatedLock): boolean {
    return this.#lock(cell).open;
  }

  /** Whether the door is open, for each lock of a board from lock 1 on. */
  areOpen(board: number): boolean[] {
    return (this.#boards.get(board) ?? []).map((lock) => lock.open);
  }

  /** Whether the coil is live, for each lock of a board from lock 1 on. */
  areLive(board: number): boolean[] {
    return (this.#boards.get(board) ?? []).map((lock) => lock.liveUntil !== undefined);
  }

  /** The locks whose coil is live. */
  get liveCoils(): SimulatedLock[] {
    return [...this.#boards.keys()].flatMap((board) => {
      return this.areLive(board).flatMap((live, index) => live ? [{ board, lock: index + 1 }] : []);
    });
  }

  pulseCount(cell: SimulatedLock): number {
    return this.#lock(cell).pulseCount;
  }

  /** The coil fires and stays live for `liveMs`. The door follows unless the lock is jammed. */
  pulse(
    cell: SimulatedLock,
    { at, cause, liveMs = 0 }: { at: number; cause: PulseCause; liveMs?: number },
  ): void {
    this.#lock(cell).pulseCount++;
    if (liveMs > 0) this.#keepLive(cell, at + liveMs);
    this.#remember({ ...cell, at, cause });
    const openDelayMs = draw(this.#options.openDelayMs, this.#options.random);
    if (openDelayMs === 0) this.#openDoor(cell, at);
    else this.#options.tasks.add(at + openDelayMs, (openAt) => this.#openDoor(cell, openAt));
  }

  /** The coil fires and stays live until it is released. */
  hold(cell: SimulatedLock, at: number): void {
    this.pulse(cell, { at, cause: "hold", liveMs: Infinity });
  }

  /** The coil goes off. A person who could not close the door will do so. */
  release(cell: SimulatedLock, at: number): void {
    const lock = this.#lock(cell);
    if (lock.liveUntil === undefined) return;
    lock.liveUntil = undefined;
    if (lock.closeAt !== Infinity) this.#scheduleClosing(cell, at);
  }

  /** Opened by hand or by force, without a pulse; the door stays open until {@linkcode close}. */
  force(cell: SimulatedLock, at: number): void {
    this.#lock(cell).closeAt = Infinity;
    this.#set(cell, { open: true, at });
  }

  /** Pushed shut. Without effect while the coil is live. */
  close(cell: SimulatedLock, at: number): void {
    const lock = this.#lock(cell);
    if (lock.liveUntil !== undefined) return;
    lock.closeAt = Infinity;
    this.#set(cell, { open: false, at });
  }

  jam(cell: SimulatedLock): void {
    this.#lock(cell).jammed = true;
  }

  unjam(cell: SimulatedLock): void {
    this.#lock(cell).jammed = false;
  }

  #keepLive(cell: SimulatedLock, until: number): void {
    const lock = this.#lock(cell);
    lock.liveUntil = until;
    if (until === Infinity) return;
    this.#options.tasks.add(until, (at) => {
      // Another request may have set another time meanwhile.
      if (lock.liveUntil === until) this.release(cell, at);
    });
  }

  #openDoor(cell: SimulatedLock, at: number): void {
    const lock = this.#lock(cell);
    if (lock.jammed || lock.open) return;
    this.#set(cell, { open: true, at });
    this.#scheduleClosing(cell, at);
  }

  #scheduleClosing(cell: SimulatedLock, at: number): void {
    const { closeMs, random, tasks } = this.#options;
    if (closeMs === "never") return;
    const lock = this.#lock(cell);
    const closeAt = at + draw(closeMs, random);
    lock.closeAt = closeAt;
    tasks.add(closeAt, () => {
      if (lock.closeAt === closeAt) this.close(cell, closeAt);
    });
  }

  #set(cell: SimulatedLock, { open, at }: { open: boolean; at: number }): void {
    const lock = this.#lock(cell);
    if (lock.open === open) return;
    lock.open = open;
    this.#options.changed(cell, at);
  }

  #remember(pulse: LockPulse): void {
    this.#pulses.push(pulse);
    // Half at once, so that a soak test does not move the whole array with every pulse.
    if (this.#pulses.length > PULSES_KEPT_MAX) this.#pulses = this.#pulses.slice(PULSES_KEPT_MAX / 2);
    this.#options.pulsed(pulse);
  }

  #lock({ board, lock }: SimulatedLock): LockState {
    const found = this.#boards.get(board)?.[lock - 1];
    if (found === undefined) throw new RangeError(`Cannot find lock ${lock} of board ${board} on this bus`);
    return found;
  }
}

function newLock(): LockState {
  return { open: false, jammed: false, liveUntil: undefined, pulseCount: 0, closeAt: Infinity };
}
