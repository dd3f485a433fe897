import { deepEqual, equal } from "node:assert/strict";
import { DEVICE } from "../../lib/limits.ts";
import { DtuHeartbeats } from "./dtu_heartbeats.ts";

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

test("Heartbeats counts a DTU as gone after two intervals in which nothing went either way", () => {
  const said = new DtuHeartbeats({ said: 30_000, learns: true, now: 0 });
  deepEqual([said.askAt, said.goneAt], [36_000, 60_000]);
  said.heard(10_000);
  equal(said.goneAt, 70_000);
  const unknown = new DtuHeartbeats({ said: undefined, learns: true, now: 0 });
  equal(unknown.goneAt, DEVICE.silenceMs);
});

test("Heartbeats does not count silence while what was sent puts the heartbeat off", () => {
  const heartbeats = new DtuHeartbeats({ said: 50_000, learns: true, now: 0 });
  for (let now = 0; now <= 600_000; now += 40_000) heartbeats.wrote(now);
  equal(heartbeats.goneAt, 600_000 + 60_000);
  const unknown = new DtuHeartbeats({ said: undefined, learns: true, now: 0 });
  unknown.wrote(149_000);
  equal(unknown.goneAt, 149_000 + DEVICE.silenceMs);
});

test("Heartbeats counts silence all the same once a heartbeat had the time to come", () => {
  const heartbeats = new DtuHeartbeats({ said: 50_000, learns: true, now: 0 });
  heartbeats.wrote(60_000);
  heartbeats.wrote(99_000);
  equal(heartbeats.goneAt, 100_000);
  heartbeats.heard(99_500);
  heartbeats.wrote(100_000);
  equal(heartbeats.goneAt, 199_500);
  heartbeats.wrote(190_000);
  equal(heartbeats.goneAt, 199_500);
});

test("Heartbeats leaves the line free early enough for a heartbeat to come before the DTU counts as gone", () => {
  for (const said of [1_000, 50_000, 120_000, 3_600_000]) {
    const heartbeats = new DtuHeartbeats({ said, learns: true, now: 0 });
    heartbeats.wrote(heartbeats.awaitedFrom);
    equal(heartbeats.awaitedFrom + said < heartbeats.goneAt, true);
  }
});

test("Heartbeats learns no interval so long that it may come of what was sent", () => {
  const heartbeats = new DtuHeartbeats({ said: undefined, learns: true, now: 0 });
  for (let beat = 1; beat <= 10; beat++) {
    heartbeats.heard(beat * 80_000);
    heartbeats.beat(beat * 80_000);
  }
  equal(heartbeats.everyMs, undefined);
  equal(heartbeats.goneAt, 800_000 + DEVICE.silenceMs);
});
