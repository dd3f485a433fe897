import type { CommandWrite, Effect } from "./commands.ts";
import type { Written } from "./sqlite_worker.ts";

/** The other end of `sqlite_worker.ts`. Batches are written in the order in which they come. */
export class SqliteThread implements Disposable {
  readonly #worker: Worker;
  readonly #waiting: PromiseWithResolvers<readonly Effect[]>[] = [];
  #broken: Error | undefined;
  #isReady = false;

  /** @param file the database, which must exist and be up to date */
  constructor(file: string) {
    this.#worker = new Worker(new URL("./sqlite_worker.ts", import.meta.url), { type: "module", name: file });
    this.#worker.onmessage = ({ data }: MessageEvent<Written>) => {
      this.#isReady = true;
      const waiting = this.#waiting.shift();
      if ("done" in data) waiting?.resolve(data.done);
      else waiting?.reject(Object.assign(new Error(data.error.message), { code: data.error.code }));
    };
    this.#worker.onerror = (event) => {
      // Otherwise the thread's error would end the process.
      event.preventDefault();
      this.#broken = new Error(`The database's thread ended: ${event.message}`);
      for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#broken);
    };
    this.write([]).catch(() => {});
  }

  /**
   * Whether it has started, which is known by its first answer. Until then a batch would only wait: a worker that was
   * started by a worker takes a second (Deno 2.9).
   */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Whether it still takes batches. */
  get isSound(): boolean {
    return this.#broken === undefined;
  }

  /**
   * Writes the batch in one commit.
   *
   * @returns what became of each write
   * @throws {Error} if the database did not take it, or the thread ended; it may then be written all the same
   */
  async write(writes: readonly CommandWrite[]): Promise<readonly Effect[]> {
    if (this.#broken) throw this.#broken;
    const waiting = Promise.withResolvers<readonly Effect[]>();
    this.#waiting.push(waiting);
    this.#worker.postMessage(JSON.stringify(writes));
    return await waiting.promise;
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}
