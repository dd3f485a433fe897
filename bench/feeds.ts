/**
 * What feeds cost: readers of the feed, some of them deaf, while events are written beside the program and people tap; the
 * taps are measured with and without the feeds in turn. In the end the program is killed, and the readers go on. SQLite, or
 * Postgres where `DATABASE_URL` names an empty database of one; `postgres` starts a server for it.
 *
 *     deno run -A bench/feeds.ts [events a second] [seconds with feeds] [readers] [deaf ones among them] [postgres]
 *
 * @module
 */
import type { DatabaseLocation } from "../src/db/mod.ts";
import { DeafReader } from "../testing/feed_reader.ts";
import { putCabinet, untilOnline } from "../testing/api.ts";
import { Device } from "../testing/device.ts";
import { tempFolder } from "../testing/folders.ts";
import { guestCookie, Page } from "../testing/page.ts";
import { Program } from "../testing/program.ts";
import { until } from "../testing/until.ts";
import { PostgresServer } from "../testing/servers/postgres.ts";
import { newToken } from "../testing/staff_client.ts";
import type { ReadersCount } from "./_feed_readers.ts";
import { say } from "./_rig.ts";
import { cpuMsOf, memoryOf, pause, percentiles, tapUntil } from "./_taps.ts";

const [perSecond = 5_000, seconds = 60, readers = 200, deafReaders = 5] = Deno.args.slice(0, 4).map(Number);
const TURNS = 3;
const PEOPLE = 20;
const TAP_EVERY_MS = 200;
const TOKENS = 20;
const SETTLE_MS = 5_000;
/** How long all readers may take to have what was written. */
const BEHIND_MS = 120_000;

await using stack = new AsyncDisposableStack();
const folder = stack.use(await tempFolder());
const url = Deno.args[4] === "postgres"
  ? await stack.use(await PostgresServer.start()).createDatabase()
  : Deno.env.get("DATABASE_URL");
const env: Record<string, string> = url
  ? { DATABASE_URL: url, SESSION_SECRET: "session-secret-of-the-bench" }
  : {};
let program = await start();
stack.defer(() => program[Symbol.asyncDispose]());

const cabinets = Array.from({ length: readers - deafReaders }, (_, n) => `cab-${n}`);
for (const cabinet of cabinets) await putCabinet(program, cabinet);
const tokens: string[] = [];
while (tokens.length < TOKENS) tokens.push((await newToken(program, { role: "viewer" })).token);
await using people = new AsyncDisposableStack();
const pages: Page[] = [];
for (let n = 0; n < PEOPLE; n++) {
  await putCabinet(program, `tap-${n}`);
  people.use(await Device.connect(program, `REG-tap-${n}`));
  await untilOnline(program, `tap-${n}`);
  pages.push(people.use(await Page.open(program, `tap-${n}`, await guestCookie(program, `tap-${n}`))));
}

const place: DatabaseLocation = url ? { folder: folder.path, url } : { folder: folder.path };
using writing = workerOf("_event_writer.ts");
const { worker: writer } = writing;
writer.postMessage({ place, cabinets, perSecond });
await tapsFor(SETTLE_MS);
say(`${url ? "Postgres" : "SQLite"}: ${readers} readers, ${deafReaders} of them deaf`);
const turnMs = seconds * 1_000 / TURNS;
const all: Record<"with" | "without", number[]> = { with: [], without: [] };
for (let turn = 1; turn <= TURNS; turn++) {
  const without = await costOf(() => tapsFor(turnMs));
  const before = await memory();
  const told = await withFeeds(() => costOf(() => tapsFor(turnMs)));
  all.without.push(...without.taps);
  all.with.push(...told.taps);
  say(`turn ${turn}: taps without ${percentiles(without.taps)}; with ${percentiles(told.taps)}`);
  say(`  processors worked ${without.cpu} ms a second without, ${told.cpu} with`);
  say(`  memory ${before} MiB before, ${told.mostMiB} MiB at most`);
  say(
    `  ${told.perSecond} events/s written; missed or twice: ${told.wrong}; deaf ones left: ${told.deaf}`,
  );
}
say(`taps in all: without ${percentiles(all.without)}; with ${percentiles(all.with)}`);
await people.disposeAsync();
await killed();

