import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import type { Order, Said } from "../../../testing/programs/shared_lock_worker.ts";
import { SharedLock } from "./shared_lock.ts";
import { sized } from "../../../testing/test_run.ts";
import { SIZE } from "../../../tests/sizes.ts";

const DEADLINE_MS = 60_000;

/** Waits for it; while a lock alone is waited for, nothing else keeps the event loop alive. */
async function inTime<T>(promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new Error("Waited in vain")), DEADLINE_MS);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** So many isolates' ends of one lock, in this isolate. */
function locks(isolates: number): { memory: SharedArrayBuffer; ends: SharedLock[] } {
  const memory = SharedLock.memory(isolates);
  return { memory, ends: Array.from({ length: isolates }, (_, n) => new SharedLock(memory, n)) };
}

/** Work that has begun and goes on until it is let go. */
function held(lock: SharedLock): { begun: Promise<void>; over: Promise<void>; letGo: () => void } {
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const over = lock.run(() => {
    begun.resolve();
    return gate.promise;
  });
  return { begun: begun.promise, over, letGo: gate.resolve };
}

Deno.test("SharedLock.run() answers as the work does, one after another", async () => {
  const { ends: [lock] } = locks(1);
  ok(lock);
  const order: string[] = [];
  const one = lock.run(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    order.push("one");
    return 1;
  });
  const two = lock.run(() => Promise.reject(new RangeError("no")));
  const three = lock.run(() => Promise.resolve(order.push("three")));
  await rejects(two, RangeError);
  deepEqual(await Promise.all([one, three]), [1, 2]);
  deepEqual(order, ["one", "three"]);
});

Deno.test("SharedLock.run() serves isolates in the order in which they came, past the last number of a ticket", async () => {
  for (const next of [0, 2 ** 22 - 4, 2 ** 31 - 4, 2 ** 32 - 4]) {
    const { memory, ends } = locks(3);
    new Int32Array(memory)[0] = next;
    for (let round = 0; round < 4; round++) {
      const order: number[] = [];
      const first = held(ends[round % 3] as SharedLock);
      await inTime(first.begun);
      const rest = [1, 2].map((n) => (round + n) % 3).map((n) =>
        (ends[n] as SharedLock).run(() => Promise.resolve(order.push(n)))
      );
      first.letGo();
      await inTime(Promise.all([first.over, ...rest]));
      deepEqual(order, [(round + 1) % 3, (round + 2) % 3], `round ${round} from ticket ${next}`);
    }
  }
});

Deno.test("SharedLock.abandon() passes over who held the lock, and over who waited for it", async () => {
  const { memory, ends } = locks(3);
  const [holder, waiter, next] = ends as [SharedLock, SharedLock, SharedLock];
  const first = held(holder);
  await inTime(first.begun);
  const second = waiter.run(() => Promise.resolve());
  const third = held(next);
  await later();
  SharedLock.abandon(memory, 1);
  SharedLock.abandon(memory, 0);
  await inTime(Promise.all([third.begun, rejects(second, /was given up/)]));
  const successor = held(new SharedLock(memory, 0));
  // That the one before goes now does nothing to who has the lock or waits for it.
  first.letGo();
  await inTime(first.over);
  equal(await Promise.race([successor.begun, later()]), "later");
  third.letGo();
  await inTime(Promise.all([third.over, successor.begun]));
  successor.letGo();
  await inTime(successor.over);
});

Deno.test("SharedLock.abandon() frees an isolate that died while it was taking its ticket", async () => {
  const { memory, ends: [, lock] } = locks(2);
  // As a slot is between the two steps of that.
  const slots = new Int32Array(memory, Int32Array.BYTES_PER_ELEMENT);
  slots[0] = 1 << 22;
  const waiting = held(lock as SharedLock);
  equal(await Promise.race([waiting.begun, later()]), "later");
  SharedLock.abandon(memory, 0);
  await inTime(waiting.begun);
  waiting.letGo();
  await inTime(waiting.over);
});

function later(): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, 20, "later"));
}

Deno.test("SharedLock refuses an isolate that was given up, and none of its successors", async () => {
  const { memory, ends: [old] } = locks(1);
  for (let generation = 0; generation < 300; generation++) {
    SharedLock.abandon(memory, 0);
    equal(await new SharedLock(memory, 0).run(() => Promise.resolve(generation)), generation);
  }
  await rejects((old as SharedLock).run(() => Promise.resolve()), /was given up/);
  throws(() => new SharedLock(memory, 1), RangeError);
  throws(() => SharedLock.abandon(memory, -1), RangeError);
});

/** An isolate of its own that does as it is told. */
class Isolate implements Disposable {
  readonly #worker = new Worker(new URL("../../../testing/programs/shared_lock_worker.ts", import.meta.url), {
    type: "module",
  });

  /** Tells it something; answers what it says next. */
  async tell(order: Order | "go"): Promise<Said> {
    const { promise, resolve, reject } = Promise.withResolvers<Said>();
    this.#worker.onmessage = ({ data }) => resolve(data);
    this.#worker.onerror = (event) => reject(new Error(event.message));
    this.send(order);
    return await inTime(promise);
  }

  send(order: Order | "go"): void {
    this.#worker.postMessage(order);
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}

/** What several isolates are told. */
function orders(isolates: number, what: { times: number; hold: boolean }): Order[] {
  const count = new SharedArrayBuffer(8);
  const memory = SharedLock.memory(isolates);
  return Array.from({ length: isolates }, (_, isolate) => ({ memory, isolate, isolates, count, ...what }));
}

Deno.test(
  sized(
    `SharedLock lets no two isolates in at once in ${
      3 * SIZE.lockTurns
    } turns, and none twice before one that waits`,
  ),
  async () => {
    using stack = new DisposableStack();
    const all = orders(3, { times: SIZE.lockTurns, hold: false });
    const isolates = all.map(() => stack.use(new Isolate()));
    await Promise.all(isolates.map((isolate, n) => isolate.tell(all[n] as Order)));
    const said = await Promise.all(isolates.map((isolate) => isolate.tell("go")));
    equal(new Int32Array((all[0] as Order).count)[0], 3 * SIZE.lockTurns);
    ok(said.every((turns) => typeof turns === "number" && turns < isolates.length), String(said));
  },
);

Deno.test("SharedLock goes to the next when the isolate that holds it is terminated, and one that waits", async () => {
  using stack = new DisposableStack();
  const all = orders(3, { times: 100, hold: true });
  const { memory, count } = all[0] as Order;
  const slots = new Int32Array(memory, Int32Array.BYTES_PER_ELEMENT);
  const [holder, waiter, next, successor] = Array.from({ length: 4 }, () => stack.use(new Isolate())) as [
    Isolate,
    Isolate,
    Isolate,
    Isolate,
  ];
  for (const [n, isolate] of [holder, waiter, next].entries()) await isolate.tell(all[n] as Order);
  equal(await holder.tell("go"), "holds");
  waiter.send("go");
  while (slots[1] === 0) await later();
  const holds = next.tell("go");
  while (slots[2] === 0) await later();
  for (const [n, isolate] of [waiter, holder].entries()) {
    isolate[Symbol.dispose]();
    SharedLock.abandon(memory, 1 - n);
  }
  equal(await holds, "holds");
  SharedLock.abandon(memory, 2);
  await successor.tell({ ...all[1] as Order, hold: false });
  equal(await successor.tell("go"), 0);
  equal(new Int32Array(count)[0], 300);
});
