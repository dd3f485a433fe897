import { deepEqual, equal, rejects } from "node:assert/strict";
import { withTimeout } from "./timeout.ts";

const pure = { permissions: "none" } as const;

/** A clock that is turned by hand, and its alarms that are set. */
function handClock() {
  const alarms = new Map<() => void, number>();
  const after = (ms: number, callback: () => void) => {
    alarms.set(callback, ms);
    return () => void alarms.delete(callback);
  };
  const ring = () => [...alarms.keys()].forEach((alarm) => alarm());
  return { clock: { after }, alarms, ring };
}

Deno.test(
  "withTimeout() answers as the work does when it is in time, and cancels its alarm",
  pure,
  async () => {
    const { clock, alarms } = handClock();
    const done = withTimeout(Promise.resolve("done"), { ms: 100, clock, fallback: () => "late" });
    deepEqual([...alarms.values()], [100]);
    equal(await done, "done");
    await rejects(withTimeout(Promise.reject(new Error("broken")), { ms: 100, clock }), /^Error: broken$/);
    equal(alarms.size, 0);
  },
);

Deno.test("withTimeout() answers the fallback when the time is up", pure, async () => {
  const { clock, alarms, ring } = handClock();
  const late = withTimeout(new Promise<string>(() => {}), { ms: 100, clock, fallback: () => "late" });
  ring();
  equal(await late, "late");
  equal(alarms.size, 0);
});

Deno.test(
  "withTimeout() rejects with a TimeoutError when the time is up and there is no fallback",
  pure,
  async () => {
    const { clock, ring } = handClock();
    const late = withTimeout(new Promise(() => {}), { ms: 100, clock });
    ring();
    await rejects(late, { name: "TimeoutError", message: "Not done within 100 ms" });
  },
);

Deno.test("withTimeout() drops a failure of the work after the time is up", pure, async () => {
  const { clock, ring } = handClock();
  const work = Promise.withResolvers<void>();
  const late = withTimeout(work.promise, { ms: 100, clock, fallback: () => "late" });
  ring();
  equal(await late, "late");
  // Were it not dropped, it would end the test run as unhandled.
  work.reject(new Error("too late"));
  await Promise.resolve();
});

Deno.test("withTimeout() waits for ever when the time is Infinity", pure, async () => {
  const { clock, alarms } = handClock();
  const work = Promise.withResolvers<string>();
  const done = withTimeout(work.promise, { ms: Infinity, clock });
  equal(alarms.size, 0);
  work.resolve("done");
  equal(await done, "done");
});

Deno.test("withTimeout() goes by the system's clock unless told otherwise", async () => {
  equal(await withTimeout(new Promise(() => {}), { ms: 1, fallback: () => "late" }), "late");
});
