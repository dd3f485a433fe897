/**
 * A flood of any size: attackers make so many connections of each kind at once, and connect again when they are closed.
 * Meanwhile people tap on connected cabinets. Prints how long taps took, the program's memory, and which of its isolates
 * ended.
 *
 *     deno run -A bench/flood.ts [connections of each kind] [seconds] [descriptors] [attackers]
 *
 * Attackers have their own addresses on the loopback network, and are one process.
 *
 * @module
 */
import { Flood } from "../testing/flood.ts";
import { api, putCabinet, untilOnline } from "../testing/api.ts";
import { Device } from "../testing/device.ts";
import { tempFolder } from "../testing/folders.ts";
import { guestCookie, Page } from "../testing/page.ts";
import { Program } from "../testing/program.ts";
import { say } from "./_rig.ts";
import { percentiles } from "./_taps.ts";

const PEOPLE = 8;
const PAGES_PER_GUEST = 16;

const [each = 1_000, seconds = 60, descriptors = 256, attackers = 1] = Deno.args.map(Number);
await using stack = new AsyncDisposableStack();
const { path } = stack.use(await tempFolder());
const program = stack.use(await Program.start(path, {}, { descriptors }));
const cabinets = Array.from({ length: PEOPLE }, (_, n) => `cab-${n}`);
for (const id of [...cabinets, "flood"]) await putCabinet(program, id);
const devices: Device[] = [];
const pages: Page[] = [];
for (const id of cabinets) {
  devices.push(stack.use(await Device.connect(program, `REG-${id}`)));
  await untilOnline(program, id);
  pages.push(stack.use(await Page.open(program, id, await guestCookie(program, id))));
}
const cookies: string[] = [];
while (cookies.length < Math.min(200, each / PAGES_PER_GUEST)) {
  cookies.push(await guestCookie(program, "flood"));
}

const { httpPort, devicePort } = program;
const floods = Array.from(
  { length: attackers },
  (_, n) => stack.use(new Flood({ httpPort, devicePort, each, cookies, from: `127.0.1.${n + 1}` })),
);
const took: number[] = [];
const states: Record<string, number> = {};
const end = Date.now() + seconds * 1_000;
let mostMiB = 0;
await Promise.all([...pages.map(tap), look()]);
say(`${took.length} taps: ${percentiles(took)}; ${JSON.stringify(states)}`);
say(`connections, by kind: ${JSON.stringify(floods.map(({ counts }) => counts))}`);
for (const flood of floods) flood[Symbol.dispose]();
const boards = await Promise.all(
  cabinets.map(async (id) => (await api(program, "GET", `/cabinets/${id}`)).body.online),
);
const { isolates } = (await api(program, "GET", "/status")).body;
const restarts = isolates.map(({ restarts }: { restarts: number }) => restarts);
say(
  `at most ${mostMiB.toFixed()} MiB; restarts of isolates: ${restarts}; boards there: ${
    boards.filter(Boolean).length
  }`,
);

async function tap(page: Page): Promise<void> {
  for (let n = 0; Date.now() < end; n++) {
    const since = performance.now();
    const { state } = await page.outcome(page.tap(1 + n % 24));
    took.push(performance.now() - since);
    states[state] = (states[state] ?? 0) + 1;
    page.messages.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function look(): Promise<void> {
  while (Date.now() < end) {
    const args = ["-o", "rss=", "-p", String(program.process.pid)];
    const { stdout } = await new Deno.Command("ps", { args }).output();
    mostMiB = Math.max(mostMiB, Number(new TextDecoder().decode(stdout)) / 1024);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
