import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How often it looks whether the program is quiet. */
const LOOK_MS = 500;
/** The least garbage that is worth a collection, which stops the program for some 50 ms. */
const GROWN_BYTES = 16 * 1024 * 1024;
/** The program is quiet when it allocated less than this since the last look. */
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
 * Collects garbage when much was allocated since the last collection, and nothing happened since the last look. V8
 * collects only while something is allocated, and a fleet of 10,000 devices that has just registered leaves some 150 MB
 * of garbage and then says nothing.
 */
export class IdleMemory implements Disposable {
  readonly #heap: Heap;
  readonly #timer: ReturnType<typeof setInterval>;
  #afterCollecting: number;
  #lastLook: number;
  #lastActivity: number;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#afterCollecting = this.#lastLook = heap.used();
    this.#lastActivity = heap.activity();
    this.#timer = setInterval(() => this.look(), LOOK_MS);
  }

  /** Looks once, and collects if the program is quiet. */
  look(): void {
    const used = this.#heap.used();
    const activity = this.#heap.activity();
    const quiet = activity === this.#lastActivity && Math.abs(used - this.#lastLook) < QUIET_BYTES;
    this.#lastLook = used;
    this.#lastActivity = activity;
    if (!quiet || used - this.#afterCollecting < GROWN_BYTES) return;
    this.#heap.collect();
    this.#afterCollecting = this.#lastLook = this.#heap.used();
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
