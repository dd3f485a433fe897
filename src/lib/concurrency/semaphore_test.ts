import { deepEqual, equal, rejects } from "node:assert/strict";
import { FairQueue } from "./fair_queue.ts";
import { Semaphore } from "./semaphore.ts";

const pure = { permissions: "none" } as const;
const PERMITS = 32;

/** A semaphore all permits of which are taken, and what of that which comes gets one, in order. */
async function crowded() {
  const semaphore = new Semaphore(PERMITS, new FairQueue());
  for (let n = 0; n < PERMITS; n++) await semaphore.acquire(["some block"]);
  const begun: string[] = [];
  const come = (...blocks: string[]) => {
    for (const block of blocks) semaphore.acquire([block]).then(() => begun.push(block));
  };
  const release = async (times: number) => {
    for (let time = 0; time < times; time++) semaphore.release();
    await Promise.resolve();
  };
  return { semaphore, begun, come, release };
}

Deno.test(
  "Semaphore.acquire() resolves while there are permits, else as they are given back",
  pure,
  async () => {
    const { semaphore, begun, come, release } = await crowded();
    equal(semaphore.waiting, 0);
    come("a", "a", "b");
    await release(0);
    deepEqual([begun, semaphore.waiting], [[], 3]);
    await release(1);
    deepEqual([begun, semaphore.waiting], [["a"], 2]);
    await release(2 + PERMITS);
    deepEqual([begun, semaphore.waiting], [["a", "b", "a"], 0]);
    for (let n = 0; n < PERMITS; n++) await semaphore.acquire(["some block"]);
    come("c");
    equal(semaphore.waiting, 1, "there are as many permits as before");
  },
);

Deno.test("Semaphore with a FairQueue lets origins take turns, however many of one wait", pure, async () => {
  const { begun, come, release } = await crowded();
  come(...Array.from({ length: 1_000 }, () => "flood"), "x", "x", "y");
  await release(6);
  deepEqual(begun, ["flood", "x", "y", "flood", "x", "flood"]);
});

Deno.test(
  "Semaphore.enter() calls back before it returns while there are permits, else first come, first served",
  pure,
  () => {
    const semaphore = new Semaphore(2);
    const begun: number[] = [];
    for (let n = 0; n < 10; n++) semaphore.enter(() => begun.push(n));
    deepEqual([begun, semaphore.waiting], [[0, 1], 8]);
    for (let n = 0; n < 10; n++) semaphore.release();
    deepEqual([begun, semaphore.waiting], [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 0]);
    semaphore.enter(() => begun.push(10));
    semaphore.enter(() => begun.push(11));
    semaphore.enter(() => begun.push(12));
    deepEqual([begun.slice(10), semaphore.waiting], [[10, 11], 1]);
  },
);

Deno.test(
  "Semaphore.enter() bears 50,000 in a row that give their permit back while they begin",
  pure,
  () => {
    const semaphore = new Semaphore(1);
    const begun: number[] = [];
    semaphore.enter(() => {});
    for (let n = 0; n < 50_000; n++) {
      semaphore.enter(() => {
        begun.push(n);
        semaphore.release();
      });
    }
    semaphore.release();
    equal(semaphore.waiting, 0);
    deepEqual(begun, Array.from({ length: 50_000 }, (_, n) => n));
    let isBegun = false;
    semaphore.enter(() => isBegun = true);
    equal(isBegun, true, "the permit is free again");
  },
);

Deno.test(
  "Semaphore.run() runs no more than there are permits, and gives them back after failures",
  pure,
  async () => {
    const semaphore = new Semaphore(2);
    let running = 0;
    let most = 0;
    const work = async (n: number) => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running--;
      if (n % 2 === 0) throw new Error(`work ${n}`);
      return n;
    };
    const results = await Promise.allSettled([0, 1, 2, 3, 4, 5].map((n) => semaphore.run(() => work(n))));
    equal(most, 2);
    deepEqual(
      results.map((result) => result.status === "fulfilled" ? result.value : result.reason.message),
      ["work 0", 1, "work 2", 3, "work 4", 5],
    );
    await rejects(semaphore.run(() => work(6)), /work 6/);
    equal(await semaphore.run(() => work(7)), 7);
  },
);
