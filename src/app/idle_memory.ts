import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How often the heap is checked. */
const CHECK_MS = 500;
/** The least garbage that is worth a collection, which stops the program for some 50 ms. */
const GROWN_BYTES = 16 * 1024 * 1024;
/** The program is quiet when it allocated less than this since the last check. */
const QUIET_BYTES = 1024 * 1024;

/** What {@linkcode IdleMemory} needs of the runtime and of the program. */
export interface Heap {
  /** Bytes in use, garbage included. */
  used(): number;
  /** Collects garbage. */
  collect(): void;
  /** A count that grows with everything that people wait for: no collection may come between. */
  activity(): number;
}

/**
 * Collects garbage when much was allocated since the last collection, and nothing happened since the last check. V8
 * collects only while something is allocated, and a fleet of 10,000 devices that has just registered leaves some 150 MB
 * of garbage and then says nothing.
 */
export class IdleMemory implements Disposable {
  readonly #heap: Heap;
  readonly #timer: ReturnType<typeof setInterval>;
  #afterCollecting: number;
  #usedBefore: number;
  #activityBefore: number;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#afterCollecting = this.#usedBefore = heap.used();
    this.#activityBefore = heap.activity();
    this.#timer = setInterval(() => this.check(), CHECK_MS);
  }

  /** Checks once, and collects if the program is quiet. */
  check(): void {
    const used = this.#heap.used();
    const activity = this.#heap.activity();
    const quiet = activity === this.#activityBefore && Math.abs(used - this.#usedBefore) < QUIET_BYTES;
    this.#usedBefore = used;
    this.#activityBefore = activity;
    if (!quiet || used - this.#afterCollecting < GROWN_BYTES) return;
    this.#heap.collect();
    this.#afterCollecting = this.#usedBefore = this.#heap.used();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** The heap of this isolate. */
export function v8Heap(activity: () => number): Heap {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  return { used: () => Deno.memoryUsage().heapUsed, collect: () => collect(), activity };
}
