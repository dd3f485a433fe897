/**
 * A full table of descriptors, and floods of connections: boards and people that are there stay, nobody is kept out by
 * somebody else's flood, and no isolate ends. `bench/flood.ts` does the same in any size.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Flood, FLOOD_KINDS, type FloodKind } from "../../testing/flood.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { untilOnline } from "../../testing/api.ts";
import { whyNoPrlimit } from "../../testing/servers/prlimit.ts";
import { testUnless } from "../../testing/test_run.ts";

const ATTACKER = "127.0.0.66";
/** Connections of each kind at once: more of one alone than there are descriptors. */
const EACH = 300;
/** Longer than a head may take, so that all of a flood has been hung up on. */
const FLOOD_MS = 40_000;
/** Taps that are to open a door meanwhile, at least. */
const TAPS = 50;

/** A program that may open few files, and on it a cabinet, its board, and a person who looks at it. */
async function crowded(stack: AsyncDisposableStack, { isolates = 1 } = {}) {
  const { path } = stack.use(await tempFolder());
  const program = stack.use(await Program.start(path, { ISOLATES: String(isolates) }, { descriptors: 256 }));
  await putCabinet(program, "good");
  await putCabinet(program, "flood");
  const device = stack.use(await Device.connect(program, "REG-good"));
  await untilOnline(program, "good");
  const cookie = await guestCookie(program, "good");
  const page = stack.use(await Page.open(program, "good", cookie));
  return { program, device, page, cookie };
}

/** All that the program says of isolates that died, and of what nobody caught. */
function calamities({ err }: Program): string[] {
  return err.filter((line) => /ended and is started again|nothing caught|panicked/.test(line));
}

async function flooded(kinds: readonly FloodKind[], { isolates = 1 } = {}): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const { program, device, page, cookie } = await crowded(stack, { isolates });
  const cookies: string[] = [];
  while (cookies.length < 20) cookies.push(await guestCookie(program, "flood"));
  const { httpPort, devicePort } = program;
  const flood = stack.use(
    new Flood({ httpPort, devicePort, each: EACH, from: ATTACKER, kinds, cookies }),
  );
  const giveUpAt = Date.now() + FLOOD_MS;
  let taps = 0;
  // A silent peer does not hear that the kernel had no room for it in its queue.
  const isHungUp = (kind: FloodKind) => flood.counts[kind].ended >= (kind === "silent" ? 1 : EACH);
  while (taps < TAPS || !kinds.every(isHungUp)) {
    ok(Date.now() < giveUpAt, Deno.inspect({ taps, counts: flood.counts }));
    equal((await page.outcome(page.tap(1 + taps % 24)))["state"], "opened");
    taps++;
    const response = await fetch(`${program.url}/c/good`, { headers: { cookie } });
    equal(response.status, 200);
    await response.body?.cancel();
  }
  deepEqual(calamities(program), []);
  equal((await api(program, "GET", "/cabinets/good")).body.online, true);
  const { totals } = (await api(program, "GET", "/status")).body;
  ok(totals.devices >= 1, Deno.inspect(totals));
  equal(device.opens.length, taps, "one pulse for each tap");
  flood[Symbol.dispose]();
  // Afterwards there is room again, also for who was not there before.
  const later = stack.use(await until(() => Page.open(program, "good", cookie).catch(() => undefined)));
  equal((await later.outcome(later.tap(3)))["state"], "opened");
}

testUnless(
  whyNoPrlimit(),
  "strangers' requests in all states harm nobody, with 256 descriptors",
  () => flooded(["silent", "half-head", "slow-head", "slow-body", "keep-alive"]),
);

testUnless(
  whyNoPrlimit(),
  "guests' WebSockets and strangers' devices harm nobody who is there, with 256 descriptors and two isolates",
  () => flooded(FLOOD_KINDS.filter((kind) => kind === "websocket" || kind === "device"), { isolates: 2 }),
);
