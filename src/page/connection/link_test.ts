import assert from "node:assert/strict";
import { backoffMs } from "./backoff.ts";
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

/** Plays events, each at its moment, and gives the last link with all effects since the beginning. */
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
  name: "backoffMs() doubles up to its cap, with half of it by chance",
  permissions,
  fn() {
    assert.equal(backoffMs(0, 0), backoffFirstMs / 2);
    assert.equal(backoffMs(1, 0), backoffFirstMs);
    assert.equal(backoffMs(0, 0.5), backoffFirstMs * 0.75);
    assert.equal(backoffMs(1000, 0), backoffMaxMs / 2);
    assert.ok(backoffMs(1000, 0.999) < backoffMaxMs);
  },
});

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
  name: "stepLink() gives up a connection that never becomes one",
  permissions,
  fn() {
    const [link, effects] = play(["accepted", 5], ["tick", connectDeadlineMs]);
    assert.equal(link.phase, "waiting");
    assert.deepEqual(effects, ["connect", "drop"]);
  },
});

Deno.test({
  name: "stepLink() pings a quiet socket and replaces it at once when nothing comes back",
  permissions,
  fn() {
    const pinged = pingEveryMs;
    const [asked, effects] = play(["heard", 0], ["tick", pinged]);
    assert.deepEqual(effects, ["connect", "ping"]);
    assert.equal(tickAtMs(asked), pinged + pongDeadlineMs);
    const [dead, after] = play(["heard", 0], ["tick", pinged], ["tick", pinged + pongDeadlineMs]);
    assert.equal(dead.phase, "opening");
    assert.deepEqual(after, ["connect", "ping", "drop", "connect"]);
  },
});

Deno.test({
  name: "stepLink() takes any message as a sign of life",
  permissions,
  fn() {
    const [link] = play(["heard", 0], ["tick", pingEveryMs], ["heard", pingEveryMs + 1]);
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
  name: "stepLink() asks an open socket for a quick sign of life when the person or the network moves",
  permissions,
  fn() {
    for (const event of ["wake", "online", "offline"] as const) {
      const [link, effects] = play(["heard", 0], [event, 1_000]);
      assert.deepEqual(effects, ["connect", "ping"]);
      assert.equal(tickAtMs(link), 1_000 + probeDeadlineMs);
    }
  },
});

Deno.test({
  name: "stepLink() replaces a socket whose page was frozen, without asking it",
  permissions,
  fn() {
    assert.deepEqual(play(["heard", 0], ["wake", frozenAfterMs + 1])[1], ["connect", "drop", "connect"]);
  },
});

Deno.test({
  name: "stepLink() asks for the page after every third socket that never opened",
  permissions,
  fn() {
    const rounds = [1, 2, 3, 4, 5, 6].flatMap((round) =>
      [["closed", round * 100_000], ["tick", round * 100_000 + backoffMaxMs]] as const
    );
    const [, effects] = play(...rounds);
    assert.equal(effects.filter((effect) => effect === "ask-page").length, 2);
    assert.deepEqual(effects.slice(0, 4), ["connect", "connect", "connect", "ask-page"]);
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
    assert.ok(!effects.includes("ask-page"));
  },
});

Deno.test({
  name: "stepLink() clears its tries only after a steady connection",
  permissions,
  fn() {
    const short = play(["closed", 0], ["wake", 1], ["heard", 2], ["closed", 3])[0];
    const steady = play(["closed", 0], ["wake", 1], ["heard", 2], ["closed", 2 + steadyAfterMs])[0];
    assert.equal(tickAtMs(short), 3 + backoffFirstMs);
    assert.equal(tickAtMs(steady), 2 + steadyAfterMs + backoffFirstMs / 2);
  },
});
