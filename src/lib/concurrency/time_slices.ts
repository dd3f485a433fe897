import { clearImmediate, setImmediate } from "node:timers";

/** What {@linkcode TimeSlices} works with. */
export interface TimeSlicesOptions {
  /** Takes what is to be done next; `undefined`: nothing waits. */
  readonly take: () => (() => void) | undefined;
  /** How long work goes on before sockets are read again, in milliseconds. */
  readonly sliceMs: number;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/**
 * Does one piece of work after the other, each in a turn of the event loop, and has sockets read after each slice of time, so
 * that much work keeps nobody waiting who needs little.
 */
export class TimeSlices implements Disposable {
  readonly #options: TimeSlicesOptions;
  /** Since when pieces are done one after the other. */
  #since: number | undefined;
  #isScheduled = false;
  #immediate: ReturnType<typeof setImmediate> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: TimeSlicesOptions) {
    this.#options = options;
  }

  /** Whether something has its turn, so that all else waits. */
  get isBusy(): boolean {
    return this.#isScheduled;
  }

  /** Something waits. */
  wake(): void {
    if (!this.#isScheduled) this.#next();
  }

  /** What the caller does now has this turn; call it where nothing {@linkcode isBusy}. */
  occupy(): void {
    this.#isScheduled = true;
    const now = this.#options.now();
    this.#since ??= now;
    // When it is called, promises that wait for nothing outside have been resolved.
    if (now - this.#since < this.#options.sliceMs) {
      return void (this.#immediate = setImmediate(() => this.#next()));
    }
    this.#since = undefined;
    // Only while the event loop waits for a timer the runtime surely reads all sockets: it goes through 61 immediates
    // without a look at them (Deno 2.9).
    this.#timer = setTimeout(() => this.#next());
  }

  /** What waits never has its turn. */
  [Symbol.dispose](): void {
    this.#isScheduled = true;
    clearImmediate(this.#immediate);
    clearTimeout(this.#timer);
  }

  #next(): void {
    this.#isScheduled = false;
    const work = this.#options.take();
    if (!work) return void (this.#since = undefined);
    this.occupy();
    work();
  }
}
