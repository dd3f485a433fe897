/**
 * An isolate that takes a `SharedLock` in a worker of its own.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { SharedLock } from "../src/shared_lock.ts";

declare const self: DedicatedWorkerGlobalScope;

/** What it is to do. */
export interface Order {
  readonly memory: SharedArrayBuffer;
  readonly isolate: number;
  /**
   * How often it counts up by one under the lock. Once it has the lock after that it keeps it if it is told to
   * `hold`, and says so either way.
   */
  readonly times: number;
  readonly hold: boolean;
  /** A number that is read, and written a while later; and how many isolates have begun: they count together. */
  readonly count: SharedArrayBuffer;
  /** How often each isolate has counted. */
  readonly turns: SharedArrayBuffer;
}

/** What it says: that it knows what to do, that it holds the lock, or how often each had counted when it was done. */
export type Said = "ready" | "holds" | readonly number[];

const order = Promise.withResolvers<Order>();

self.onmessage = async ({ data }: MessageEvent<Order | "go">) => {
  if (data === "go") await go(await order.promise);
  else {
    order.resolve(data);
    say("ready");
  }
};

async function go({ memory, isolate, times, hold, ...shared }: Order): Promise<void> {
  const lock = new SharedLock(memory, isolate);
  const count = new Int32Array(shared.count);
  const turns = new Int32Array(shared.turns);
  Atomics.add(count, 1, 1);
  while (Atomics.load(count, 1) < turns.length && !hold) await new Promise((resolve) => setTimeout(resolve));
  for (let n = 0; n < times; n++) {
    await lock.run(async () => {
      const before = count[0] as number;
      await Promise.resolve();
      count[0] = before + 1;
    });
    turns[isolate] = n + 1;
  }
  if (!hold) return say([...turns]);
  await lock.run(() => {
    say("holds");
    return new Promise(() => {});
  });
}

function say(what: Said): void {
  self.postMessage(what);
}
