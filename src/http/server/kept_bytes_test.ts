import { deepEqual, equal } from "node:assert/strict";
import { HTTP } from "../../lib/limits.ts";
import { type Keeper, KeptBytes } from "./kept_bytes.ts";

const PART = HTTP.keptBytesMax / 8;

/** Connections by name, which begins with their block, and who was given up. */
function rig() {
  const kept = new KeptBytes();
  const givenUp: string[] = [];
  const keepers = new Map<string, Keeper>();
  const set = (name: string, bytes: number) => {
    const keeper = keepers.get(name) ?? {
      block: name.slice(0, 1),
      giveUp: () => {
        givenUp.push(name);
        kept.set(keeper, 0);
      },
    };
    keepers.set(name, keeper);
    kept.set(keeper, bytes);
  };
  return { kept, givenUp, set };
}

Deno.test("KeptBytes.set() gives up a connection of the block of addresses that has the most", () => {
  const { kept, givenUp, set } = rig();
  set("a1", 4 * PART);
  for (const name of ["b1", "b2"]) set(name, 2 * PART);
  deepEqual(givenUp, []);
  set("b3", PART);
  deepEqual(givenUp, ["b1"]);
  equal(kept.total, 7 * PART);
  set("c1", 2 * PART);
  deepEqual(givenUp, ["b1", "a1"], "not the one that came last");
  equal(kept.total, 5 * PART);
});

Deno.test("KeptBytes.set() forgets what was taken", () => {
  const { kept, givenUp, set } = rig();
  for (let time = 0; time < 100; time++) {
    set("a1", 6 * PART);
    set("a1", PART);
    set("a1", 0);
  }
  deepEqual([kept.total, givenUp], [0, []]);
});

Deno.test("KeptBytes.set() gives up the connection first that has taken nothing for longest", () => {
  const { givenUp, set } = rig();
  for (const name of ["a1", "a2", "a3"]) set(name, 2 * PART);
  for (const name of ["a1", "a2"]) set(name, PART);
  set("a4", 5 * PART);
  deepEqual(givenUp, ["a3"]);
});

Deno.test("KeptBytes.set() gives up a connection for which too much is kept alone", () => {
  const { kept, givenUp, set } = rig();
  set("a1", PART);
  set("b1", 9 * PART);
  deepEqual([kept.total, givenUp], [PART, ["b1"]]);
});
