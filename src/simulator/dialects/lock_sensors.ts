/**
 * What the boards of a bus sense of their locks: contacts and coils, not doors.
 *
 * @module
 */
import type { SimulatedDoors } from "../simulated_doors.ts";
import type { SimulatedLock, SwitchWiring } from "../bus_events.ts";

/** The feedback of all locks on one bus. */
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

  /** How many locks a board has. */
  lockCount(board: number): number {
    return this.#doors.areOpen(board).length;
  }

  /** Whether a contact is short: in every family the set bit, or the larger state byte. */
  isShort(cell: SimulatedLock): boolean {
    return this.#contact(this.#doors.isOpen(cell));
  }

  /** Of all locks of a board, from lock 1 on: is the contact short? */
  areShort(board: number): boolean[] {
    return this.#doors.areOpen(board).map((open) => this.#contact(open));
  }

  /** What the contacts show when all doors of a board are open, or when one is not. */
  isShortOfAll(board: number): boolean {
    return this.#contact(this.#doors.areOpen(board).every(Boolean));
  }

  /** Of all locks of a board, from lock 1 on: is the coil live? */
  areLive(board: number): boolean[] {
    return this.#doors.areLive(board);
  }

  #contact(open: boolean): boolean {
    return open === (this.#wiring === "short-when-open");
  }
}
