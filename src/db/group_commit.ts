/** Thrown by {@linkcode GroupCommit.add} when too much waits already: the database is too slow or gone. */
export class QueueFullError extends Error {
  override name = "QueueFullError";
}

interface WaitingWrite<Write, Result> {
  readonly write: Write;
  readonly done: (result: Result) => void;
  readonly failed: (error: unknown) => void;
}

/** How a {@linkcode GroupCommit} gathers. */
export interface GroupOptions {
  /** Writes in one batch. */
  readonly batchMax: number;
  /** Writes that may wait. */
  readonly queueMax: number;
  /** When a batch starts: late enough that all that one turn of the event loop brings is in. */
  readonly schedule: (run: () => void) => void;
  /**
   * How many writes have to wait, and as many as are being written, for a second batch to be handed over meanwhile:
   * then whoever writes need not wait for the next one to reach it.
   *
   * @default {Infinity} one batch at a time
   */
  readonly aheadFrom?: number;
  /**
   * What a batch waits for before it is put together, so that all that comes meanwhile is in; it calls the work once.
   *
   * @default {undefined} nothing
   */
  readonly turn?: Turn | undefined;
}

/** Does the work when its turn has come, and answers as it does. */
export type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Lets writes of many people share one commit: while one batch is being written the next one gathers. One person
 * alone waits for nobody.
 */
export class GroupCommit<Write, Result> {
  readonly #commit: (writes: readonly Write[]) => Promise<readonly Result[]>;
  readonly #options: GroupOptions;
  #waiting: WaitingWrite<Write, Result>[] = [];
  /** The batches that are being written, by their sizes; at most two. */
  readonly #running = new Map<Promise<void>, number>();
  #scheduled = false;
  /** Those who wait for an idle moment. */
  readonly #idlers = new Set<() => void>();

  /**
   * @param commit writes a batch in one transaction and answers in the same order; when it fails, every write of
   * the batch fails
   */
  constructor(
    commit: (writes: readonly Write[]) => Promise<readonly Result[]>,
    options: GroupOptions,
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

  /** Whether nothing waits, and nothing is being written. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#running.size === 0;
  }

  /**
   * Resolves when nothing waits any more, or after that time. Where there is no idle moment for hours, nothing is left
   * behind of who gave up waiting.
   *
   * @param withinMs @default {Infinity} however long it takes
   */
  async idle(withinMs = Infinity): Promise<void> {
    if (this.isIdle) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idlers.add(resolve);
    const timer = withinMs === Infinity ? undefined : setTimeout(resolve, withinMs);
    await promise;
    clearTimeout(timer);
    this.#idlers.delete(resolve);
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
        if (this.#options.turn) this.#startSoon();
        else this.#start();
        if (this.isIdle) { for (const idle of this.#idlers) idle(); }
      });
      this.#running.set(running, size);
    }
  }

  async #next(): Promise<void> {
    const { turn, batchMax } = this.#options;
    const write = () => this.#write(this.#waiting.splice(0, batchMax));
    if (!turn) return await write();
    try {
      await turn(write);
    } catch (error) {
      // No turn will come; who waited for one must not wait for ever.
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
