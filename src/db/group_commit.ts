import { withTimeout } from "../lib/concurrency/timeout.ts";

/** Too many writes wait already: the database is too slow or unavailable. */
export class QueueFullError extends Error {
  override name = "QueueFullError";
}

interface WaitingWrite<Write, Result> {
  readonly write: Write;
  readonly done: (result: Result) => void;
  readonly failed: (error: unknown) => void;
}

/** How a {@linkcode GroupCommit} gathers writes. */
export interface GroupCommitOptions {
  /** Most writes in one batch. */
  readonly batchMax: number;
  /** Most writes that may wait. */
  readonly queueMax: number;
  /** Starts a batch later: late enough that all writes of one turn of the event loop are in it. */
  readonly schedule: (run: () => void) => void;
  /**
   * When this many writes wait, and at least as many as are being written, a second batch is handed over meanwhile, so
   * that its writer need not wait for it to arrive.
   *
   * @default {Infinity} one batch at a time
   */
  readonly aheadFrom?: number;
  /**
   * Wraps each batch, which is put together only when the work is called, so that all writes that came meanwhile are in.
   * Calls the work once.
   *
   * @default {undefined} batches run at once
   */
  readonly exclusive?: RunExclusive | undefined;
}

/** Runs the work while no other isolate runs any. @returns what the work returns */
export type RunExclusive = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Lets concurrent writes share one commit: while one batch is being written, the next one gathers. A single write does
 * not wait.
 */
export class GroupCommit<Write, Result> {
  readonly #commit: (writes: readonly Write[]) => Promise<readonly Result[]>;
  readonly #options: GroupCommitOptions;
  #waiting: WaitingWrite<Write, Result>[] = [];
  /** The batches that are being written, with their sizes; at most two. */
  readonly #running = new Map<Promise<void>, number>();
  #scheduled = false;
  /** Resolve the calls of `idle`. */
  readonly #idleListeners = new Set<() => void>();

  /**
   * @param commit writes a batch in one transaction and returns the results in the same order; when it fails, every
   * write of the batch fails
   */
  constructor(
    commit: (writes: readonly Write[]) => Promise<readonly Result[]>,
    options: GroupCommitOptions,
  ) {
    this.#commit = commit;
    this.#options = options;
  }

  /**
   * Resolves once the write is on disk.
   *
   * @throws {QueueFullError} if too many writes wait
   */
  add(write: Write): Promise<Result> {
    const { queueMax } = this.#options;
    if (this.#waiting.length >= queueMax) {
      return Promise.reject(new QueueFullError(`Cannot write: ${queueMax} writes wait already`));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({ write, done: resolve, failed: reject });
    this.#startSoon();
    return promise;
  }

  /** Whether no write waits or is being written. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#running.size === 0;
  }

  /**
   * Resolves when it is idle, or after `withinMs`.
   *
   * @param withinMs @default {Infinity} however long it takes
   */
  async idle(withinMs = Infinity): Promise<void> {
    if (this.isIdle) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idleListeners.add(resolve);
    await withTimeout(promise, { ms: withinMs, fallback: () => {} });
    this.#idleListeners.delete(resolve);
  }

  #mayStart(): boolean {
    if (this.#running.size === 0) return this.#waiting.length > 0;
    const { aheadFrom = Infinity } = this.#options;
    const [size = 0] = this.#running.values();
    return this.#running.size === 1 && this.#waiting.length >= Math.max(size, aheadFrom);
  }

  #startSoon(): void {
    if (this.#scheduled || !this.#mayStart()) return;
    this.#scheduled = true;
    this.#options.schedule(() => {
      this.#scheduled = false;
      this.#start();
    });
  }

  #start(): void {
    while (this.#mayStart()) {
      const size = Math.min(this.#waiting.length, this.#options.batchMax);
      const running: Promise<void> = this.#next().finally(() => {
        this.#running.delete(running);
        if (this.#options.exclusive) this.#startSoon();
        else this.#start();
        if (this.isIdle) { for (const resolve of this.#idleListeners) resolve(); }
      });
      this.#running.set(running, size);
    }
  }

  async #next(): Promise<void> {
    const { exclusive, batchMax } = this.#options;
    const write = () => this.#write(this.#waiting.splice(0, batchMax));
    if (!exclusive) return await write();
    try {
      await exclusive(write);
    } catch (error) {
      // The work was never called; what waits must not wait for ever.
      for (const { failed } of this.#waiting.splice(0)) failed(error);
    }
  }

  async #write(batch: readonly WaitingWrite<Write, Result>[]): Promise<void> {
    try {
      const results = await this.#commit(batch.map(({ write }) => write));
      if (results.length !== batch.length) {
        throw new Error(`A batch of ${batch.length} writes got ${results.length} results`);
      }
      batch.forEach(({ done }, index) => done(results[index] as Result));
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
  }
}
