/**
 * Writes events of cabinets in turn, so many a second, in a thread of its own. At the message `count` it says how many it
 * wrote of each cabinet; their details are their numbers.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { type DatabaseLocation, openDatabase } from "../src/db/mod.ts";
import { insertEvents } from "../src/db/queries/records.ts";

/** What is written, and where. */
export interface Writing {
  readonly place: DatabaseLocation;
  readonly cabinets: readonly string[];
  readonly perSecond: number;
}

declare const self: DedicatedWorkerGlobalScope;

const EVERY_MS = 50;
let rounds = 0;

self.addEventListener("message", async ({ data }: MessageEvent<Writing | "count">) => {
  if (data === "count") return self.postMessage(rounds);
  const { place, cabinets, perSecond } = data;
  const db = await openDatabase(place);
  const roundMs = cabinets.length * 1_000 / perSecond;
  const began = performance.now();
  while (true) {
    for (const due = Math.floor((performance.now() - began) / roundMs); rounds < due; rounds++) {
      const detail = String(rounds + 1);
      const at = Date.now();
      await db.writer.transaction((trx) =>
        insertEvents(trx, cabinets.map((cabinet) => ({ at, kind: "door-opened", cabinet, cell: 1, detail })))
      );
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
});
