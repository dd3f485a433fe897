import type { CommandWrite, Job, Work, WriteEffect, Writer } from "../db/mod.ts";
import type { Metrics } from "../metrics/mod.ts";

/** A writer that counts its writes, and measures how long they take until they are on disk. */
export class InstrumentedWriter implements Writer {
  readonly #writer: Writer;
  readonly #metrics: Metrics;
  readonly #now: () => number;
  #waiting = 0;

  /** @param options.now milliseconds that only go forward */
  constructor(writer: Writer, options: { metrics: Metrics; now: () => number }) {
    this.#writer = writer;
    this.#metrics = options.metrics;
    this.#now = options.now;
  }

  /** How many writes are not on disk yet. */
  get waiting(): number {
    return this.#waiting;
  }

  transaction<T>(work: Work<T>): Promise<T> {
    return this.#measure(this.#writer.transaction(work));
  }

  command(write: CommandWrite): Promise<WriteEffect> {
    return this.#measure(this.#writer.command(write));
  }

  run<In, Out>(job: Job<In, Out>, data: In): Promise<Out> {
    return this.#measure(this.#writer.run(job, data));
  }

  idle(): Promise<void> {
    return this.#writer.idle();
  }

  [Symbol.dispose](): void {
    this.#writer[Symbol.dispose]();
  }

  async #measure<T>(writing: Promise<T>): Promise<T> {
    const since = this.#now();
    this.#waiting++;
    try {
      const done = await writing;
      this.#metrics.observe("database_write_seconds", (this.#now() - since) / 1000);
      return done;
    } catch (error) {
      this.#metrics.add("database_write_failures_total");
      throw error;
    } finally {
      this.#waiting--;
    }
  }
}
