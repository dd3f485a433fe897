/** What waits for a permit, and in which order it gets one. {@linkcode FairQueue} is one. */
export interface PermitQueue<Origin> {
  /** How many wait. */
  readonly size: number;
  /** Adds one that waits. */
  add(origin: Origin, begin: () => void): void;
  /** Takes the next one out; `undefined`: none waits. */
  take(): (() => void) | undefined;
}

/**
 * A counting semaphore: so many pieces of work run at once, the others wait. Work waits in order of its coming, or in
 * the order of a queue that is handed in, to which its `Origin` says where it comes from.
 */
export class Semaphore<Origin = void> {
  #free: number;
  #isHandingOut = false;
  readonly #queue: PermitQueue<Origin>;

  /**
   * @param permits how much work may run at once
   * @param queue holds what waits @default {new FifoQueue()} first come, first served
   */
  constructor(permits: number, queue: PermitQueue<Origin> = new FifoQueue()) {
    this.#free = permits;
    this.#queue = queue;
  }

  /** How many wait for a permit. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Runs the work when it has a permit, and answers as it does. */
  async run<T>(work: () => Promise<T>, origin: Origin): Promise<T> {
    await this.acquire(origin);
    try {
      return await work();
    } finally {
      this.release();
    }
  }

  /** Resolves with a permit, which {@linkcode Semaphore.release} gives back. */
  acquire(origin: Origin): Promise<void> {
    return new Promise((resolve) => this.enter(resolve, origin));
  }

  /**
   * Calls back with a permit, which {@linkcode Semaphore.release} gives back: before it returns, where one is free. For
   * callers that cannot spare a turn of the microtask queue.
   *
   * @param begin must not throw: its permit would be lost
   */
  enter(begin: () => void, origin: Origin): void {
    this.#queue.add(origin, begin);
    this.#handOut();
  }

  /** Gives a permit back. */
  release(): void {
    this.#free++;
    this.#handOut();
  }

  /** A loop and no recursion: work may give its permit back while it begins, and thousands may do so in a row. */
  #handOut(): void {
    if (this.#isHandingOut) return;
    this.#isHandingOut = true;
    try {
      while (this.#free > 0) {
        const begin = this.#queue.take();
        if (!begin) return;
        this.#free--;
        begin();
      }
    } finally {
      this.#isHandingOut = false;
    }
  }
}

/** First come, first served. */
class FifoQueue implements PermitQueue<unknown> {
  #waiting: (() => void)[] = [];
  /** Index of the next one: all before it have been taken out. */
  #next = 0;

  get size(): number {
    return this.#waiting.length - this.#next;
  }

  add(_origin: unknown, begin: () => void): void {
    this.#waiting.push(begin);
  }

  take(): (() => void) | undefined {
    if (this.size === 0) return undefined;
    const begin = this.#waiting[this.#next++];
    // `shift()` moves all others each time once there are some ten thousand; here each moves once on average.
    if (this.#next > this.#waiting.length / 2) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    return begin;
  }
}
