import { equal } from "node:assert/strict";
import { getEventListeners } from "node:events";
import { delay } from "./delay.ts";

/** Longer than any test waits: only the signal can end it. */
const FOREVER_MS = 60_000;

Deno.test("delay() resolves after its time, and not before", async () => {
  const since = performance.now();
  await delay(20);
  // Timers go by whole milliseconds.
  equal(performance.now() - since >= 19, true);
});

Deno.test("delay() resolves as soon as the signal is aborted, or at once where it is already", async () => {
  const controller = new AbortController();
  const waiting = delay(FOREVER_MS, controller);
  controller.abort();
  await waiting;
  await delay(FOREVER_MS, controller);
});

Deno.test("delay() leaves no listener on a signal that lives longer", async () => {
  const { signal } = new AbortController();
  for (let n = 0; n < 3; n++) await delay(0, { signal });
  equal(getEventListeners(signal, "abort").length, 0);
});
