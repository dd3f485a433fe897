import { deepEqual, equal } from "node:assert/strict";
import { drain } from "./drain.ts";

const now = () => performance.now();
const close = (one: One) => one.close();

/** A peer that remembers when its connection was closed. */
class One {
  isBusy: boolean;
  isRetired = false;
  closedAt: number | undefined;
  readonly #all: Set<One>;

  constructor(all: Set<One>, isBusy: boolean) {
    this.isBusy = isBusy;
    this.#all = all.add(this);
  }

  retire(): void {
    this.isRetired = true;
  }

  close(): void {
    this.closedAt ??= now();
    this.#all.delete(this);
  }
}

Deno.test("drain() closes all, not in one moment", async () => {
  const all = new Set<One>();
  const some = Array.from({ length: 500 }, () => new One(all, false));
  await drain(all, { byMs: now() + 60_000, close, now });
  const moments = new Set(some.map(({ closedAt = NaN }) => Math.round(closedAt / 5)));
  equal(all.size, 0);
  equal(moments.size > 10, true);
});

Deno.test("drain() waits for busy connections, and not for ever", async () => {
  const all = new Set<One>();
  const [soon, never] = [new One(all, true), new One(all, true)];
  setTimeout(() => soon.isBusy = false, 60);
  const from = now();
  await drain(all, { byMs: from + 300, close, now });
  deepEqual([soon.isRetired, never.isRetired], [true, true]);
  equal(all.size, 0);
  equal((soon.closedAt ?? 0) < (never.closedAt ?? 0), true);
});
