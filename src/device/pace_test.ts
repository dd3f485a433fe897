import { deepEqual, equal } from "node:assert/strict";
import { setImmediate } from "node:timers";
import { Pace } from "./pace.ts";

const turnOfTheLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

Deno.test("lets so many begin in each turn of the event loop, in order", async () => {
  const pace = new Pace(3);
  const begun: number[] = [];
  for (let n = 0; n < 8; n++) pace.turn().then(() => begun.push(n));
  await Promise.resolve();
  deepEqual(begun, [0, 1, 2]);
  const seen = [];
  while (begun.length < 8) {
    await turnOfTheLoop();
    seen.push(begun.length);
  }
  deepEqual(begun, [0, 1, 2, 3, 4, 5, 6, 7]);
  equal(seen.every((count, turn) => count <= 3 * (turn + 2)), true, `${seen}`);
});

Deno.test("lets one begin at once who comes alone, again and again", async () => {
  const pace = new Pace(1);
  for (let n = 0; n < 3; n++) {
    await pace.turn();
    await turnOfTheLoop();
  }
});
