import { deepEqual, equal } from "node:assert/strict";
import { PRESENCE } from "../lib/limits.ts";
import { type Present, TopicPresence } from "./place.ts";

/** A place with the clock in the test's hand, and what it says. */
function rig(value = "mine") {
  const said: Omit<Present<string>, "from">[] = [];
  const seen = { now: 0, changes: 0, hasLeft: 0 };
  const place = new TopicPresence(value, {
    now: () => seen.now,
    changed: () => seen.changes++,
    say: (one) => said.push(one),
    left: () => seen.hasLeft++,
  });
  /** What was said since this was last asked: `?` asks. */
  const heard = () => said.splice(0).map(({ value, asks }) => `${value}${asks ? "?" : ""}`);
  const hears = (from: string, value: string | null, asks = false) => place.hear({ from, value, asks });
  /** Lets so much time go by, sweeping. */
  const passes = (ms: number) => {
    for (const until = seen.now + ms; seen.now < until;) {
      seen.now += PRESENCE.sweepMs;
      if (place.isRestless) place.sweep();
    }
  };
  return { place, seen, heard, hears, passes };
}

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

test("Place asks when it comes and a few times more, then says nothing while it is alone", () => {
  const { place, heard, passes } = rig();
  place.ask();
  passes(PRESENCE.silentMs);
  deepEqual(heard(), ["mine?", ...Array(PRESENCE.asksAgain).fill("mine?")]);
  place.update("other");
  passes(PRESENCE.silentMs);
  deepEqual([heard(), place.isRestless], [[], false]);
});

test("Place tells others each new value, and answers who asks", () => {
  const { place, seen, heard, hears } = rig();
  place.ask();
  heard();
  hears("b", "theirs", true);
  deepEqual([heard(), place.others], [["mine"], ["theirs"]]);
  place.update("second");
  hears("b", "theirs too");
  deepEqual([heard(), place.others, seen.changes], [["second"], ["theirs too"], 2]);
});

test("Place says what changed between its question and the first answer", () => {
  const { place, heard, hears } = rig();
  place.ask();
  place.update("second");
  deepEqual(heard(), ["mine?"]);
  hears("b", "theirs");
  deepEqual(heard(), ["second"]);
  hears("c", "third's");
  deepEqual(heard(), [], "it is known by now");
});

test("Place says again that it is there while others are", () => {
  const { place, heard, hears, passes } = rig();
  place.ask();
  passes(PRESENCE.renewMs);
  heard();
  hears("b", "theirs");
  passes(PRESENCE.renewMs);
  deepEqual(heard(), ["mine"]);
  hears("b", "theirs");
  passes(PRESENCE.renewMs);
  deepEqual(heard(), ["mine"]);
});

test("Place forgets who leaves at once, and who says nothing more after a while", () => {
  const { place, seen, hears, passes } = rig();
  place.ask();
  hears("b", "theirs");
  hears("c", "third's");
  hears("b", null);
  hears("b", null);
  deepEqual([place.others, seen.changes], [["third's"], 3]);
  passes(PRESENCE.silentMs - PRESENCE.sweepMs);
  deepEqual(place.others, ["third's"]);
  passes(PRESENCE.sweepMs);
  deepEqual([place.others, seen.changes], [[], 4]);
});

test("Place forgets sooner who does not answer after something may have been missed", () => {
  const { place, heard, hears, passes } = rig();
  place.ask();
  hears("b", "theirs");
  hears("c", "third's");
  heard();
  place.ask();
  deepEqual(heard(), ["mine?"]);
  hears("c", "third's");
  passes(PRESENCE.answerMs);
  deepEqual(place.others, ["third's"]);
  deepEqual(heard(), [...Array(PRESENCE.asksAgain).fill("mine?"), "mine?"], "and asks anew");
});

test("Place leaves once, and says nothing after that", () => {
  const { place, seen, heard, hears } = rig();
  place.ask();
  hears("b", "theirs");
  heard();
  place[Symbol.dispose]();
  place[Symbol.dispose]();
  place.update("late");
  deepEqual(heard(), ["null"]);
  equal(seen.hasLeft, 1);
  equal(place.isRestless, false);
});
