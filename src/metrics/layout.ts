/**
 * Where each value stands in the shared memory: a slot for each isolate and one more for the supervisor, in each slot a
 * cell for each value.
 *
 * @module
 */
import { definitionOf, METRIC_NAMES, type MetricName } from "./table.ts";

/** Label value of what is in no list. */
export const OTHER = "other";

/**
 * Cells of a slot that are no metrics: the heartbeat, the commands per second of the last seconds, the number of the last
 * question (in the supervisor's slot), and of the question that the slot's figures answer. These two are a word each.
 */
export const HEARTBEAT = 0;
export const COMMANDS_PER_SECOND = 1;
export const ASKED = 2;
export const NOTED = 3;
const FIRST_CELL = 4;

/** Slots begin where a cache line of 64 bytes begins, so that isolates do not slow each other down. */
const CELLS_TOGETHER = 8;

/** Where a metric stands in each slot. */
export interface MetricSlot {
  /** Its only cell, the cell of label value `other`, or the first bucket. */
  readonly cell: number;
  /** The cells of its label's values, `other` last. */
  readonly labels: ReadonlyMap<string, number> | undefined;
  /** Cells of its values; of a histogram those of the buckets, each on its own. */
  readonly cells: readonly number[];
  /** The upper bounds of a histogram. */
  readonly buckets: readonly number[];
  /** The cell of a histogram's sum, which follows its last bucket. */
  readonly sum: number;
}

const { places, end } = laidOut();

/** The places of all metrics. */
export const PLACES: Readonly<Record<MetricName, MetricSlot>> = places;

/** Cells in one slot. */
export const SLOT_CELLS: number = Math.ceil(end / CELLS_TOGETHER) * CELLS_TOGETHER;

function laidOut(): { places: Record<MetricName, MetricSlot>; end: number } {
  let end = FIRST_CELL;
  const places = METRIC_NAMES.map((name) => {
    const place = placeOf(name, end);
    end = Math.max(...place.cells, place.sum) + 1;
    return [name, place] as const;
  });
  return { places: Object.fromEntries(places) as Record<MetricName, MetricSlot>, end };
}

function placeOf(name: MetricName, first: number): MetricSlot {
  const definition = definitionOf(name);
  const buckets = definition.kind === "histogram" ? definition.buckets : [];
  const values = definition.label ? [...definition.label[1], OTHER] : [];
  const count = Math.max(values.length, buckets.length + 1);
  const cells = Array.from({ length: count }, (_, n) => first + n);
  return {
    cell: definition.label ? first + count - 1 : first,
    labels: definition.label && new Map(values.map((value, n) => [value, first + n])),
    cells,
    buckets,
    sum: buckets.length > 0 ? first + count : first,
  };
}

/** How many slots the memory has. */
export function slotsOf(memory: SharedArrayBuffer): number {
  return memory.byteLength / (SLOT_CELLS * Float64Array.BYTES_PER_ELEMENT);
}

/**
 * The cells of one slot.
 *
 * @throws {RangeError} if there is no such slot
 */
export function slotOf(memory: SharedArrayBuffer, slot: number): Float64Array {
  if (!Number.isInteger(slot) || slot < 0 || slot >= slotsOf(memory)) {
    throw new RangeError(`Cannot use slot ${slot}: the memory has ${slotsOf(memory)}`);
  }
  return new Float64Array(memory, slot * SLOT_CELLS * Float64Array.BYTES_PER_ELEMENT, SLOT_CELLS);
}

/** Where the word of a cell is in the memory, seen as 32-bit integers: what is waited for has to be one. */
export function wordOf(slot: number, cell: number): number {
  return (slot * SLOT_CELLS + cell) * (Float64Array.BYTES_PER_ELEMENT / Int32Array.BYTES_PER_ELEMENT);
}

/** What is in a cell. */
export function valueIn(slot: Float64Array, cell: number): number {
  return slot[cell] ?? 0;
}
