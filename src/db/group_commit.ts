/** Thrown by {@linkcode GroupCommit.add} when too much waits already: the database is too slow or gone. */
export class QueueFullError extends Error {
  override name = "QueueFullError";
}

interface Waiting<Write, Result> {
  readonly write: Write;
  readonly done: (result: Result) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Lets writes of many people share one commit: while one batch is being written the next one gathers. One person
 * alone waits for nobody.
 */
export class GroupCommit<Write, Result> {
  readonly #commit: (writes: readonly Write[]) => Promise<readonly Result[]>;
  readonly #limits: { readonly batchMax: number; readonly queueMax: number };
  readonly #schedule: (run: () => void) => void;
  #waiting: Waiting<Write, Result>[] = [];
  #running: Promise<void> | undefined;

  /**
   * @param commit writes a batch in one transaction and answers in the same order; when it fails, every write of
   * the batch fails
   * @param options.schedule when a batch starts: late enough that all that one turn of the event loop brings is in
   */
  constructor(
    commit: (writes: readonly Write[]) => Promise<readonly Result[]>,
    options: { batchMax: number; queueMax: number; schedule: (run: () => void) => void },
  ) {
    this.#commit = commit;
    this.#limits = options;
    this.#schedule = options.schedule;
  }

  /**
   * Resolves once the write is on disk.
   *
   * @throws {QueueFullError} if too many writes wait
   */
  add(write: Write): Promise<Result> {
    if (this.#waiting.length >= this.#limits.queueMax) {
      return Promise.reject(new QueueFullError(`Cannot write: ${this.#limits.queueMax} writes wait already`));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({ write, done: resolve, failed: reject });
    this.#running ??= this.#start();
    return promise;
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #start(): Promise<void> {
    await new Promise<void>((run) => this.#schedule(run));
    while (this.#waiting.length > 0) await this.#writeBatch();
    this.#running = undefined;
  }

  async #writeBatch(): Promise<void> {
    const batch = this.#waiting.splice(0, this.#limits.batchMax);
    try {
      const results = await this.#commit(batch.map(({ write }) => write));
      batch.forEach(({ done }, index) => done(results[index] as Result));
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
  }
}
