import { equal } from "node:assert/strict";
import { NATS } from "../lib/limits.ts";
import { ClockOffset } from "./clock_offset.ts";

const test = (name: string, fn: () => void): void => Deno.test({ name, permissions: "none", fn });

/** How far the sender's clock is ahead of ours. */
const APART_MS = 7_000_000;

/** An offset measured by a round trip that ended at 1,000 and took 5 ms there and 5 ms back. */
function measured(): ClockOffset {
  const clockOffset = new ClockOffset();
  clockOffset.addRoundTrip({ at: APART_MS + 995, askedAt: 990 }, 1_000);
  return clockOffset;
}

test("maxDelayMs() is unknown for a sender that has not answered, however many messages come", () => {
  const clockOffset = new ClockOffset();
  for (let n = 0; n < 100; n++) equal(clockOffset.maxDelayMs(n, n), undefined);
});

test("maxDelayMs() says for how long a message was on its way, and no less", () => {
  const clockOffset = measured();
  equal(
    clockOffset.maxDelayMs(APART_MS + 2_000, 2_005),
    10,
    "the answer may have been sent as soon as we asked",
  );
  equal(clockOffset.maxDelayMs(APART_MS + 2_000, 3_700), 1_705);
});

test("ClockOffset keeps the shortest round trip when a longer one comes later", () => {
  const clockOffset = measured();
  clockOffset.addRoundTrip({ at: APART_MS + 2_001, askedAt: 2_000 }, 2_600);
  equal(clockOffset.maxDelayMs(APART_MS + 3_000, 3_005), 6);
  clockOffset.addRoundTrip({ at: APART_MS + 5_000, askedAt: 4_000 }, 5_001);
  equal(clockOffset.maxDelayMs(APART_MS + 6_000, 6_005), 6);
});

test("maxDelayMs() is not misled by messages that are all late, for however long", () => {
  const clockOffset = measured();
  for (let now = 6_000; now < 600_000; now += 1_000) {
    const delayMs = clockOffset.maxDelayMs(APART_MS + now - 5_000, now);
    equal(delayMs === undefined || delayMs >= 5_000, true, `${delayMs} at ${now}`);
  }
});

test("maxDelayMs() does not use what was measured long ago, as clocks drift", () => {
  const clockOffset = measured();
  const now = 1_000 + NATS.provenMs;
  equal(clockOffset.maxDelayMs(APART_MS + now - 5, now), 10);
  equal(clockOffset.maxDelayMs(APART_MS + now, now + 5), undefined);
  clockOffset.addRoundTrip({ at: APART_MS + now + 300, askedAt: now }, now + 500);
  equal(
    clockOffset.maxDelayMs(APART_MS + now + 600, now + 600),
    300,
    "a worse measurement is better than an old one",
  );
});

test("maxDelayMs() is unknown after our clock stood still, until it is measured again", () => {
  const clockOffset = measured();
  // Their clock went on for 20 s more than ours.
  const apartMs = APART_MS + 20_000;
  equal(clockOffset.maxDelayMs(apartMs + 1_100, 1_100), undefined);
  clockOffset.addRoundTrip({ at: apartMs + 1_105, askedAt: 1_100 }, 1_110);
  equal(clockOffset.maxDelayMs(apartMs + 1_200, 1_200), 5);
  equal(clockOffset.maxDelayMs(apartMs - 10_000, 1_200), 11_205);
});

test("maxDelayMs() takes messages for late after the sender's clock stood still, until it is measured again", () => {
  const clockOffset = measured();
  const apartMs = APART_MS - 20_000;
  equal(clockOffset.maxDelayMs(apartMs + 1_100, 1_105), 20_010);
  clockOffset.addRoundTrip({ at: apartMs + 1_205, askedAt: 1_200 }, 1_210);
  equal(clockOffset.maxDelayMs(apartMs + 1_300, 1_305), 10);
});
