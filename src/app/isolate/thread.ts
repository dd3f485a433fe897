import { StartError } from "../startup_errors.ts";
import type { FromIsolate, IsolateAddresses, ToIsolate } from "./messages.ts";
import type { IsolateOptions } from "./options.ts";

/** One isolate in a thread of its own, seen from outside. */
export class IsolateThread {
  readonly #worker: Worker;
  readonly #ready = Promise.withResolvers<IsolateAddresses>();
  readonly #ended = Promise.withResolvers<string>();
  readonly #stopped = Promise.withResolvers<void>();

  constructor(options: IsolateOptions) {
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      name: `isolate ${options.index}`,
    });
    this.#worker.onmessage = ({ data }: MessageEvent<FromIsolate>) => this.#hear(data);
    this.#worker.onerror = (event) => {
      // Otherwise the isolate's error would end the whole process.
      event.preventDefault();
      this.#end(event.message);
    };
    // A caller that awaits it gets the error; without one it is not unhandled.
    this.#ready.promise.catch(() => {});
    this.#say({ type: "start", options });
  }

  /**
   * Resolves once the isolate listens.
   *
   * @throws {StartError} if it cannot start
   */
  get ready(): Promise<IsolateAddresses> {
    return this.#ready.promise;
  }

  /** Resolves with the reason when the isolate has ended without being asked to. */
  get ended(): Promise<string> {
    return this.#ended.promise;
  }

  /** Stops the isolate in good order. */
  async stop(): Promise<void> {
    this.#say({ type: "stop" });
    await this.#stopped.promise;
    this.#worker.terminate();
  }

  /** Terminates the isolate at once. */
  kill(why: string): void {
    this.#worker.terminate();
    this.#end(why);
  }

  #hear(message: FromIsolate): void {
    if (message.type === "ready") this.#ready.resolve(message);
    else if (message.type === "stopped") this.#stopped.resolve();
    else {
      this.#worker.terminate();
      this.#end(message.why);
    }
  }

  #end(why: string): void {
    this.#ready.reject(new StartError(why));
    this.#ended.resolve(why);
    this.#stopped.resolve();
  }

  #say(message: ToIsolate): void {
    this.#worker.postMessage(message);
  }
}
