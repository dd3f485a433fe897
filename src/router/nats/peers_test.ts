import { deepEqual, equal } from "node:assert/strict";
import { ROUTER } from "../../lib/limits.ts";
import type { Ask } from "./messages.ts";
import { NatsPeers } from "./peers.ts";

const test = (name: string, fn: () => void): void => Deno.test({ name, permissions: "none", fn });

/** How far the clock of the others is ahead of ours, in milliseconds. */
const APART_MS = 5_000_000;

/** Peers with a clock that the test turns, and what they said of each other. */
class Scene {
  nowMs = 0;
  readonly said: string[] = [];
  readonly peers = new NatsPeers({
    isolate: "me",
    program: "ours",
    now: () => this.nowMs,
    missed: () => this.said.push("missed"),
    met: (again) => this.said.push(again ? "met again" : "met"),
    gone: (isolate, isOther) => this.said.push(`gone ${isolate}${isOther ? ", of another program" : ""}`),
  });

  hello(from = "other", program = "theirs", lost = 1): void {
    this.peers.hear({ type: "hello", from, program, at: this.nowMs + APART_MS, lost });
  }

  /** Hears a request that was sent so long ago and might have been begun for 1,000 ms then. */
  leftMs(agoMs: number, more: Partial<Ask<unknown>> = {}): number | undefined {
    const at = this.nowMs - agoMs + APART_MS;
    return this.peers.leftMs({ from: "other", at, leftMs: 1_000, echo: undefined, request: "x", ...more });
  }

  /** Lets seconds pass, with a look in each. */
  pass(seconds: number, each: () => void = () => {}): void {
    for (let n = 0; n < seconds; n++) {
      this.nowMs += ROUTER.helloMs;
      each();
      this.peers.look();
    }
  }
}

test("NatsPeers does not know how late a request is before it has asked back", () => {
  const scene = new Scene();
  equal(scene.leftMs(0), undefined);
  for (let n = 0; n < 5; n++) scene.hello();
  equal(scene.leftMs(1_900), undefined);
});

test("NatsPeers takes off all the time since it asked back, then as long as a request may have been on its way", () => {
  const scene = new Scene();
  scene.nowMs = 100;
  equal(scene.leftMs(10, { echo: { from: "me", at: 60 } }), 960);
  scene.nowMs = 5_000;
  equal(scene.leftMs(0), 970);
  equal(scene.leftMs(700), 270);
  equal(scene.leftMs(1, { echo: { from: "me", at: 4_998 } }), 998);
  equal(scene.leftMs(700), 299);
});

test("NatsPeers asks back where a request seems to be too late, and says so where it is", () => {
  const scene = new Scene();
  scene.nowMs = 10_000;
  // The other one was slow to answer, and no late request counts as a quick one for that.
  equal(scene.leftMs(0, { echo: { from: "me", at: 9_300 } }), 300);
  equal(scene.leftMs(400), undefined);
  equal(scene.leftMs(0, { echo: { from: "me", at: 8_500 } }), -500);
});

test("NatsPeers makes nothing of what somebody else asked back", () => {
  equal(new Scene().leftMs(0, { echo: { from: "third", at: 0 } }), undefined);
});

test("NatsPeers shares a clock with itself", () => {
  const scene = new Scene();
  scene.nowMs = 500;
  equal(scene.leftMs(0, { from: "me", at: 400 }), 900);
  equal(scene.peers.others, 0);
});

test("NatsPeers counts those of other programs and lets go of who leaves or falls silent", () => {
  const scene = new Scene();
  scene.hello("a");
  scene.hello("b");
  scene.hello("c", "ours");
  equal(scene.peers.others, 2);
  scene.pass(3, () => scene.hello("a"));
  scene.pass(1, () => scene.hello("a"));
  scene.peers.hear({ type: "bye", from: "a" });
  scene.hello("b");
  deepEqual(scene.said.slice(3), [
    "gone b, of another program",
    "gone c",
    "gone a, of another program",
    "met again",
  ]);
});

test("NatsPeers takes nobody for silent after it was busy itself", () => {
  const scene = new Scene();
  scene.hello();
  scene.nowMs += 10_000;
  scene.peers.look();
  scene.pass(3);
  equal(scene.peers.others, 1);
  scene.pass(1);
  equal(scene.peers.others, 0);
});

test("NatsPeers hears of what others published and lost", () => {
  const scene = new Scene();
  for (const lost of [3, 3, 4, 4, 5]) scene.hello("other", "theirs", lost);
  for (const lost of [1, 2]) scene.hello("of ours", "ours", lost);
  deepEqual(scene.said, ["met", "missed", "missed", "met"]);
});
