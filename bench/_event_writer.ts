/**
 * Writes events of cabinets in turn, so many a second, in a thread of its own. At the message `count` it says how many it
 * wrote of each cabinet; their details are their numbers. What it was late for it leaves out, so that it does not hold up
 * others with bursts.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { type DatabaseLocation, openDatabase } from "../src/db/mod.ts";
import { insertEvents } from "../src/db/queries/records.ts";
import { pause } from "./_taps.ts";

/** What is written, and where. */
export interface Writing {
  readonly place: DatabaseLocation;
  readonly cabinets: readonly string[];
  readonly perSecond: number;
}

declare const self: DedicatedWorkerGlobalScope;

/** Events of one transaction, for which taps on SQLite wait. */
const TRANSACTION_ROWS = 64;
let rounds = 0;

self.addEventListener("message", async ({ data }: MessageEvent<Writing | "count">) => {
  if (data === "count") return self.postMessage(rounds);
  const { place, cabinets, perSecond } = data;
  const db = await openDatabase(place);
  const everyMs = TRANSACTION_ROWS * 1_000 / perSecond;
  for (let due = performance.now();; rounds++) {
    const detail = String(rounds + 1);
    for (let from = 0; from < cabinets.length; from += TRANSACTION_ROWS) {
      await pause(due - performance.now());
      const at = Date.now();
      const about = cabinets.slice(from, from + TRANSACTION_ROWS);
      await db.writer.transaction((trx) =>
        insertEvents(trx, about.map((cabinet) => ({ at, kind: "door-opened", cabinet, cell: 1, detail })))
      );
      due = Math.max(due + everyMs * about.length / TRANSACTION_ROWS, performance.now() - everyMs);
    }
  }
});