async function start(): Promise<Program> {
  return await Program.start(folder.path, env, { stderr: "null" });
}

/** Does the work while all readers read. */
async function withFeeds<Done>(work: () => Promise<Done>) {
  using reading = workerOf("_feed_readers.ts");
  using deaf = new DisposableStack();
  const { worker } = reading;
  await ask(worker, { url: program.url, cabinets, tokens });
  const deafOnes: DeafReader[] = [];
  const authorization = `Bearer ${tokens[0]}`;
  // Their feeds have all events, so that they are found.
  for (let n = 0; n < deafReaders; n++) {
    deafOnes.push(deaf.use(await DeafReader.open(program, "", { authorization })));
  }
  const [from, written] = [performance.now(), await ask<number>(writer, "count")];
  let mostMiB = 0;
  const looking = setInterval(async () => mostMiB = Math.max(mostMiB, await memory()), 500);
  const done = await work().finally(() => clearInterval(looking));
  const rounds = await ask<number>(writer, "count") - written;
  const perSecond = Math.round(rounds * cabinets.length * 1_000 / (performance.now() - from));
  const { wrong } = await caughtUp(worker);
  const left = await countDeaf(deafOnes);
  deaf.dispose();
  await ask(worker, "close");
  return { ...done, mostMiB, perSecond, wrong, deaf: left };
}

/** The taps, and for how many milliseconds of each second processors worked for the program meanwhile. */
async function costOf(work: () => Promise<readonly number[]>) {
  const [from, cpuMs] = [performance.now(), await cpuMsOf(program.process.pid)];
  const taps = await work();
  const worked = await cpuMsOf(program.process.pid) - cpuMs;
  return { taps, cpu: Math.round(worked * 1_000 / (performance.now() - from)) };
}

/** What the readers have once each has all that is written by now. */
async function caughtUp(worker: Worker): Promise<ReadersCount> {
  const written = await ask<number>(writer, "count");
  let count: ReadersCount | undefined;
  await until(async () => {
    count = await ask<ReadersCount>(worker, "count");
    return count.least >= written;
  }, { deadlineMs: BEHIND_MS, saw: () => [written, count] });
  return count as ReadersCount;
}

/** The program dies while events are written, and all readers go on at the next one. */
async function killed(): Promise<void> {
  using reading = workerOf("_feed_readers.ts");
  const { worker } = reading;
  await ask(worker, { url: program.url, cabinets, tokens });
  await pause(SETTLE_MS);
  await program.end("SIGKILL");
  program = await start();
  const from = performance.now();
  await ask(worker, { url: program.url, cabinets, tokens });
  const tookMs = performance.now() - from;
  await pause(SETTLE_MS);
  const { events, wrong, refusals } = await caughtUp(worker);
  say(
    `kill -9: ${refusals} opens refused; all readers live again ${
      tookMs.toFixed(0)
    } ms after the start; of ${events} events missed or twice: ${wrong}`,
  );
  await ask(worker, "close");
}

/** How many of the deaf readers are still served: what was kept for the others ends. */
async function countDeaf(deaf: readonly DeafReader[]): Promise<number> {
  const soon = pause(3_000);
  const ends = await Promise.all(deaf.map((one) => Promise.race([one.readToEnd(), soon])));
  return ends.filter((end) => end === undefined).length;
}

/** @returns how long each tap took, in milliseconds */
async function tapsFor(ms: number): Promise<readonly number[]> {
  return (await tapUntil(pause(ms), { pages, everyMs: TAP_EVERY_MS })).tookMs;
}

/** Memory of the program, in MiB. */
async function memory(): Promise<number> {
  return Math.round(await memoryOf(program.process.pid) / 1_024);
}

/** A worker, which is ended when it is disposed of. */
function workerOf(file: string): Disposable & { readonly worker: Worker } {
  const worker = new Worker(new URL(file, import.meta.url), { type: "module" });
  return { worker, [Symbol.dispose]: () => worker.terminate() };
}

/** Posts the message and waits for the answer. */
function ask<Answer>(worker: Worker, message: unknown): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.postMessage(message);
  return promise;
}
