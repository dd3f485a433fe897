import { deepEqual, equal } from "node:assert/strict";
import { DEVICE } from "../../lib/limits.ts";
import { DtuHeartbeats } from "./dtu_heartbeats.ts";

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

test("DtuHeartbeats counts a DTU as gone after two intervals in which the line was idle in both directions", () => {
  const said = new DtuHeartbeats({ configuredMs: 30_000, learns: true, now: 0 });
  deepEqual([said.askAt, said.goneAt], [36_000, 60_000]);
  said.received(10_000);
  equal(said.goneAt, 70_000);
  const unknown = new DtuHeartbeats({ configuredMs: undefined, learns: true, now: 0 });
  equal(unknown.goneAt, DEVICE.silenceMs);
});

test("DtuHeartbeats does not count silence while what was sent puts the heartbeat off", () => {
  const heartbeats = new DtuHeartbeats({ configuredMs: 50_000, learns: true, now: 0 });
  for (let now = 0; now <= 600_000; now += 40_000) heartbeats.sent(now);
  equal(heartbeats.goneAt, 600_000 + 60_000);
  const unknown = new DtuHeartbeats({ configuredMs: undefined, learns: true, now: 0 });
  unknown.sent(149_000);
  equal(unknown.goneAt, 149_000 + DEVICE.silenceMs);
});

test("DtuHeartbeats counts silence all the same once a heartbeat had the time to come", () => {
  const heartbeats = new DtuHeartbeats({ configuredMs: 50_000, learns: true, now: 0 });
  heartbeats.sent(60_000);
  heartbeats.sent(99_000);
  equal(heartbeats.goneAt, 100_000);
  heartbeats.received(99_500);
  heartbeats.sent(100_000);
  equal(heartbeats.goneAt, 199_500);
  heartbeats.sent(190_000);
  equal(heartbeats.goneAt, 199_500);
});

test("DtuHeartbeats leaves the line free early enough for a heartbeat to come before the DTU counts as gone", () => {
  for (const said of [1_000, 50_000, 120_000, 3_600_000]) {
    const heartbeats = new DtuHeartbeats({ configuredMs: said, learns: true, now: 0 });
    heartbeats.sent(heartbeats.quietFrom);
    equal(heartbeats.quietFrom + said < heartbeats.goneAt, true);
  }
});

test("DtuHeartbeats learns no interval so long that our own bytes may have caused it", () => {
  const heartbeats = new DtuHeartbeats({ configuredMs: undefined, learns: true, now: 0 });
  for (let beat = 1; beat <= 10; beat++) {
    heartbeats.received(beat * 80_000);
    heartbeats.heartbeatReceived(beat * 80_000);
  }
  equal(heartbeats.intervalMs, undefined);
  equal(heartbeats.goneAt, 800_000 + DEVICE.silenceMs);
});
