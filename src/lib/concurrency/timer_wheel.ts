/** What has a time at which it wants to be looked at. */
export interface Timed {
  /** When, in the wheel's milliseconds; `Infinity`: not at all. */
  readonly wakeAt: number;
  /** The wheel's own mark: the step it is entered under; 0: none. */
  wheelStep: number;
  /** Called at or after {@linkcode wakeAt}, and harmless when called in vain. */
  wake(now: number): void;
}

/**
 * One timer for thousands of things that wait. Times are rounded up to the wheel's step, which is enough for
 * replies, polls and silences. An entry that was moved on is noticed when its old time comes.
 */
export class TimerWheel implements Disposable {
  readonly #stepMs: number;
  readonly #now: () => number;
  readonly #due = new Map<number, Timed[]>();
  #turned: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: { stepMs: number; now: () => number }) {
    this.#stepMs = options.stepMs;
    this.#now = options.now;
    this.#turned = this.#stepAt(options.now());
  }

  /** Sees to it that `waking.wake` is called when its time has come, as the time is now. */
  schedule(waking: Timed): void {
    if (waking.wakeAt === Infinity) return;
    const step = Math.max(this.#turned + 1, Math.ceil(waking.wakeAt / this.#stepMs));
    // Moved later: the old entry stays and looks again when its time comes.
    if (waking.wheelStep !== 0 && waking.wheelStep <= step) return;
    waking.wheelStep = step;
    const due = this.#due.get(step);
    if (due) due.push(waking);
    else this.#due.set(step, [waking]);
    this.#timer ??= setInterval(() => this.turn(), this.#stepMs);
  }

  /** Wakes all whose time has come. */
  turn(): void {
    const now = this.#now();
    for (const last = this.#stepAt(now); this.#turned < last;) {
      const step = ++this.#turned;
      const due = this.#due.get(step);
      this.#due.delete(step);
      for (const waking of due ?? []) {
        if (waking.wheelStep !== step) continue;
        waking.wheelStep = 0;
        if (waking.wakeAt <= now) waking.wake(now);
        this.schedule(waking);
      }
    }
    if (this.#due.size === 0) this.#stop();
  }

  [Symbol.dispose](): void {
    this.#due.clear();
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
