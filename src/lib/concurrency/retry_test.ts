import { deepEqual, equal, rejects } from "node:assert/strict";
import { retry } from "./retry.ts";

const pure = { permissions: "none" } as const;

/** Work that fails so many times before it succeeds. */
function failingFirst(times: number) {
  let tries = 0;
  return () => ++tries > times ? Promise.resolve(tries) : Promise.reject(new Error(`try ${tries}`));
}

Deno.test("retry() tries again while it may, and answers what the work does at last", pure, async () => {
  const seen: unknown[] = [];
  const mayRetry = (error: unknown, tries: number) => seen.push([String(error), tries]) > 0;
  equal(await retry(failingFirst(2), { mayRetry }), 3);
  deepEqual(seen, [["Error: try 1", 1], ["Error: try 2", 2]]);
});

Deno.test("retry() throws the last failure when it may not try again", pure, async () => {
  const mayRetry = (_error: unknown, tries: number) => tries < 3;
  await rejects(retry(failingFirst(3), { mayRetry }), /^Error: try 3$/);
  equal(await retry(failingFirst(2), { mayRetry }), 3);
});

Deno.test("retry() pauses after a failure", async () => {
  const since = performance.now();
  equal(await retry(failingFirst(2), { mayRetry: () => true, pauseMs: 10 }), 3);
  // Timers go by whole milliseconds.
  equal(performance.now() - since >= 18, true);
});
