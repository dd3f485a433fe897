import { equal } from "node:assert/strict";
import { NATS } from "../lib/limits.ts";
import { Transit } from "./transit.ts";

const test = (name: string, fn: () => void): void => Deno.test({ name, permissions: "none", fn });

/** How far the sender's clock is ahead of ours. */
const APART_MS = 7_000_000;

/** Where it is known, by a round trip that ended at 1,000 and took 5 ms there and 5 ms back. */
function proven(): Transit {
  const transit = new Transit();
  transit.prove({ at: APART_MS + 995, askedAt: 990 }, 1_000);
  return transit;
}

test("Transit knows nothing of a sender that has not answered, however many messages come", () => {
  const transit = new Transit();
  for (let n = 0; n < 100; n++) equal(transit.atMost(n, n), undefined);
});

test("Transit says for how long a message was on its way, and no less", () => {
  const transit = proven();
  equal(transit.atMost(APART_MS + 2_000, 2_005), 10, "the answer may have been sent as soon as we asked");
  equal(transit.atMost(APART_MS + 2_000, 3_700), 1_705);
});

test("Transit goes by the shortest way to the sender, and not by a longer one that comes later", () => {
  const transit = proven();
  transit.prove({ at: APART_MS + 2_001, askedAt: 2_000 }, 2_600);
  equal(transit.atMost(APART_MS + 3_000, 3_005), 6);
  transit.prove({ at: APART_MS + 5_000, askedAt: 4_000 }, 5_001);
  equal(transit.atMost(APART_MS + 6_000, 6_005), 6);
});

test("Transit is not misled by messages that are all late, for however long", () => {
  const transit = proven();
  for (let now = 6_000; now < 600_000; now += 1_000) {
    const delayMs = transit.atMost(APART_MS + now - 5_000, now);
    equal(delayMs === undefined || delayMs >= 5_000, true, `${delayMs} at ${now}`);
  }
});

test("Transit does not go by what was proven long ago, as clocks drift", () => {
  const transit = proven();
  const now = 1_000 + NATS.provenMs;
  equal(transit.atMost(APART_MS + now - 5, now), 10);
  equal(transit.atMost(APART_MS + now, now + 5), undefined);
  transit.prove({ at: APART_MS + now + 300, askedAt: now }, now + 500);
  equal(transit.atMost(APART_MS + now + 600, now + 600), 300, "a worse proof is better than an old one");
});

test("Transit knows no more since our clock stood still, until there is another proof", () => {
  const transit = proven();
  // Their clock went on for 20 s more than ours.
  const apartMs = APART_MS + 20_000;
  equal(transit.atMost(apartMs + 1_100, 1_100), undefined);
  transit.prove({ at: apartMs + 1_105, askedAt: 1_100 }, 1_110);
  equal(transit.atMost(apartMs + 1_200, 1_200), 5);
  equal(transit.atMost(apartMs - 10_000, 1_200), 11_205);
});

test("Transit takes messages for late since the sender's clock stood still, until there is another proof", () => {
  const transit = proven();
  const apartMs = APART_MS - 20_000;
  equal(transit.atMost(apartMs + 1_100, 1_105), 20_010);
  transit.prove({ at: apartMs + 1_205, askedAt: 1_200 }, 1_210);
  equal(transit.atMost(apartMs + 1_300, 1_305), 10);
});
