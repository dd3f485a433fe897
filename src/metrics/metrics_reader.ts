import { COMMANDS_PER_SECOND, SLOT_LAYOUT, slotOf, slotsOf, valueIn } from "./layout.ts";
import type { GaugeName, LabelledCounter, PlainCounter } from "./table.ts";

/** Reads the metrics of all isolates from the shared memory. */
export class MetricsReader {
  /** How many isolates the program has, whether they are up or not; their slots are the first ones. */
  readonly isolates: number;
  readonly #slots: readonly Float64Array[];

  constructor(memory: SharedArrayBuffer) {
    this.#slots = Array.from({ length: slotsOf(memory) }, (_, slot) => slotOf(memory, slot));
    this.isolates = this.#slots.length - 1;
  }

  /** The cell's value in one slot. */
  at(cell: number, slot: number): number {
    const cells = this.#slots[slot];
    return cells ? valueIn(cells, cell) : 0;
  }

  /** The cell's sum over all slots. */
  sum(cell: number): number {
    return this.#slots.reduce((sum, cells) => sum + valueIn(cells, cell), 0);
  }

  /** The metric's sum over all slots, or its value in one; over all labels. */
  value(name: GaugeName | PlainCounter | LabelledCounter, slot?: number): number {
    const of = (cell: number) => slot === undefined ? this.sum(cell) : this.at(cell, slot);
    return SLOT_LAYOUT[name].cells.reduce((sum, cell) => sum + of(cell), 0);
  }

  /** The metric's sums over all slots, by the label's values. */
  labelled(name: LabelledCounter): Record<string, number> {
    const { labels = [] } = SLOT_LAYOUT[name];
    return Object.fromEntries([...labels].map(([value, cell]) => [value, this.sum(cell)]));
  }

  /** How many commands per second ended lately. */
  commandsPerSecond(slot: number): number {
    return this.at(COMMANDS_PER_SECOND, slot);
  }
}
