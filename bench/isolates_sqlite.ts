/**
 * Durable opens per second through several isolates on one SQLite file that share a `SharedLock`, compared with one
 * isolate without a lock; in alternating rounds, so that variations of the machine affect both.
 *
 * @module
 */
import { migrateDatabase } from "../src/db/mod.ts";
import { SharedLock } from "../src/lib/concurrency/shared_lock.ts";
import { type Rates, say } from "./_rig.ts";
import type { Order, Setup } from "./_sqlite_isolate.ts";

const PEOPLE = [64, 256];
const WARM_UP_PEOPLE = 64;
const ROUNDS = 5;
const FOR_MS = 1_500;
const KINDS = [
  { name: "1 isolate, no lock", isolates: 1, locked: false },
  { name: "1 isolate", isolates: 1, locked: true },
  { name: "2 isolates", isolates: 2, locked: true },
  { name: "3 isolates", isolates: 3, locked: true },
];

const seen = new Map<string, Rates[]>();
for (let round = 0; round < ROUNDS; round++) {
  for (const kind of KINDS) await measure(kind);
}
say("isolates             people   opens/s   (lowest to highest)      p50         p99");
for (const [key, all] of seen) say(line(key, all));

async function measure(kind: typeof KINDS[number]): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "kaigui-bench-" });
  await migrateDatabase({ folder });
  const memory = kind.locked ? SharedLock.memory(kind.isolates) : undefined;
  const cabinets = Math.ceil(Math.max(...PEOPLE) / kind.isolates);
  const workers: Worker[] = [];
  for (let isolate = 0; isolate < kind.isolates; isolate++) {
    const url = new URL("./_sqlite_isolate.ts", import.meta.url);
    const worker = new Worker(url, { type: "module" });
    workers.push(worker);
    await ask(worker, { folder, isolate, memory, cabinets });
  }
  // Meanwhile V8 compiles, and the journal's thread starts.
  await opens(workers, WARM_UP_PEOPLE);
  for (const people of PEOPLE) {
    const key = `${kind.name.padEnd(20)} ${String(people).padStart(6)}`;
    seen.set(key, [...seen.get(key) ?? [], await opens(workers, people)]);
  }
  await Promise.all(workers.map((worker) => ask(worker, "close")));
  for (const worker of workers) worker.terminate();
  await Deno.remove(folder, { recursive: true });
}

/** Sends an order to an isolate, which executes one after another. */
async function ask(worker: Worker, question: Setup | Order): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => reject(new Error(event.message));
  worker.postMessage(question);
  return await promise;
}

/** Lets so many people open cells. @returns their rate together, and the times of the slowest isolate */
async function opens(workers: readonly Worker[], people: number): Promise<Rates> {
  const each = await Promise.all(workers.map((worker, isolate) => {
    const share = Math.floor((people + isolate) / workers.length);
    return ask(worker, { people: share, forMs: FOR_MS }) as Promise<Rates>;
  }));
  return {
    perSecond: each.reduce((sum, { perSecond }) => sum + perSecond, 0),
    p50Ms: Math.max(...each.map(({ p50Ms }) => p50Ms)),
    p99Ms: Math.max(...each.map(({ p99Ms }) => p99Ms)),
  };
}

/** The median of the rounds. */
function line(key: string, all: readonly Rates[]): string {
  const sorted = all.toSorted((a, b) => a.perSecond - b.perSecond);
  const middle = sorted[Math.floor(sorted.length / 2)] as Rates;
  const range = `(${Math.round(sorted[0]?.perSecond ?? 0)} to ${Math.round(sorted.at(-1)?.perSecond ?? 0)})`;
  return `${key} ${String(Math.round(middle.perSecond)).padStart(9)}   ${range.padEnd(20)} ` +
    `${middle.p50Ms.toFixed(2).padStart(8)} ms ${middle.p99Ms.toFixed(2).padStart(8)} ms`;
}
