import { deepEqual, equal } from "node:assert/strict";
import { ROUTER } from "../../lib/limits.ts";
import type { NatsRequest } from "./messages.ts";
import { NatsPeers } from "./peers.ts";

const test = (name: string, fn: () => void): void => Deno.test({ name, permissions: "none", fn });

/** How far the clock of the others is ahead of ours, in milliseconds. */
const APART_MS = 5_000_000;

/** Peers with a clock that the test sets, and the changes that they reported. */
class Scene {
  nowMs = 0;
  readonly reported: string[] = [];
  readonly peers = new NatsPeers({
    isolate: "me",
    program: "ours",
    now: () => this.nowMs,
    missed: () => this.reported.push("missed"),
    found: (again) => this.reported.push(again ? "found again" : "found"),
    gone: (isolate, isOther) => this.reported.push(`gone ${isolate}${isOther ? ", of another program" : ""}`),
  });

  hello(from = "other", program = "theirs", lost = 1): void {
    this.peers.receive({ type: "hello", from, program, at: this.nowMs + APART_MS, lost });
  }

  /** Receives a request that was sent so long ago and might have been begun for 1,000 ms then. */
  leftMs(agoMs: number, more: Partial<NatsRequest<unknown>> = {}): number | undefined {
    const at = this.nowMs - agoMs + APART_MS;
    return this.peers.leftMs({ from: "other", at, leftMs: 1_000, echo: undefined, request: "x", ...more });
  }

  /** Lets seconds pass, and removes the silent ones in each. */
  pass(seconds: number, each: () => void = () => {}): void {
    for (let n = 0; n < seconds; n++) {
      this.nowMs += ROUTER.helloMs;
      each();
      this.peers.removeSilent();
    }
  }
}

test("leftMs() is unknown before a request was sent again", () => {
  const scene = new Scene();
  equal(scene.leftMs(0), undefined);
  for (let n = 0; n < 5; n++) scene.hello();
  equal(scene.leftMs(1_900), undefined);
});

test("leftMs() subtracts all the time since the request was asked for again, then the longest possible delay", () => {
  const scene = new Scene();
  scene.nowMs = 100;
  equal(scene.leftMs(10, { echo: { from: "me", at: 60 } }), 960);
  scene.nowMs = 5_000;
  equal(scene.leftMs(0), 970);
  equal(scene.leftMs(700), 270);
  equal(scene.leftMs(1, { echo: { from: "me", at: 4_998 } }), 998);
  equal(scene.leftMs(700), 299);
});

test("leftMs() is unknown when a request seems to be too late, and negative when it surely is", () => {
  const scene = new Scene();
  scene.nowMs = 10_000;
  // The requester was slow to send it again; a late request must not seem to be a quick one because of that.
  equal(scene.leftMs(0, { echo: { from: "me", at: 9_300 } }), 300);
  equal(scene.leftMs(400), undefined);
  equal(scene.leftMs(0, { echo: { from: "me", at: 8_500 } }), -500);
});

test("leftMs() ignores an echo of another isolate's time", () => {
  equal(new Scene().leftMs(0, { echo: { from: "third", at: 0 } }), undefined);
});

test("leftMs() goes by the clock alone when the isolate asks itself", () => {
  const scene = new Scene();
  scene.nowMs = 500;
  equal(scene.leftMs(0, { from: "me", at: 400 }), 900);
  equal(scene.peers.others, 0);
});

test("NatsPeers counts the isolates of other programs and removes those that stop or fall silent", () => {
  const scene = new Scene();
  scene.hello("a");
  scene.hello("b");
  scene.hello("c", "ours");
  equal(scene.peers.others, 2);
  scene.pass(3, () => scene.hello("a"));
  scene.pass(1, () => scene.hello("a"));
  scene.peers.receive({ type: "bye", from: "a" });
  scene.hello("b");
  deepEqual(scene.reported.slice(3), [
    "gone b, of another program",
    "gone c",
    "gone a, of another program",
    "found again",
  ]);
});

test("NatsPeers takes no peer for silent after it was busy itself", () => {
  const scene = new Scene();
  scene.hello();
  scene.nowMs += 10_000;
  scene.peers.removeSilent();
  scene.pass(3);
  equal(scene.peers.others, 1);
  scene.pass(1);
  equal(scene.peers.others, 0);
});

test("NatsPeers reports that events of another program may have been lost", () => {
  const scene = new Scene();
  for (const lost of [3, 3, 4, 4, 5]) scene.hello("other", "theirs", lost);
  for (const lost of [1, 2]) scene.hello("of ours", "ours", lost);
  deepEqual(scene.reported, ["found", "missed", "missed", "found"]);
});
