import { deepEqual } from "node:assert/strict";
import type { DeviceConn } from "../context.ts";
import { WriteQueue } from "./write_queue.ts";

const test = (name: string, fn: () => Promise<void>): void => Deno.test({ name, permissions: "none", fn });

/** A write queue over a peer that takes so many bytes at a time, when the test says so. */
class Scene {
  now = 0;
  readonly taken: number[] = [];
  readonly failures: string[] = [];
  readonly queue: WriteQueue;
  #asked = Promise.withResolvers<void>();
  #take = Promise.withResolvers<void>();

  constructor(bytesMax = Infinity) {
    const conn = {
      write: async (bytes: Uint8Array) => {
        this.#asked.resolve();
        await this.#take.promise;
        this.#take = Promise.withResolvers();
        const some = [...bytes].slice(0, bytesMax);
        this.taken.push(...some);
        return some.length;
      },
    };
    this.queue = new WriteQueue(conn as DeviceConn, {
      failed: (reason) => this.failures.push(reason),
      now: () => this.now,
    });
  }

  /**
   * The peer takes what is being written; resolves when the queue knows and writes the next chunk, if there
   * is one.
   */
  async takes(): Promise<void> {
    await this.#asked.promise;
    this.#asked = Promise.withResolvers();
    this.#take.resolve();
    await Promise.race([this.#asked.promise, this.queue.flush(60_000)]);
  }
}

test("WriteQueue does not write bytes that waited too long, nor those behind them", async () => {
  const scene = new Scene();
  scene.queue.send(Uint8Array.of(1));
  scene.queue.send(Uint8Array.of(2), 4_000);
  scene.queue.send(Uint8Array.of(3));
  scene.now = 4_000;
  await scene.takes();
  deepEqual([scene.taken, scene.failures], [[1], ["stalled"]]);
});

test("WriteQueue does not write the rest of bytes that became too late between two parts", async () => {
  const scene = new Scene(2);
  scene.queue.send(Uint8Array.of(1, 2, 3, 4), 4_000);
  scene.now = 3_999;
  await scene.takes();
  scene.now = 4_000;
  await scene.takes();
  deepEqual([scene.taken, scene.failures], [[1, 2, 3, 4], []], "the second part left in time");
  scene.queue.send(Uint8Array.of(5, 6, 7, 8), 8_000);
  scene.now = 8_000;
  await scene.takes();
  deepEqual([scene.taken.slice(4), scene.failures], [[5, 6], ["stalled"]]);
});

test("WriteQueue writes waiting bytes in time and in order, and forgets their deadline", async () => {
  const scene = new Scene();
  scene.queue.send(Uint8Array.of(1));
  scene.queue.send(Uint8Array.of(2), 4_000);
  scene.now = 3_999;
  await scene.takes();
  scene.queue.send(Uint8Array.of(3));
  await scene.takes();
  scene.now = 10_000;
  await scene.takes();
  deepEqual([scene.taken, scene.failures], [[1, 2, 3], []]);
});
