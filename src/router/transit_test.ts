import { equal } from "node:assert/strict";
import { Transit } from "./transit.ts";

const test = (name: string, fn: () => void): void => Deno.test({ name, permissions: "none", fn });

/** One that has heard messages a second apart for so long, each `wayMs` on its way; clocks are 7,000,000 ms apart. */
function heard({ seconds, wayMs = 5 }: { seconds: number; wayMs?: number }): Transit {
  const transit = new Transit();
  for (let n = 0; n < seconds; n++) transit.hear(7_000_000 + n * 1_000, n * 1_000 + wayMs);
  return transit;
}

test("Transit says 0 of the first message, however far the clocks are apart", () => {
  equal(new Transit().hear(-9e12, 5), 0);
  equal(new Transit().hear(9e12, 5), 0);
});

test("Transit says by how much a message was later than the quickest", () => {
  const transit = heard({ seconds: 5 });
  equal(transit.hear(7_005_000, 5_005 + 1_700), 1_700);
  equal(transit.hear(7_006_000, 6_005), 0);
});

test("Transit takes a message that was quicker than all before for the measure", () => {
  const transit = new Transit();
  equal(transit.hear(0, 2_000), 0);
  equal(transit.hear(1_990, 2_000), 0);
  equal(transit.hear(2_000, 4_010), 2_000);
});

test("Transit follows clocks that drift apart", () => {
  const transit = new Transit();
  const drift = 1.000_1;
  for (let n = 0; n < 3_600; n++) {
    const delayMs = transit.hear(n * 1_000 * drift, n * 1_000 + 5);
    equal(delayMs < 1, true, `${delayMs} after ${n} s`);
  }
  const slow = new Transit();
  for (let n = 0; n < 3_600; n++) {
    const delayMs = slow.hear(n * 1_000 / drift, n * 1_000 + 5);
    // No more than what two parts of the window drift apart.
    equal(delayMs < 13, true, `${delayMs} after ${n} s`);
  }
});

test("Transit is not misled by what piled up while its owner was stalled for minutes", () => {
  const transit = heard({ seconds: 120 });
  // All that was sent in ten minutes comes in at once.
  for (let second = 120; second < 720; second++) {
    const delayMs = transit.hear(7_000_000 + second * 1_000, 720_000);
    equal(delayMs, 720_000 - second * 1_000 - 5);
  }
  equal(transit.hear(7_720_000, 720_005), 0);
});

test("Transit needs some messages, not only time, to forget the quickest", () => {
  const transit = heard({ seconds: 12 });
  // Few come, minutes apart, each late.
  for (let minute = 1; minute < 10; minute++) {
    equal(transit.hear(7_000_000 + minute * 120_000, minute * 120_000 + 505), 500);
  }
});
