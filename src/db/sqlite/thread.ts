import type { CommandWrite, WriteEffect } from "../journal/command_writes.ts";
import type { Job } from "../database.ts";

/** A request to a database's thread. */
export type ThreadRequest =
  /** Whether it has started. */
  | { readonly type: "started" }
  | { readonly type: "commands"; readonly writes: readonly CommandWrite[] }
  | { readonly type: "job"; readonly name: string; readonly data: unknown }
  /** Copies the write-ahead log into the file, as far as no reader needs it. */
  | { readonly type: "checkpoint" };

/** The thread's answer: the result, or why it failed. */
export type ThreadAnswer =
  | { readonly done: unknown }
  | { readonly error: { readonly message: string; readonly code: unknown } };

/** The thread ended. What it was asked may have been done all the same. */
export class ThreadEndedError extends Error {
  override name = "ThreadEndedError";
}

/** A worker that runs `serveSqlite`, as its owner sees it. It does what it is asked in that order. */
export class SqliteThread implements Disposable {
  readonly #worker: Worker;
  /** The requests that are not answered, oldest first. */
  readonly #waiting: PromiseWithResolvers<unknown>[] = [];
  #ended: Error | undefined;
  #isReady = false;

  /**
   * @param file the database, which must exist and be up to date
   * @param module of the worker, which calls `serveSqlite`
   */
  constructor(file: string, module: URL) {
    this.#worker = new Worker(module, { type: "module", name: file });
    this.#worker.onmessage = ({ data }: MessageEvent<ThreadAnswer>) => {
      this.#isReady = true;
      const waiting = this.#waiting.shift();
      if ("done" in data) waiting?.resolve(data.done);
      else waiting?.reject(Object.assign(new Error(data.error.message), { code: data.error.code }));
    };
    this.#worker.onerror = (event) => {
      // Otherwise the thread's error would end the process.
      event.preventDefault();
      this.#ended = new ThreadEndedError(`The database's thread ended: ${event.message}`);
      for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#ended);
    };
    this.#ask({ type: "started" }).catch(() => {});
  }

  /**
   * Whether it has started, which its first answer shows. Until then requests would only wait: a worker that was started
   * by a worker takes a second (Deno 2.9).
   */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Whether the worker has not ended. */
  get isRunning(): boolean {
    return this.#ended === undefined;
  }

  /**
   * Writes the batch in one commit.
   *
   * @returns the effect of each write
   * @throws {ThreadEndedError} if the thread ended
   * @throws {Error} if the database did not commit it
   */
  async write(writes: readonly CommandWrite[]): Promise<readonly WriteEffect[]> {
    return await this.#ask({ type: "commands", writes }) as readonly WriteEffect[];
  }

  /**
   * Runs the job in a transaction.
   *
   * @throws {Error} as {@linkcode write} does, or with the message and the code of what the job threw
   */
  async run<In, Out>({ name }: Job<In, Out>, data: In): Promise<Out> {
    return await this.#ask({ type: "job", name, data }) as Out;
  }

  /** Copies the write-ahead log into the file. @returns how many pages the log has */
  async checkpoint(): Promise<number> {
    return await this.#ask({ type: "checkpoint" }) as number;
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }

  async #ask(request: ThreadRequest): Promise<unknown> {
    if (this.#ended) throw this.#ended;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.push(waiting);
    this.#worker.postMessage(JSON.stringify(request));
    return await waiting.promise;
  }
}
