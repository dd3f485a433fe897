import { deepEqual, equal } from "node:assert/strict";
import { COMMAND } from "../../lib/limits.ts";
import { TapCounts } from "./tap_counts.ts";

/** Counts, with the taps in other isolates in the test's hand. */
function rig() {
  const elsewhere = new Map<string, number>();
  const told: [person: string, count: number][] = [];
  const counts = new TapCounts({
    tapsElsewhere: (person) => elsewhere.get(person) ?? 0,
    tapsHere: (person, count) => told.push([person, count]),
  });
  return { counts, elsewhere, told };
}

Deno.test({
  name: "TapCounts.hasRoom() counts a person's taps here and elsewhere, and nobody else's",
  permissions: "none",
  fn() {
    const { counts, elsewhere } = rig();
    const [anne, bert] = [{ by: "person:anne" }, { by: "person:bert" }];
    for (let n = 1; n < COMMAND.perPersonMax; n++) counts.begun(anne);
    equal(counts.hasRoom(anne), true);
    elsewhere.set("anne", 1);
    deepEqual([counts.hasRoom(anne), counts.hasRoom(bert)], [false, true]);
    counts.ended(anne);
    equal(counts.hasRoom(anne), true);
    elsewhere.set("anne", COMMAND.perPersonMax);
    equal(counts.hasRoom(anne), false);
  },
});

Deno.test({
  name: "TapCounts tells each change, and has no limit for the operator",
  permissions: "none",
  fn() {
    const { counts, elsewhere, told } = rig();
    const [anne, operator] = [{ by: "person:anne" }, { by: "operator" }];
    for (const tap of [anne, anne]) counts.begun(tap);
    for (const tap of [anne, anne]) counts.ended(tap);
    deepEqual(told.splice(0), [["anne", 1], ["anne", 2], ["anne", 1], ["anne", 0]]);
    elsewhere.set("operator", COMMAND.perPersonMax);
    for (let n = 0; n <= COMMAND.perPersonMax; n++) counts.begun(operator);
    deepEqual([counts.hasRoom(operator), told], [true, []]);
  },
});
