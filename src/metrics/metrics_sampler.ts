import type { Metrics } from "./metrics.ts";
import { RecentRate } from "./recent_rate.ts";
import type { GaugeName, PlainCounter } from "./table.ts";

/** How often the lag of the event loop is measured: a block of twice that is always seen. */
const CHECK_MS = 100;
/** How often the metrics are updated. */
const BEAT_MS = 1_000;
/** From this lag on the event loop counts as late: less is the timer's own inaccuracy. */
const LATE_MS = 50;

/** What a {@linkcode MetricsSampler} samples. */
export interface MetricsSamplerOptions {
  /** Read every second, and at each {@linkcode collect}. */
  readonly gauges?: Readonly<Partial<Record<GaugeName, () => number>>>;
  /** Counts from 0 on that other code keeps, read as often; the increase is added to the metric. */
  readonly counters?: Readonly<Partial<Record<PlainCounter, () => number>>>;
  /** Is told of what one of them throws. */
  readonly failed: (error: unknown) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/**
 * Updates an isolate's metrics every second and at each {@linkcode collect}. Every second it also changes the isolate's
 * heartbeat, which stops when the isolate is stuck, and records how long the event loop was blocked.
 */
export class MetricsSampler implements Disposable {
  readonly #metrics: Metrics;
  readonly #options: MetricsSamplerOptions;
  readonly #rate: RecentRate;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #collecting: Disposable;
  /** The last values of the counters. */
  readonly #counted = new Map<PlainCounter, number>();
  #checkedAt: number;
  #beatAt: number;
  #lagMs = 0;

  /** Beats for the first time. */
  constructor(metrics: Metrics, options: MetricsSamplerOptions) {
    this.#metrics = metrics;
    this.#options = options;
    const now = options.now();
    this.#rate = new RecentRate(metrics.counted("commands_total"), now);
    this.#checkedAt = this.#beatAt = now;
    // Before `isolate_up` is set, since from then on `collect` waits for it.
    this.#collecting = metrics.onCollect(() => this.#update());
    metrics.set("isolate_up", 1);
    metrics.set("isolate_start_time_seconds", options.wallClock() / 1000);
    this.#beat(now);
    this.#timer = setInterval(() => this.check(), CHECK_MS);
  }

  /** Measures the lag, and updates the metrics if a second has passed. */
  check(): void {
    const now = this.#options.now();
    const lateMs = now - this.#checkedAt - CHECK_MS;
    this.#checkedAt = now;
    this.#lagMs = Math.max(this.#lagMs, lateMs);
    if (lateMs >= LATE_MS) this.#metrics.add("event_loop_late_seconds_total", undefined, lateMs / 1000);
    if (now - this.#beatAt >= BEAT_MS) this.#beat(now);
  }

  /** Updates the metrics for the last time. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#collecting[Symbol.dispose]();
    this.#beat(this.#options.now());
  }

  #beat(now: number): void {
    this.#beatAt = now;
    this.#update();
    this.#metrics.set("event_loop_lag_seconds", this.#lagMs / 1000);
    this.#lagMs = 0;
    this.#metrics.set("isolate_pulse_time_seconds", this.#options.wallClock() / 1000);
    this.#metrics.beat(this.#rate.sample(this.#metrics.counted("commands_total"), now));
  }

  #update(): void {
    const { gauges = {}, counters = {} } = this.#options;
    for (const [name, read] of entries(gauges)) this.#try(() => this.#metrics.set(name, read()));
    for (const [name, read] of entries(counters)) this.#try(() => this.#addIncrease(name, read()));
  }

  #addIncrease(name: PlainCounter, count: number): void {
    this.#metrics.add(name, undefined, Math.max(0, count - (this.#counted.get(name) ?? 0)));
    this.#counted.set(name, count);
  }

  /** A metric that cannot be read must not end the isolate. */
  #try(update: () => void): void {
    try {
      update();
    } catch (error) {
      this.#options.failed(error);
    }
  }
}

function entries<Name extends string>(
  readers: Readonly<Partial<Record<Name, () => number>>>,
): [Name, () => number][] {
  return Object.entries(readers) as [Name, () => number][];
}
