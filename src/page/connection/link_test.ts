import assert from "node:assert/strict";
import { beginLink, type LinkEffect, type LinkEvent, type LinkState, stepLink, tickAtMs } from "./link.ts";
import {
  backoffFirstMs,
  backoffMaxMs,
  connectDeadlineMs,
  frozenAfterMs,
  pingEveryMs,
  pongDeadlineMs,
  probeDeadlineMs,
  steadyAfterMs,
} from "../times.ts";

const permissions = "none";

/** Applies events, each at its time; returns the last state and all effects since the beginning. */
function play(...events: readonly (readonly [LinkEvent, number])[]): [LinkState, LinkEffect[]] {
  let [link, effects] = beginLink(0);
  const all = [...effects];
  for (const [event, nowMs] of events) {
    [link, effects] = stepLink(link, { event, at: { nowMs, random: 0 } });
    all.push(...effects);
  }
  return [link, all];
}

Deno.test({
  name: "stepLink() connects at once, then after growing waits",
  permissions,
  fn() {
    const [first] = play(["closed", 10]);
    assert.equal(first.phase, "waiting");
    assert.equal(tickAtMs(first), 10 + backoffFirstMs / 2);
    const [second, effects] = play(["closed", 10], ["tick", 260], ["closed", 300]);
    assert.equal(tickAtMs(second), 300 + backoffFirstMs);
    assert.deepEqual(effects, ["connect", "connect"]);
  },
});

Deno.test({
  name: "stepLink() does not connect before its time when ticked early",
  permissions,
  fn() {
    assert.deepEqual(play(["closed", 10], ["tick", 11])[1], ["connect"]);
  },
});

Deno.test({
  name: "stepLink() gives up a connection that brings no message in time",
  permissions,
  fn() {
    const [link, effects] = play(["accepted", 5], ["tick", connectDeadlineMs]);
    assert.equal(link.phase, "waiting");
    assert.deepEqual(effects, ["connect", "drop"]);
  },
});

Deno.test({
  name: "stepLink() pings a quiet socket and replaces it at once when no answer comes",
  permissions,
  fn() {
    const pinged = pingEveryMs;
    const [asked, effects] = play(["received", 0], ["tick", pinged]);
    assert.deepEqual(effects, ["connect", "ping"]);
    assert.equal(tickAtMs(asked), pinged + pongDeadlineMs);
    const [dead, after] = play(["received", 0], ["tick", pinged], ["tick", pinged + pongDeadlineMs]);
    assert.equal(dead.phase, "opening");
    assert.deepEqual(after, ["connect", "ping", "drop", "connect"]);
  },
});

Deno.test({
  name: "stepLink() takes any message as a sign of life",
  permissions,
  fn() {
    const [link] = play(["received", 0], ["tick", pingEveryMs], ["received", pingEveryMs + 1]);
    assert.equal(tickAtMs(link), 2 * pingEveryMs);
  },
});

Deno.test({
  name: "stepLink() connects without waiting when the person or the network is back",
  permissions,
  fn() {
    for (const event of ["wake", "online"] as const) {
      assert.deepEqual(play(["closed", 10], [event, 11])[1], ["connect", "connect"]);
    }
  },
});

Deno.test({
  name: "stepLink() starts over when the network comes while it connects",
  permissions,
  fn() {
    assert.deepEqual(play(["online", 10])[1], ["connect", "drop", "connect"]);
    assert.deepEqual(play(["wake", 10])[1], ["connect"]);
  },
});

Deno.test({
  name:
    "stepLink() pings an open socket with a short deadline when the person comes back or the network changes",
  permissions,
  fn() {
    for (const event of ["wake", "online", "offline"] as const) {
      const [link, effects] = play(["received", 0], [event, 1_000]);
      assert.deepEqual(effects, ["connect", "ping"]);
      assert.equal(tickAtMs(link), 1_000 + probeDeadlineMs);
    }
  },
});

Deno.test({
  name: "stepLink() replaces a socket whose page was frozen, without a ping",
  permissions,
  fn() {
    assert.deepEqual(play(["received", 0], ["wake", frozenAfterMs + 1])[1], ["connect", "drop", "connect"]);
  },
});

Deno.test({
  name: "stepLink() checks the page after every third socket that never opened",
  permissions,
  fn() {
    const rounds = [1, 2, 3, 4, 5, 6].flatMap((round) =>
      [["closed", round * 100_000], ["tick", round * 100_000 + backoffMaxMs]] as const
    );
    const [, effects] = play(...rounds);
    assert.equal(effects.filter((effect) => effect === "check-page").length, 2);
    assert.deepEqual(effects.slice(0, 4), ["connect", "connect", "connect", "check-page"]);
  },
});

Deno.test({
  name: "stepLink() does not count a socket that opened among those that never did",
  permissions,
  fn() {
    const [, effects] = play(["closed", 0], ["wake", 1], ["accepted", 2], ["closed", 3], ["wake", 4], [
      "closed",
      5,
    ]);
    assert.ok(!effects.includes("check-page"));
  },
});

Deno.test({
  name: "stepLink() resets its tries only after a steady connection",
  permissions,
  fn() {
    const short = play(["closed", 0], ["wake", 1], ["received", 2], ["closed", 3])[0];
    const steady = play(["closed", 0], ["wake", 1], ["received", 2], ["closed", 2 + steadyAfterMs])[0];
    assert.equal(tickAtMs(short), 3 + backoffFirstMs);
    assert.equal(tickAtMs(steady), 2 + steadyAfterMs + backoffFirstMs / 2);
  },
});
