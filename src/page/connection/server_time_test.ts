import assert from "node:assert/strict";
import { betterTime, type Instant, serverNowMs, type ServerTime } from "./server_time.ts";

const permissions = "none";

/** A time on a phone whose clocks agree, apart from the sleep and the setting given. */
function at(ms: number, { sleptMs = 0, setMs = 0 } = {}): Instant {
  return { uptimeMs: ms - sleptMs, wallMs: 1_800_000_000_000 + ms + setMs };
}

const known: ServerTime = { timeMs: 1_000_000, receivedAt: at(0) };

Deno.test({
  name: "serverNowMs() adds the time since the reading",
  permissions,
  fn() {
    assert.equal(serverNowMs(known, at(2_500.7)), 1_002_500);
  },
});

Deno.test({
  name: "serverNowMs() is never ahead of the server, whatever happens to the phone's clocks",
  permissions,
  fn() {
    const changes = [
      { sleptMs: 60_000 },
      { setMs: 3_600_000 },
      { setMs: -3_600_000 },
      { sleptMs: 60_000, setMs: 3_600_000 },
      { sleptMs: 60_000, setMs: -3_600_000 },
    ];
    for (const change of changes) {
      const nowMs = serverNowMs(known, at(90_000, change));
      assert.ok(nowMs <= 1_090_000, `${JSON.stringify(change)}: ${nowMs}`);
      assert.ok(nowMs >= 1_000_000, "nor does it go back");
    }
  },
});

Deno.test({
  name: "betterTime() keeps the known time when the reading travelled longer",
  permissions,
  fn() {
    const slow = { timeMs: 1_020_000, receivedAt: at(23_000), askedAt: at(19_900) };
    assert.equal(betterTime(known, slow), known);
    assert.equal(betterTime(known, { timeMs: 1_020_000, receivedAt: at(23_000) }), known, "nobody asked");
  },
});

Deno.test({
  name: "betterTime() takes a reading ahead of the known time, which travelled long, or the phone slept",
  permissions,
  fn() {
    const quick = { timeMs: 1_025_000, receivedAt: at(20_000), askedAt: at(19_900) };
    assert.equal(serverNowMs(betterTime(known, quick), at(21_000)), 1_026_000);
    const awake = { timeMs: 1_090_000, receivedAt: at(90_000, { sleptMs: 60_000 }) };
    assert.equal(serverNowMs(betterTime(known, awake), at(91_000, { sleptMs: 60_000 })), 1_091_000);
  },
});

Deno.test({
  name: "betterTime() takes an earlier time when the server's clock was set back",
  permissions,
  fn() {
    const back = { timeMs: 960_000, receivedAt: at(20_000), askedAt: at(19_900) };
    assert.equal(serverNowMs(betterTime(known, back), at(20_000)), 960_000);
  },
});

Deno.test({
  name: "betterTime() takes the first reading",
  permissions,
  fn() {
    assert.deepEqual(betterTime(undefined, { ...known, askedAt: at(-100) }), known);
  },
});
