import assert from "node:assert/strict";
import { hearTime, type Instant, serverNowMs, type ServerTime } from "./server_time.ts";

const permissions = "none";

/** A moment of a phone whose clocks agree, but for what is said. */
function at(ms: number, { sleptMs = 0, setMs = 0 } = {}): Instant {
  return { uptimeMs: ms - sleptMs, wallMs: 1_800_000_000_000 + ms + setMs };
}

const heard: ServerTime = { timeMs: 1_000_000, heardAt: at(0) };

Deno.test({
  name: "serverNowMs() goes on from what the server said",
  permissions,
  fn() {
    assert.equal(serverNowMs(heard, at(2_500.7)), 1_002_500);
  },
});

Deno.test({
  name: "serverNowMs() is never ahead of the server, whatever a phone does to its clocks",
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
      const nowMs = serverNowMs(heard, at(90_000, change));
      assert.ok(nowMs <= 1_090_000, `${JSON.stringify(change)}: ${nowMs}`);
      assert.ok(nowMs >= 1_000_000, "nor does it go back");
    }
  },
});

Deno.test({
  name: "hearTime() keeps what it knows over what was longer on its way",
  permissions,
  fn() {
    const slow = { timeMs: 1_020_000, heardAt: at(23_000), askedAt: at(19_900) };
    assert.equal(hearTime(heard, slow), heard);
    assert.equal(hearTime(heard, { timeMs: 1_020_000, heardAt: at(23_000) }), heard, "nobody asked");
  },
});

Deno.test({
  name: "hearTime() takes what is ahead of what it knows: that was long on its way, or the phone slept",
  permissions,
  fn() {
    const quick = { timeMs: 1_025_000, heardAt: at(20_000), askedAt: at(19_900) };
    assert.equal(serverNowMs(hearTime(heard, quick), at(21_000)), 1_026_000);
    const awake = { timeMs: 1_090_000, heardAt: at(90_000, { sleptMs: 60_000 }) };
    assert.equal(serverNowMs(hearTime(heard, awake), at(91_000, { sleptMs: 60_000 })), 1_091_000);
  },
});

Deno.test({
  name: "hearTime() goes back where the server's clock was set back",
  permissions,
  fn() {
    const back = { timeMs: 960_000, heardAt: at(20_000), askedAt: at(19_900) };
    assert.equal(serverNowMs(hearTime(heard, back), at(20_000)), 960_000);
  },
});

Deno.test({
  name: "hearTime() begins with what it hears first",
  permissions,
  fn() {
    assert.deepEqual(hearTime(undefined, { ...heard, askedAt: at(-100) }), heard);
  },
});
