import type { SimulatedDoors } from "../simulated_doors.ts";
import type { SimulatedLock, SwitchWiring } from "../bus_events.ts";

/** What the boards of one bus sense of their locks: contacts and coils, not doors. */
export class LockSensors {
  readonly #doors: SimulatedDoors;
  readonly #wiring: SwitchWiring;

  constructor(doors: SimulatedDoors, wiring: SwitchWiring) {
    this.#doors = doors;
    this.#wiring = wiring;
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
    return this.#contact(this.#doors.isOpen(cell));
  }

  /** Whether the contact is short, for each lock of a board from lock 1 on. */
  areShort(board: number): boolean[] {
    return this.#doors.areOpen(board).map((open) => this.#contact(open));
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
    return open === (this.#wiring === "short-when-open");
  }
}
