import { GUESS } from "../../lib/limits.ts";

/** What an alarm about guesses works with. */
export interface GuessAlarmOptions {
  /** Raises the alarm, or puts off its end, which is given in milliseconds since 1970. */
  readonly alarm: (until: number) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/** Counts wrong guesses, and raises an alarm once there are many within a while. Each isolate counts for itself. */
export class GuessAlarm {
  readonly #options: GuessAlarmOptions;
  #since = -Infinity;
  #wrong = 0;
  #alarmedAt = -Infinity;

  constructor(options: GuessAlarmOptions) {
    this.#options = options;
  }

  /** One guess more was wrong. */
  count(): void {
    const now = this.#options.now();
    if (now - this.#since >= GUESS.alarmWindowMs) {
      this.#since = now;
      this.#wrong = 0;
    }
    this.#wrong++;
    if (this.#wrong < GUESS.alarmAfter || now - this.#alarmedAt < GUESS.alarmEveryMs) return;
    this.#alarmedAt = now;
    this.#options.alarm(this.#options.wallClock() + GUESS.alarmMs);
  }
}
