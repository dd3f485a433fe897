import { onCollect } from "./collection.ts";
import { COMMANDS_PER_SECOND, HEARTBEAT, SLOT_CELLS, SLOT_LAYOUT, slotOf, valueIn } from "./layout.ts";
import {
  definitionOf,
  type GaugeName,
  type HistogramName,
  type LabelledCounter,
  METRIC_NAMES,
  type PlainCounter,
} from "./table.ts";

/** An isolate and the supervisor. */
const SLOTS_MIN = 2;

/**
 * The metrics of one isolate. Each isolate writes only to its own slot of the shared memory, so there are no locks; any
 * isolate can read all slots. An isolate that is started again goes on in the slot of the one before, so its counters
 * stay.
 *
 * A value is eight aligned bytes, which the processors that Deno runs on write atomically.
 */
export class Metrics {
  readonly #cells: Float64Array;
  readonly #slot: { readonly memory: SharedArrayBuffer; readonly slot: number };

  /**
   * @param slot index of the isolate; the last slot is the supervisor's
   * @throws {RangeError} if there is no such slot
   */
  constructor(memory: SharedArrayBuffer, slot: number) {
    this.#cells = slotOf(memory, slot);
    this.#slot = { memory, slot };
  }

  /**
   * The memory for all isolates of the program.
   *
   * @param slots one for each isolate, and one for the supervisor
   * @throws {RangeError} if there are fewer than two
   */
  static memory(slots: number): SharedArrayBuffer {
    if (!Number.isInteger(slots) || slots < SLOTS_MIN) {
      throw new RangeError(`Cannot make ${slots} slots: there is at least an isolate and the supervisor`);
    }
    return new SharedArrayBuffer(slots * SLOT_CELLS * Float64Array.BYTES_PER_ELEMENT);
  }

  /** Resets the gauges and the heartbeat of an isolate that is gone. Its counters stay. */
  static clearGauges(memory: SharedArrayBuffer, slot: number): void {
    const cells = slotOf(memory, slot);
    for (const name of METRIC_NAMES) {
      if (definitionOf(name).kind === "gauge") cells[SLOT_LAYOUT[name].cell] = 0;
    }
    cells[COMMANDS_PER_SECOND] = 0;
    cells[HEARTBEAT] = 0;
  }

  /** A number that changes every second while the isolate is not stuck. 0: it has not started, or is gone. */
  static heartbeat(memory: SharedArrayBuffer, slot: number): number {
    return valueIn(slotOf(memory, slot), HEARTBEAT);
  }

  /** Adds to a counter. */
  add(name: PlainCounter, label?: undefined, count?: number): void;
  add(name: LabelledCounter, label: string, count?: number): void;
  add(name: PlainCounter | LabelledCounter, label = "", count = 1): void {
    const { labels, cell } = SLOT_LAYOUT[name];
    this.#grow(labels?.get(label) ?? cell, count);
  }

  /** Sets a gauge. */
  set(name: GaugeName, value: number): void {
    this.#cells[SLOT_LAYOUT[name].cell] = value;
  }

  /** Adds a duration to a histogram. */
  observe(name: HistogramName, seconds: number): void {
    const { cell, buckets, sum } = SLOT_LAYOUT[name];
    let bucket = 0;
    while (bucket < buckets.length && seconds > (buckets[bucket] as number)) bucket++;
    this.#grow(cell + bucket, 1);
    this.#grow(sum, seconds);
  }

  /** The counter's value in this slot, over all labels. */
  counted(name: PlainCounter | LabelledCounter): number {
    return SLOT_LAYOUT[name].cells.reduce((sum, cell) => sum + valueIn(this.#cells, cell), 0);
  }

  /** Calls `update` at each {@linkcode collect} until disposed of. */
  onCollect(update: () => void): Disposable {
    return onCollect(this.#slot, update);
  }

  /** Changes the heartbeat, which shows that the isolate is not stuck. */
  beat(commandsPerSecond: number): void {
    this.#cells[COMMANDS_PER_SECOND] = commandsPerSecond;
    this.#grow(HEARTBEAT, 1);
  }

  #grow(cell: number, by: number): void {
    this.#cells[cell] = valueIn(this.#cells, cell) + by;
  }
}
