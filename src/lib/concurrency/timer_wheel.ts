/** Something that a {@linkcode TimerWheel} wakes. */
export interface Timed {
  /** When to wake it, in milliseconds on the wheel's clock; `Infinity`: not at all. */
  readonly wakeAt: number;
  /** Kept by the wheel: the step that it is entered under; 0: none. */
  wheelStep: number;
  /** Is called at or after {@linkcode wakeAt}; a call that comes too early must do no harm. */
  wake(now: number): void;
}

/**
 * A timer wheel: one timer of the runtime for thousands of things that wait. Times are rounded up to the wheel's step,
 * which is enough for replies, polls and silences.
 */
export class TimerWheel implements Disposable {
  readonly #stepMs: number;
  readonly #now: () => number;
  /** What is to be looked at in each step. */
  readonly #steps = new Map<number, Timed[]>();
  /** The step up to which all have been woken. */
  #lastStep: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: { stepMs: number; now: () => number }) {
    this.#stepMs = options.stepMs;
    this.#now = options.now;
    this.#lastStep = this.#stepAt(options.now());
  }

  /** Has it woken at its `wakeAt` as that is now. To be called again whenever that has become earlier. */
  schedule(timed: Timed): void {
    if (timed.wakeAt === Infinity) return;
    const step = Math.max(this.#lastStep + 1, Math.ceil(timed.wakeAt / this.#stepMs));
    // Its time has become later: it keeps its entry, and is entered anew when that step comes.
    if (timed.wheelStep !== 0 && timed.wheelStep <= step) return;
    timed.wheelStep = step;
    const due = this.#steps.get(step);
    if (due) due.push(timed);
    else this.#steps.set(step, [timed]);
    this.#timer ??= setInterval(() => this.turn(), this.#stepMs);
  }

  /** Wakes everything whose time has come. */
  turn(): void {
    const now = this.#now();
    for (const nowStep = this.#stepAt(now); this.#lastStep < nowStep;) {
      const step = ++this.#lastStep;
      const due = this.#steps.get(step);
      this.#steps.delete(step);
      for (const timed of due ?? []) {
        if (timed.wheelStep !== step) continue;
        timed.wheelStep = 0;
        if (timed.wakeAt <= now) timed.wake(now);
        this.schedule(timed);
      }
    }
    if (this.#steps.size === 0) this.#stop();
  }

  [Symbol.dispose](): void {
    this.#steps.clear();
    this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #stepAt(now: number): number {
    return Math.floor(now / this.#stepMs);
  }
}
