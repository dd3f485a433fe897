/**
 * Durable opens per second: on SQLite, on Postgres where `DATABASE_URL` names an empty database, and without the journal;
 * in alternating rounds, so that variations of the machine affect all of them.
 *
 * @module
 */
import type { DatabaseLocation } from "../src/db/mod.ts";
import { Bench, type Rates, say } from "./_rig.ts";

const PEOPLE = [1, 64, 256];
const ROUNDS = 3;
const FOR_MS = 2_000;

const folder = await Deno.makeTempDir({ prefix: "kaigui-bench-" });
const away = await Deno.makeTempDir({ prefix: "kaigui-bench-" });
try {
  const url = Deno.env.get("DATABASE_URL");
  const places: [name: string, place: DatabaseLocation, journaled: boolean][] = [
    ["SQLite", { folder }, true],
    ["no journal", { folder: away }, false],
  ];
  if (url) places.splice(1, 0, ["Postgres", { folder, url }, true]);
  const seen = new Map<string, Rates[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, place, journaled] of places) {
      await using bench = await Bench.open(place, { journaled });
      await bench.furnish("open", Math.max(...PEOPLE));
      for (const people of PEOPLE) {
        const key = `${name}, ${people} ${people === 1 ? "person" : "people"}`;
        seen.set(key, [...seen.get(key) ?? [], await bench.opens(people, FOR_MS)]);
      }
    }
  }
  for (const [key, all] of seen) say(line(key, all));
} finally {
  for (const path of [folder, away]) await Deno.remove(path, { recursive: true });
}

/** The median of the rounds. */
function line(key: string, all: readonly Rates[]): string {
  const sorted = all.toSorted((a, b) => a.perSecond - b.perSecond);
  const middle = sorted[Math.floor(sorted.length / 2)] as Rates;
  const range = `${Math.round(sorted[0]?.perSecond ?? 0)} to ${Math.round(sorted.at(-1)?.perSecond ?? 0)}`;
  return `${key.padEnd(24)} ${String(Math.round(middle.perSecond)).padStart(7)} opens/s (${range}), ` +
    `p50 ${middle.p50Ms.toFixed(2)} ms, p99 ${middle.p99Ms.toFixed(2)} ms`;
}
