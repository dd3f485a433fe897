import type { SimulatedDoors } from "../simulated_doors.ts";
import type { SimulatedLock, SwitchWiring } from "../bus_events.ts";

/** How the feedback switches are plugged in. */
export interface SwitchPlugs {
  readonly wiring: SwitchWiring;
  /** The lock whose door the switch at this place shows. @default {undefined} each its own */
  readonly shownAt?: (cell: SimulatedLock) => SimulatedLock;
  /** Whether there are no switches: every contact is open. @default {false} */
  readonly isMissing?: boolean;
}

/** What the boards of one bus sense of their locks: contacts and coils, not doors. */
export class LockSensors {
  readonly #doors: SimulatedDoors;
  readonly #plugs: SwitchPlugs;

  constructor(doors: SimulatedDoors, plugs: SwitchPlugs) {
    this.#doors = doors;
    this.#plugs = plugs;
  }

  /** Whether there is such a lock. */
  has(cell: SimulatedLock): boolean {
    return this.#doors.has(cell);
  }

  lockCount(board: number): number {
    return this.#doors.areOpen(board).length;
  }

  /** Whether a contact is short: in every family the set bit, or the larger state byte. */
  isShort(cell: SimulatedLock): boolean {
    const { shownAt = (own) => own } = this.#plugs;
    return this.#contact(this.#doors.isOpen(shownAt(cell)));
  }

  /** Whether the contact is short, for each lock of a board from lock 1 on. */
  areShort(board: number): boolean[] {
    return this.#doors.areOpen(board).map((_, index) => this.isShort({ board, lock: index + 1 }));
  }

  /** What the contacts show when all doors of a board are open, or when one is not. */
  isShortOfAll(board: number): boolean {
    return this.#contact(this.#doors.areOpen(board).every(Boolean));
  }

  /** Whether the coil is live, for each lock of a board from lock 1 on. */
  areLive(board: number): boolean[] {
    return this.#doors.areLive(board);
  }

  #contact(open: boolean): boolean {
    return !this.#plugs.isMissing && open === (this.#plugs.wiring === "short-when-open");
  }
}
