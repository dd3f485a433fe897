/**
 * What feeds cost: readers of the feed, some of them deaf, while events are written and people tap; the taps are measured
 * with and without the feeds in turn. SQLite, and Postgres where `DATABASE_URL` names an empty database of one.
 *
 * Arguments: events a second (5000), seconds with feeds (60), readers (200), deaf ones among them (5).
 *
 * @module
 */
import type { DatabaseLocation } from "../src/db/mod.ts";
import { DeafReader } from "../testing/feed_reader.ts";
import {
  Device,
  guestCookie,
  Page,
  Program,
  putCabinet,
  tempFolder,
  until,
  untilOnline,
} from "../testing/harness.ts";
import { newToken } from "../testing/staff_client.ts";
import { delay } from "../src/lib/concurrency/delay.ts";
import { say } from "./_rig.ts";

const [perSecond = 5_000, seconds = 60, readers = 200, deafReaders = 5] = Deno.args.map(Number);
const TURNS = 3;
const PEOPLE = 20;
const TAP_EVERY_MS = 200;
const TOKENS = 20;

await using folder = await tempFolder();
const url = Deno.env.get("DATABASE_URL");
const secret = "session-secret-of-the-bench";
const env: Record<string, string> = url ? { DATABASE_URL: url, SESSION_SECRET: secret } : {};
await using program = await Program.start(folder.path, env, { stderr: "null" });
await using stack = new AsyncDisposableStack();

const cabinets = Array.from({ length: readers - deafReaders }, (_, n) => `cab-${n}`);
for (const cabinet of cabinets) await putCabinet(program, cabinet);
const tokens: string[] = [];
while (tokens.length < TOKENS) tokens.push((await newToken(program, { role: "viewer" })).token);
const people: Page[] = [];
for (let n = 0; n < PEOPLE; n++) {
  await putCabinet(program, `tap-${n}`);
  stack.use(await Device.connect(program, `REG-tap-${n}`));
  await untilOnline(program, `tap-${n}`);
  people.push(stack.use(await Page.open(program, `tap-${n}`, await guestCookie(program, `tap-${n}`))));
}

const place: DatabaseLocation = url ? { folder: folder.path, url } : { folder: folder.path };
const writer = workerOf("_event_writer.ts");
writer.postMessage({ place, cabinets, perSecond });
await tapsFor(5_000);
say(`${url ? "Postgres" : "SQLite"}: ${perSecond} events/s, ${readers} readers, ${deafReaders} of them deaf`);
const all: Record<"with" | "without", number[]> = { with: [], without: [] };
for (let turn = 1; turn <= TURNS; turn++) {
  const without = await tapsFor(seconds * 1_000 / TURNS);
  all.without.push(...without);
  const before = memory();
  const { taps, told } = await withFeeds(() => tapsFor(seconds * 1_000 / TURNS));
  all.with.push(...taps);
  say(`turn ${turn}: taps without ${percentiles(without)}, with ${percentiles(taps)}`);
  say(`  memory ${before} MiB before, ${told.memory} MiB at most; ${told.events} events told`);
  say(`  missed or twice: ${told.wrong}; deaf readers left at the end: ${told.deaf}`);
}
say(`taps in all: without ${percentiles(all.without)}, with ${percentiles(all.with)}`);
writer.terminate();

/** Does the work while all readers read. */
async function withFeeds(work: () => Promise<number[]>) {
  const worker = workerOf("_feed_readers.ts");
  await ask(worker, { url: program.url, cabinets, tokens });
  const deaf: DeafReader[] = [];
  const authorization = `Bearer ${tokens[0]}`;
  // Their feeds have all events, so that they are found.
  for (let n = 0; n < deafReaders; n++) deaf.push(await DeafReader.open(program, "", { authorization }));
  let most = 0;
  const looking = setInterval(() => most = Math.max(most, memory()), 500);
  const taps = await work();
  clearInterval(looking);
  const written = await ask<number>(writer, "count");
  type Counts = { first: number; last: number; wrong: number }[];
  let counts: Counts = [];
  await until(async () => {
    counts = await ask<Counts>(worker, "count");
    return counts.every(({ last }) => last >= written);
  }, { saw: () => counts.filter(({ last }) => last < written).length });
  const left = await countDeaf(deaf);
  for (const one of deaf) one[Symbol.dispose]();
  await ask(worker, "close");
  worker.terminate();
  const wrong = counts.reduce((sum, one) => sum + one.wrong, 0);
  const events = counts.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return { taps, told: { memory: most, events, wrong, deaf: left } };
}

/** How many of the deaf readers are still served: what was kept for the others ends. */
async function countDeaf(deaf: readonly DeafReader[]): Promise<number> {
  const soon = delay(3_000);
  const ends = await Promise.all(deaf.map((one) => Promise.race([one.readToEnd(), soon])));
  return ends.filter((end) => end === undefined).length;
}

/** All people tap now and then. @returns how long each tap took, in milliseconds */
async function tapsFor(ms: number): Promise<number[]> {
  const took: number[] = [];
  const end = performance.now() + ms;
  await Promise.all(people.map(async (page, n) => {
    for (let cell = 1; performance.now() < end; cell = cell % 24 + 1) {
      const due = performance.now() + TAP_EVERY_MS * (0.5 + (n + cell) % PEOPLE / PEOPLE);
      const from = performance.now();
      const id = crypto.randomUUID();
      const done = Promise.withResolvers<void>();
      page.heard = (message) => {
        if (message["id"] === id && !["requested", "sent"].includes(message["state"])) done.resolve();
      };
      page.tap(cell, id);
      await done.promise;
      took.push(performance.now() - from);
      page.messages.length = 0;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    }
  }));
  return took;
}

function percentiles(took: readonly number[]): string {
  const sorted = took.toSorted((a, b) => a - b);
  const at = (part: number) => (sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(0);
  return `p50 ${at(0.5)} p99 ${at(0.99)} ms (${sorted.length})`;
}

/** Resident memory of the program, in MiB. */
function memory(): number {
  const status = Deno.readTextFileSync(`/proc/${program.process.pid}/status`);
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024);
}

function workerOf(file: string): Worker {
  return new Worker(new URL(file, import.meta.url), { type: "module" });
}

/** Posts the message and waits for the answer. */
function ask<Answer>(worker: Worker, message: unknown): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.postMessage(message);
  return promise;
}
