/**
 * How long taps on one cabinet take while the device of another one sends as fast as it is read.
 *
 *     deno run -A bench/too_fast.ts [reports|beats|readings|random] [taps]
 *
 * @module
 */
import { concat } from "@std/bytes";
import { putCabinet, untilOnline } from "../testing/api.ts";
import { Device } from "../testing/device.ts";
import { tempFolder } from "../testing/folders.ts";
import { guestCookie, Page } from "../testing/page.ts";
import { Program } from "../testing/program.ts";
import { say } from "./_rig.ts";

const REPEATED = 4_000;
const GAP_MS = 50;

const [kind = "reports", taps = "40"] = Deno.args;
await using stack = new AsyncDisposableStack();
const { path } = stack.use(await tempFolder());
const program = stack.use(await Program.start(path, {}, { descriptors: 8_192 }));
await putCabinet(program, "quiet");
await putCabinet(program, "talks", { heartbeat: { hex: "FE", echo: true } });
const device = stack.use(await Device.connect(program, "REG-quiet"));
await untilOnline(program, "quiet");
const page = stack.use(await Page.open(program, "quiet", await guestCookie(program, "quiet")));
say(`before: ${await tapped()}`);
const talker = stack.use(await Device.connect(program, "REG-talks"));
await untilOnline(program, "talks");
const talking = talk(bytesOf(kind));
say(`while ${kind} come: ${await tapped()}`);
talker.conn.close();
await talking;

async function tapped(): Promise<string> {
  const took: number[] = [];
  while (took.length < Number(taps)) {
    device.open.clear();
    const from = performance.now();
    await page.outcome(page.tap(1 + took.length % 24));
    took.push(performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, GAP_MS));
  }
  took.sort((a, b) => a - b);
  const at = (part: number) => (took[Math.floor((took.length - 1) * part)] ?? NaN).toFixed(1);
  return `p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, longest ${at(1)} ms`;
}

/** Ends when the connection is closed by either side. */
async function talk(bytes: Uint8Array): Promise<void> {
  try {
    while (true) await talker.send(bytes);
  } catch {
    // The connection is closed.
  }
}

/** The bytes that the device repeats. */
function bytesOf(kind: string): Uint8Array {
  if (kind === "beats") return new Uint8Array(64 * 1_024).fill(0xfe);
  if (kind === "random") return crypto.getRandomValues(new Uint8Array(64 * 1_024));
  const said = (n: number) => kind === "readings" ? [0x80, 1, 0xff, 0xff, 0xff, 0x33] : report(n);
  return concat(Array.from({ length: REPEATED }, (_, n) => checked(said(n))));
}

/** Reports of moving doors, each of 24 in turn. */
function report(n: number): number[] {
  return [0x82, 1, 1 + (n >> 1) % 24, n % 2 === 0 ? 0x00 : 0x11];
}

function checked(bytes: number[]): Uint8Array {
  return Uint8Array.of(...bytes, bytes.reduce((xor, byte) => xor ^ byte, 0));
}
