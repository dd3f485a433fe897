/**
 * An isolate in a worker that takes a `SharedLock`.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { SharedLock } from "../../src/lib/concurrency/shared_lock.ts";

declare const self: DedicatedWorkerGlobalScope;

/** What the isolate is to do. */
export interface Order {
  readonly memory: SharedArrayBuffer;
  readonly isolate: number;
  /**
   * How often it increments the count under the lock. After that it takes the lock once more and reports that; with
   * `hold` it keeps it.
   */
  readonly times: number;
  readonly hold: boolean;
  /** The count, which is read and written a while later; and how many isolates have begun, so that they count together. */
  readonly count: SharedArrayBuffer;
  /** The number of isolates. */
  readonly isolates: number;
}

/** More steps of promises than an isolate needs to take its ticket. */
const STEPS = 10;

/**
 * What it reports: that it is ready, that it holds the lock, or in the end how many turns others had at most between its
 * ticket and its turn.
 */
export type Said = "ready" | "holds" | number;

const order = Promise.withResolvers<Order>();

self.onmessage = async ({ data }: MessageEvent<Order | "go">) => {
  if (data === "go") await go(await order.promise);
  else {
    order.resolve(data);
    say("ready");
  }
};

async function go({ memory, isolate, isolates, times, hold, ...shared }: Order): Promise<void> {
  const lock = new SharedLock(memory, isolate);
  const count = new Int32Array(shared.count);
  Atomics.add(count, 1, 1);
  while (Atomics.load(count, 1) < isolates && !hold) await new Promise((resolve) => setTimeout(resolve));
  let before = 0;
  let most = 0;
  for (let n = 0; n < times; n++) {
    const turn = lock.run(async () => {
      before = count[0] as number;
      await Promise.resolve();
      count[0] = before + 1;
    });
    for (let step = 0; step < STEPS; step++) await Promise.resolve();
    const withTicket = Atomics.load(count, 0);
    await turn;
    most = Math.max(most, before - withTicket);
  }
  if (!hold) return say(most);
  await lock.run(() => {
    say("holds");
    return new Promise(() => {});
  });
}

function say(what: Said): void {
  self.postMessage(what);
}
