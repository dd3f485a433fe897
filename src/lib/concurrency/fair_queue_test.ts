import { deepEqual, equal } from "node:assert/strict";
import { FairQueue } from "./fair_queue.ts";

function queueOf(...all: [network: string, one: number][]): FairQueue<number> {
  const queue = new FairQueue<number>();
  for (const [network, one] of all) queue.add([network], one);
  return queue;
}

function takeAll(queue: FairQueue<number>): number[] {
  const taken: number[] = [];
  for (let one; (one = queue.take()) !== undefined;) taken.push(one);
  return taken;
}

Deno.test("FairQueue.take() lets networks take turns, and has the order of each", () => {
  const queue = queueOf(["a", 1], ["a", 2], ["a", 3], ["b", 4], ["c", 5], ["b", 6]);
  equal(queue.size, 6);
  deepEqual([queue.take(), queue.take()], [1, 4]);
  queue.add(["d"], 7);
  deepEqual(takeAll(queue), [5, 2, 6, 7, 3]);
  equal(queue.size, 0);
});

Deno.test("FairQueue.delete() takes out what waits, once", () => {
  const queue = queueOf(["a", 1], ["a", 2], ["b", 3]);
  for (const [network, one] of [["a", 1], ["a", 1], ["b", 3], ["c", 4]] as const) {
    queue.delete([network], one);
  }
  equal(queue.size, 1);
  deepEqual(takeAll(queue), [2]);
});

Deno.test("FairQueue.take() lets the largest blocks take turns, however many smaller ones of one wait", () => {
  const queue = new FairQueue<string>();
  for (let n = 0; n < 3; n++) {
    for (const one of ["1", "2"]) queue.add(["site", `part ${n}`], `site ${n}.${one}`);
  }
  for (const one of ["x", "y"]) queue.add(["other"], one);
  queue.delete(["site", "part 1"], "site 1.1");
  const taken: string[] = [];
  for (let one; (one = queue.take()) !== undefined;) taken.push(one);
  deepEqual(taken, ["site 0.1", "x", "site 1.2", "y", "site 2.1", "site 0.2", "site 2.2"]);
  equal(queue.size, 0);
});
