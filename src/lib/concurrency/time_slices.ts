import { clearImmediate, setImmediate } from "node:timers";

/** What {@linkcode TimeSlices} works with. */
export interface TimeSlicesOptions {
  /** Takes the work that is next; `undefined`: none waits. */
  readonly take: () => (() => void) | undefined;
  /** Length of a slice: how long work goes on before sockets are read again, in milliseconds. */
  readonly sliceMs: number;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/**
 * Does one piece of work after the other, each in a turn of the event loop of its own, and has sockets read after each slice of
 * time: a large amount of work delays short work by a slice at most.
 */
export class TimeSlices implements Disposable {
  readonly #options: TimeSlicesOptions;
  /** When the slice began. */
  #sliceSince: number | undefined;
  #isScheduled = false;
  #immediate: ReturnType<typeof setImmediate> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: TimeSlicesOptions) {
    this.#options = options;
  }

  /** Whether a piece of work has this turn, so that all others wait. */
  get isBusy(): boolean {
    return this.#isScheduled;
  }

  /** To be called when work begins to wait. */
  wake(): void {
    if (!this.#isScheduled) this.#next();
  }

  /** Takes this turn for what the caller does now. To be called only while this is not {@linkcode isBusy}. */
  occupy(): void {
    this.#isScheduled = true;
    const now = this.#options.now();
    this.#sliceSince ??= now;
    // An immediate comes after all promises that wait for nothing outside.
    if (now - this.#sliceSince < this.#options.sliceMs) {
      return void (this.#immediate = setImmediate(() => this.#next()));
    }
    this.#sliceSince = undefined;
    // Only while the event loop waits for a timer the runtime surely reads all sockets: it goes through 61 immediates
    // without a look at them (Deno 2.9).
    this.#timer = setTimeout(() => this.#next());
  }

  /** Work that waits is never done. */
  [Symbol.dispose](): void {
    this.#isScheduled = true;
    clearImmediate(this.#immediate);
    clearTimeout(this.#timer);
  }

  #next(): void {
    this.#isScheduled = false;
    const work = this.#options.take();
    if (!work) return void (this.#sliceSince = undefined);
    this.occupy();
    work();
  }
}
