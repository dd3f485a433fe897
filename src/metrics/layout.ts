/**
 * The layout of the shared memory: a slot for each isolate and one for the supervisor, in each slot a cell for each
 * value.
 *
 * @module
 */
import { definitionOf, METRIC_NAMES, type MetricName } from "./table.ts";

/** The label value for values that the table does not list. */
export const OTHER = "other";

/**
 * Cells of a slot that are not metrics: the heartbeat, the recent commands per second, the number of the last request to
 * collect (in the supervisor's slot only), and the number of the request that the slot has answered. These two are one
 * 32-bit word each.
 */
export const HEARTBEAT = 0;
export const COMMANDS_PER_SECOND = 1;
export const COLLECT_REQUEST = 2;
export const COLLECT_ANSWER = 3;
const FIRST_CELL = 4;

/** Slots begin at a cache line of 64 bytes, so that isolates do not slow each other down. */
const CELLS_PER_LINE = 8;

/** The cells of a metric in each slot. */
export interface MetricSlot {
  /** Its only cell, the cell of label value `other`, or the first bucket. */
  readonly cell: number;
  /** The cells of its label's values, `other` last. */
  readonly labels: ReadonlyMap<string, number> | undefined;
  /** The cells of its values; of a histogram those of the buckets, which are not cumulative here. */
  readonly cells: readonly number[];
  /** The upper bounds of a histogram. */
  readonly buckets: readonly number[];
  /** The cell of a histogram's sum, which follows its last bucket. */
  readonly sum: number;
}

const { slots, end } = layOut();

/** The cells of all metrics. */
export const SLOT_LAYOUT: Readonly<Record<MetricName, MetricSlot>> = slots;

/** How many cells a slot has. */
export const SLOT_CELLS: number = Math.ceil(end / CELLS_PER_LINE) * CELLS_PER_LINE;

function layOut(): { slots: Record<MetricName, MetricSlot>; end: number } {
  let end = FIRST_CELL;
  const slots = METRIC_NAMES.map((name) => {
    const slot = slotFor(name, end);
    end = Math.max(...slot.cells, slot.sum) + 1;
    return [name, slot] as const;
  });
  return { slots: Object.fromEntries(slots) as Record<MetricName, MetricSlot>, end };
}

function slotFor(name: MetricName, first: number): MetricSlot {
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

/** How many slots the memory has: one more than isolates. */
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

/** The index of a cell in the memory as 32-bit integers, which `Atomics.waitAsync` needs. */
export function wordOf(slot: number, cell: number): number {
  return (slot * SLOT_CELLS + cell) * (Float64Array.BYTES_PER_ELEMENT / Int32Array.BYTES_PER_ELEMENT);
}

/** The value of a cell. */
export function valueIn(slot: Float64Array, cell: number): number {
  return slot[cell] ?? 0;
}
