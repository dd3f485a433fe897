/**
 * A person's whole way (login, store, share, pickup, take) while attackers do at once all that strangers can.
 *
 * @module
 */
import { deepEqual, ok } from "node:assert/strict";
import { putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { ROOT, tempFolder } from "../../testing/folders.ts";
import { guestCookie, type Message, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import type { Siege } from "../../testing/siege.ts";
import { SIZE } from "../sizes.ts";
import { runSeed } from "../../testing/chance.ts";

const ATTACKERS_MIN = 20;
/** What the program may occupy in all, by what is done beside: rendering and thousands of connections make garbage. */
const RESIDENT_MIB_MAX = { nothing: 400, loads: 450, streams: 500 } as const;

/** The most memory that a process had, by its own account. */
class Memory implements Disposable {
  mostMiB = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(pid: number) {
    this.#timer = setInterval(() => {
      const { stdout } = new Deno.Command("ps", { args: ["-o", "rss=", "-p", `${pid}`] }).outputSync();
      this.mostMiB = Math.max(this.mostMiB, Number(new TextDecoder().decode(stdout)) / 1024);
    }, 500);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Sends what moves a lock, and returns how it ended and how long that took. */
async function ends(page: Page, message: Message, tookMs: number[]): Promise<Message> {
  const id = crypto.randomUUID();
  const from = performance.now();
  page.send({ ...message, id });
  const outcome = await page.outcome(id);
  tookMs.push(performance.now() - from);
  return { ...outcome, id };
}

/** Stores, lets somebody else take it out by a code, stores again and takes it out. */
async function wholeWay(program: Program, device: Device, tookMs: number[]): Promise<void> {
  await using owner = await Page.open(program, "lobby", await guestCookie(program, "lobby"));
  await using friend = await Page.open(program, "lobby", await guestCookie(program, "lobby"));
  const shut = (cell: number) => device.report(cell, false);
  const stored = await ends(owner, { type: "store" }, tookMs);
  deepEqual([stored["state"], stored["reason"]], ["opened", undefined]);
  await shut(stored["cell"]);
  const share = crypto.randomUUID();
  owner.send({ type: "share", id: share, rental: stored["id"] });
  const { code } = await owner.until(({ type, id }) => type === "shared" && id === share);
  const picked = await ends(friend, { type: "pickup", code }, tookMs);
  deepEqual([picked["state"], picked["reason"]], ["opened", undefined]);
  await shut(stored["cell"]);
  await owner.until(({ type, rental, state }) =>
    type === "rental" && rental === stored["id"] && state === "ended"
  );
  const again = await ends(owner, { type: "store" }, tookMs);
  deepEqual(again["state"], "opened");
  await shut(again["cell"]);
  const taken = await ends(owner, { type: "retrieve", rental: again["id"] }, tookMs);
  deepEqual(taken["state"], "opened");
  await shut(again["cell"]);
  await owner.until(({ type, rental, state }) =>
    type === "rental" && rental === again["id"] && state === "ended"
  );
}

Deno.test(
  "a person stores, shares, collects and takes while twenty attackers do all that strangers can",
  () => liveUnderSiege("nothing"),
);

Deno.test(
  "the same while some of them load pages without end",
  () => liveUnderSiege("loads"),
);

Deno.test(
  "the same while some of them send what belongs to no request, and reset what they connected",
  () => liveUnderSiege("streams"),
);

async function liveUnderSiege(more: Siege["more"]): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path, {}, { descriptors: 8_192 }));
  await putCabinet(program, "lobby", { mode: "storage", registration: { text: "IMEI860000000000001" } });
  const device = stack.use(await Device.connect(program, "IMEI860000000000001"));
  await untilOnline(program, "lobby");
  using memory = new Memory(program.process.pid);
  const { httpPort, devicePort } = program;
  const target = { program: { httpPort, devicePort }, cabinet: "lobby", registration: "IMEI860000000000001" };
  const siege = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-net",
      "testing/siege.ts",
      JSON.stringify({ target, attackersMin: ATTACKERS_MIN, more, seed: runSeed() }),
    ],
    cwd: ROOT,
    stdout: "null",
    stderr: "null",
  }).spawn();
  let isOver = false;
  stack.defer(async () => {
    isOver = true;
    siege.kill("SIGKILL");
    await siege.status;
  });
  siege.status.then(({ code }) => isOver || program.err.push(`the attackers ended with ${code}`));
  const tookMs: number[] = [];
  const over = Date.now() + SIZE.siegeSeconds * 1_000;
  let ways = 0;
  for (; Date.now() < over; ways++) {
    await wholeWay(program, device, tookMs);
    // New guests of one address are limited: two for each way.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
  }
  const sorted = tookMs.toSorted((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? Infinity;
  const said = `${ways} ways, ${tookMs.length} taps, p99 ${p99.toFixed(0)} ms, ${
    memory.mostMiB.toFixed(0)
  } MiB`;
  Deno.stdout.writeSync(new TextEncoder().encode(`${said}\n`));
  ok(memory.mostMiB < RESIDENT_MIB_MAX[more], said);
  deepEqual(program.err.filter((line) => /is started again|panicked|attackers ended/.test(line)), []);
  await until(() => device.opens.length >= tookMs.length, { saw: () => device.opens.length });
}
