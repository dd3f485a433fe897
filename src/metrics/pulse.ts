import type { Metrics } from "./metrics.ts";
import { RecentRate } from "./recent_rate.ts";
import type { GaugeName, PlainCounter } from "./table.ts";

/** How often it is looked whether the event loop is late: a stop of twice that is always seen. */
const LOOK_MS = 100;
/** How often all is noted. */
const BEAT_MS = 1_000;
/** From which on the event loop counts as late: less is the timer's own doing. */
const LATE_MS = 50;

/** What a {@linkcode Pulse} looks at. */
export interface PulseOptions {
  /** How things are, asked every second, and when somebody wants to know. */
  readonly gauges?: Readonly<Partial<Record<GaugeName, () => number>>>;
  /** What somebody else counts from 0 on, asked as often; what it has grown by is added. */
  readonly counters?: Readonly<Partial<Record<PlainCounter, () => number>>>;
  /** Is told of what one of them throws. */
  readonly failed: (error: unknown) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/**
 * The heart of an isolate: notes every second how the isolate is and that it lives, and how long it kept all else
 * waiting. One that is stuck does not beat. How the isolate is, it also notes whenever somebody asks.
 */
export class Pulse implements Disposable {
  readonly #metrics: Metrics;
  readonly #options: PulseOptions;
  readonly #rate: RecentRate;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #asked: Disposable;
  /** What the counters have said last. */
  readonly #counted = new Map<PlainCounter, number>();
  #lookedAt: number;
  #beatAt: number;
  #lagMs = 0;

  /** Beats for the first time. */
  constructor(metrics: Metrics, options: PulseOptions) {
    this.#metrics = metrics;
    this.#options = options;
    const now = options.now();
    this.#rate = new RecentRate(metrics.counted("commands_total"), now);
    this.#lookedAt = this.#beatAt = now;
    // Before it counts as up: then it is waited for.
    this.#asked = metrics.whenAsked(() => this.#note());
    metrics.set("isolate_up", 1);
    metrics.set("isolate_start_time_seconds", options.wallClock() / 1000);
    this.#beat(now);
    this.#timer = setInterval(() => this.look(), LOOK_MS);
  }

  /** Looks once. */
  look(): void {
    const now = this.#options.now();
    const lateMs = now - this.#lookedAt - LOOK_MS;
    this.#lookedAt = now;
    this.#lagMs = Math.max(this.#lagMs, lateMs);
    if (lateMs >= LATE_MS) this.#metrics.add("event_loop_late_seconds_total", undefined, lateMs / 1000);
    if (now - this.#beatAt >= BEAT_MS) this.#beat(now);
  }

  /** Notes all once more, for the last time. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#asked[Symbol.dispose]();
    this.#beat(this.#options.now());
  }

  #beat(now: number): void {
    this.#beatAt = now;
    this.#note();
    this.#metrics.set("event_loop_lag_seconds", this.#lagMs / 1000);
    this.#lagMs = 0;
    this.#metrics.set("isolate_pulse_time_seconds", this.#options.wallClock() / 1000);
    this.#metrics.beat(this.#rate.look(this.#metrics.counted("commands_total"), now));
  }

  #note(): void {
    const { gauges = {}, counters = {} } = this.#options;
    for (const [name, look] of entries(gauges)) this.#try(() => this.#metrics.set(name, look()));
    for (const [name, look] of entries(counters)) this.#try(() => this.#catchUp(name, look()));
  }

  #catchUp(name: PlainCounter, count: number): void {
    this.#metrics.add(name, undefined, Math.max(0, count - (this.#counted.get(name) ?? 0)));
    this.#counted.set(name, count);
  }

  /** What is wrong with one figure must not end the isolate. */
  #try(note: () => void): void {
    try {
      note();
    } catch (error) {
      this.#options.failed(error);
    }
  }
}

function entries<Name extends string>(
  looks: Readonly<Partial<Record<Name, () => number>>>,
): [Name, () => number][] {
  return Object.entries(looks) as [Name, () => number][];
}
