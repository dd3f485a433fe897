import type { CommandWrite } from "./commands.ts";
import type { Written } from "./sqlite_worker.ts";

/** The other end of `sqlite_worker.ts`. Batches are written in the order in which they come. */
export class SqliteThread implements Disposable {
  readonly #worker: Worker;
  readonly #waiting: PromiseWithResolvers<readonly boolean[]>[] = [];
  #broken: Error | undefined;
  /** Whether it ever answered: if not, nothing that it was given is written. */
  hasAnswered = false;

  /** @param file the database, which must exist and be up to date */
  constructor(file: string) {
    this.#worker = new Worker(new URL("./sqlite_worker.ts", import.meta.url), { type: "module", name: file });
    this.#worker.onmessage = ({ data }: MessageEvent<Written>) => {
      this.hasAnswered = true;
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
  }

  /** Whether it still takes batches. */
  get isSound(): boolean {
    return this.#broken === undefined;
  }

  /**
   * Writes the batch in one commit.
   *
   * @returns for each write whether it took effect
   * @throws {Error} if the database did not take it, or the thread ended; it may then be written all the same
   */
  async write(writes: readonly CommandWrite[]): Promise<readonly boolean[]> {
    if (this.#broken) throw this.#broken;
    const waiting = Promise.withResolvers<readonly boolean[]>();
    this.#waiting.push(waiting);
    this.#worker.postMessage(JSON.stringify(writes));
    return await waiting.promise;
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}
