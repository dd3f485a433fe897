import { COMMANDS_PER_SECOND, PLACES, slotOf, slotsOf, valueIn } from "./layout.ts";
import type { GaugeName, LabelledCounter, PlainCounter } from "./table.ts";

/** What all isolates have counted, as whoever is asked reads it. */
export class Readings {
  /** How many isolates there are to be; their slots are the first ones. */
  readonly isolates: number;
  readonly #slots: readonly Float64Array[];

  constructor(memory: SharedArrayBuffer) {
    this.#slots = Array.from({ length: slotsOf(memory) }, (_, slot) => slotOf(memory, slot));
    this.isolates = this.#slots.length - 1;
  }

  /** A cell of one slot. */
  at(cell: number, slot: number): number {
    const cells = this.#slots[slot];
    return cells ? valueIn(cells, cell) : 0;
  }

  /** A cell over all slots. */
  sum(cell: number): number {
    return this.#slots.reduce((sum, cells) => sum + valueIn(cells, cell), 0);
  }

  /** A metric over all slots, or of one; of one with a label all of it. */
  value(name: GaugeName | PlainCounter | LabelledCounter, slot?: number): number {
    const of = (cell: number) => slot === undefined ? this.sum(cell) : this.at(cell, slot);
    return PLACES[name].cells.reduce((sum, cell) => sum + of(cell), 0);
  }

  /** A metric with a label over all slots, by the label's values. */
  labelled(name: LabelledCounter): Record<string, number> {
    const { labels = [] } = PLACES[name];
    return Object.fromEntries([...labels].map(([value, cell]) => [value, this.sum(cell)]));
  }

  /** Commands that ended each second, of the last seconds. */
  commandsPerSecond(slot: number): number {
    return this.at(COMMANDS_PER_SECOND, slot);
  }
}
