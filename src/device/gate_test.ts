import { deepEqual, equal } from "node:assert/strict";
import { DEVICE } from "../limits.ts";
import { Gate } from "./gate.ts";

Deno.test("a gate lets the next one in when one has begun, in order, and not twice for one", async () => {
  const gate = new Gate();
  const passages = await Promise.all(Array.from({ length: DEVICE.beginningMax }, () => gate.enter()));
  const begun: number[] = [];
  const waiting = [0, 1, 2].map((n) => gate.enter().then((passage) => (begun.push(n), passage)));
  for (const passage of passages) passage.heard();
  passages[0]?.over();
  passages[0]?.over();
  await waiting[0];
  deepEqual(begun, [0]);
  for (const passage of passages) passage.over();
  for (const passage of await Promise.all(waiting)) passage.over();
  deepEqual(begun, [0, 1, 2]);
});

Deno.test("a gate does not wait for who says nothing", async () => {
  const gate = new Gate();
  const silent = await Promise.all(Array.from({ length: DEVICE.beginningMax }, () => gate.enter()));
  const passage = await gate.enter();
  equal(silent.length, DEVICE.beginningMax);
  for (const one of [passage, ...silent]) one.over();
});
