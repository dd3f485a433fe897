/**
 * One of the isolates of `isolates_sqlite.ts`: opens the database, makes its cabinets, and lets people open cells for
 * each order.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { openDatabase } from "../src/db/mod.ts";
import { SharedLock } from "../src/lib/concurrency/shared_lock.ts";
import { Bench } from "./_rig.ts";

declare const self: DedicatedWorkerGlobalScope;

/** The first message to an isolate. */
export interface Setup {
  readonly folder: string;
  readonly isolate: number;
  /** Memory of the lock that the isolates share; unset: there is one isolate. */
  readonly memory: SharedArrayBuffer | undefined;
  /** The number of its cabinets. */
  readonly cabinets: number;
}

/** A later message: how many people open cells for how long, or that it is to end. */
export type Order = { readonly people: number; readonly forMs: number } | "close";

let bench: Bench;

self.onmessage = async ({ data }: MessageEvent<Setup | Order>) => {
  if (data === "close") self.postMessage(await bench[Symbol.asyncDispose]());
  else if ("people" in data) self.postMessage(await bench.opens(data.people, data.forMs));
  else self.postMessage(await setUp(data));
};

async function setUp({ folder, isolate, memory, cabinets }: Setup): Promise<void> {
  const lock = memory && new SharedLock(memory, isolate);
  const exclusive = lock && (<T>(work: () => Promise<T>) => lock.run(work));
  const db = await openDatabase({ folder }, { failed: () => {}, migrated: true, exclusive });
  bench = new Bench(db, { first: isolate * cabinets });
  await bench.furnish("open", cabinets);
}
