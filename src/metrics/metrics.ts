import { whenAsked } from "./collection.ts";
import { COMMANDS_PER_SECOND, HEARTBEAT, PLACES, SLOT_CELLS, slotOf, valueIn } from "./layout.ts";
import {
  definitionOf,
  type GaugeName,
  type HistogramName,
  type LabelledCounter,
  METRIC_NAMES,
  type PlainCounter,
} from "./table.ts";

/** Fewest slots: an isolate and the supervisor. */
const SLOTS_MIN = 2;

/**
 * What one isolate counts. Each writes to its own slot of the shared memory and to no other, so there is nothing to wait
 * for; whoever is asked reads all slots. An isolate that is started again goes on in the slot of the one before, so what
 * was counted stays.
 *
 * A value is eight bytes that begin at a multiple of eight, which the processors that Deno runs on write at once.
 */
export class Metrics {
  readonly #cells: Float64Array;
  readonly #place: { readonly memory: SharedArrayBuffer; readonly slot: number };

  /**
   * @param slot index of the isolate; the last slot is the supervisor's
   * @throws {RangeError} if there is no such slot
   */
  constructor(memory: SharedArrayBuffer, slot: number) {
    this.#cells = slotOf(memory, slot);
    this.#place = { memory, slot };
  }

  /**
   * The memory for all of them.
   *
   * @param slots one for each isolate, and one more for the supervisor
   * @throws {RangeError} if that are fewer than two
   */
  static memory(slots: number): SharedArrayBuffer {
    if (!Number.isInteger(slots) || slots < SLOTS_MIN) {
      throw new RangeError(`Cannot make ${slots} slots: there is at least an isolate and the supervisor`);
    }
    return new SharedArrayBuffer(slots * SLOT_CELLS * Float64Array.BYTES_PER_ELEMENT);
  }

  /** The isolate is gone, and with it whatever it had. What it counted stays. */
  static clearGauges(memory: SharedArrayBuffer, slot: number): void {
    const cells = slotOf(memory, slot);
    for (const name of METRIC_NAMES) {
      if (definitionOf(name).kind === "gauge") cells[PLACES[name].cell] = 0;
    }
    cells[COMMANDS_PER_SECOND] = 0;
    cells[HEARTBEAT] = 0;
  }

  /** A number that changes every second while the isolate is not stuck. 0: it has not begun, or is gone. */
  static heartbeat(memory: SharedArrayBuffer, slot: number): number {
    return valueIn(slotOf(memory, slot), HEARTBEAT);
  }

  /** Counts. */
  add(name: PlainCounter, label?: undefined, count?: number): void;
  add(name: LabelledCounter, label: string, count?: number): void;
  add(name: PlainCounter | LabelledCounter, label = "", count = 1): void {
    const { labels, cell } = PLACES[name];
    this.#grow(labels?.get(label) ?? cell, count);
  }

  /** Says how things are now. */
  set(name: GaugeName, value: number): void {
    this.#cells[PLACES[name].cell] = value;
  }

  /** Counts something that took so long. */
  observe(name: HistogramName, seconds: number): void {
    const { cell, buckets, sum } = PLACES[name];
    let bucket = 0;
    while (bucket < buckets.length && seconds > (buckets[bucket] as number)) bucket++;
    this.#grow(cell + bucket, 1);
    this.#grow(sum, seconds);
  }

  /** What was counted in this slot, whatever the label. */
  counted(name: PlainCounter | LabelledCounter): number {
    return PLACES[name].cells.reduce((sum, cell) => sum + valueIn(this.#cells, cell), 0);
  }

  /** Calls back, until disposed of, when somebody asks how all isolates are; see {@linkcode collect}. */
  whenAsked(note: () => void): Disposable {
    return whenAsked(this.#place, note);
  }

  /** Shows that the isolate lives. */
  beat(commandsPerSecond: number): void {
    this.#cells[COMMANDS_PER_SECOND] = commandsPerSecond;
    this.#grow(HEARTBEAT, 1);
  }

  #grow(cell: number, by: number): void {
    this.#cells[cell] = valueIn(this.#cells, cell) + by;
  }
}
