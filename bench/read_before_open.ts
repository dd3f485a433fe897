/**
 * What reading the door before an open adds to a tap: with a page that has been open for 3 s, and by REST on a connection
 * that was silent for half a minute. The board is as far away as over a mobile network.
 *
 *     deno run -P=test bench/read_before_open.ts [rounds]
 *
 * @module
 */
import { api, putCabinet, untilOnline } from "../testing/api.ts";
import { Device } from "../testing/device.ts";
import { tempFolder } from "../testing/folders.ts";
import { guestCookie, Page } from "../testing/page.ts";
import { Program } from "../testing/program.ts";
import { until } from "../testing/until.ts";
import { SlowLine } from "../testing/network/slow_line.ts";
import { say } from "./_rig.ts";

const ROUNDS = Number(Deno.args[0] ?? 3);
const NETWORK = { roundTripMs: 200, bytesPerSecond: 10_000, handshakes: 0 };
/** Longer than `BUS.freshMs`; between two idle polls (45 s) the connection is silent for so long. */
const SILENT_MS = 30_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const times = new Map<string, number[]>();

await using folder = await tempFolder();
await using program = await Program.start(folder.path);
await putCabinet(program, "cab", { mode: "open" });
const cookie = await guestCookie(program, "cab");
for (let round = 0; round < ROUNDS; round++) {
  await using line = await connected();
  const { device } = line;
  {
    // The page was opened on a silent connection, and made the program read the doors.
    await pause(SILENT_MS);
    await using page = await Page.open(program, "cab", cookie);
    await pause(3_000);
    await measured("page open for 3 s", () => page.outcome(page.tap(1)));
    await measured("page, again at once", () => page.outcome(page.tap(2)));
  }
  await pause(SILENT_MS);
  const opens = device.opens.length;
  await measured("REST, silent line", () => api(program, "POST", "/cabinets/cab/cells/3/open", { body: {} }));
  await until(() => device.opens.length > opens);
  await measured(
    "REST, again at once",
    () => api(program, "POST", "/cabinets/cab/cells/4/open", { body: {} }),
  );
}
for (const [name, all] of times) {
  say(`${name.padEnd(22)} ${median(all).toFixed(0)} ms (${all.map((ms) => ms.toFixed(0)).join(", ")})`);
}

async function connected() {
  const line = new SlowLine(() => ({ hostname: "127.0.0.1", port: program.devicePort }), NETWORK);
  const device = await Device.connect({ devicePort: line.port }, "REG-cab");
  // The door is closed at once after it opens: an open door would be read every second.
  device.onOpen = () => 0x00;
  await untilOnline(program, "cab");
  await until(() => device.frames.length > 0);
  return {
    device,
    async [Symbol.asyncDispose]() {
      await device[Symbol.asyncDispose]();
      await line[Symbol.asyncDispose]();
      await untilOnline(program, "cab", false);
    },
  };
}

async function measured(name: string, work: () => Promise<unknown>): Promise<void> {
  const from = performance.now();
  await work();
  times.set(name, [...times.get(name) ?? [], performance.now() - from]);
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN;
}
