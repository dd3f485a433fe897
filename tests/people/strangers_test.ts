/**
 * Devices that nobody knows, at a whole program: what they learn, and what the operator does.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { DEVICE } from "../../src/lib/limits.ts";
import { api, putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";

const SAID = "866714045455127";

async function start(stack: AsyncDisposableStack): Promise<Program> {
  const folder = stack.use(await tempFolder());
  return stack.use(await Program.start(folder.path));
}

/** Connects, says it, and is hung up on without having been told anything. */
async function say(program: Program, text: string): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: program.devicePort });
  await conn.write(new TextEncoder().encode(text));
  equal(await conn.read(new Uint8Array(1)), null);
}

Deno.test("the log tells what an unknown DTU said as text, and the advice in it makes it a cabinet", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await start(stack);
  await say(program, `${SAID}\r\n`);
  const line = await until(() => program.err.find((line) => line.includes(SAID)), { saw: () => program.err });
  const record = JSON.parse(line);
  deepEqual([record.reason, record.text], ["unknown-registration", SAID]);
  const [, registration] = /^deno task kaigui cabinet add ID .* --registration (\S+)$/.exec(record.advice) ??
    [];
  await putCabinet(program, "mine", { registration: { text: registration } });
  await using _device = await Device.connect(program, new TextEncoder().encode(`${SAID}\r\n`));
  await untilOnline(program, "mine");
  const { warnings } = (await api(program, "GET", "/cabinets/mine")).body;
  match(warnings.join(), /^registration: it can be guessed/);
});

Deno.test("nobody learns from silence or time whether a registration is that of a cabinet which is online", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await start(stack);
  await putCabinet(program, "good");
  await putCabinet(program, "elsewhere", { addresses: ["192.0.2.1"] });
  await using _device = await Device.connect(program, "REG-good");
  await untilOnline(program, "good");
  const tookMs = async (text: string) => {
    const since = performance.now();
    await say(program, text);
    return performance.now() - since;
  };
  const times = await Promise.all(["REG-good", "REG-nobody", "REG-elsewhere"].map(tookMs));
  for (const time of times) ok(time >= DEVICE.answerMs, `after ${time} ms`);
  equal((await api(program, "GET", "/cabinets/good")).body.online, true);
});

Deno.test("a flood of unknown registrations raises one alarm that counts them, and is told in the log", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await start(stack);
  const alarm = async () =>
    (await api(program, "GET", "/alarms")).body.items.filter(({ kind }: { kind: string }) =>
      kind === "unknown-registrations"
    );
  const group = (count: number) =>
    Promise.all(Array.from({ length: count }, () => say(program, "REG-nobody")));
  // As many as a fleet that is set up wrongly makes in some minutes: one more each second is not a flood.
  await group(DEVICE.unknownDevicesOfNetwork.burst / 2);
  deepEqual(await alarm(), []);
  await group(2 * DEVICE.unknownDevicesOfNetwork.burst);
  let last: unknown;
  const [raised] = await until(async () => {
    const all = last = await alarm();
    return all[0]?.count > 1 && all;
  }, { deadlineMs: 2 * DEVICE.floodToldMs, saw: () => last });
  deepEqual([raised.cabinet, raised.cell, raised.endedAt], [null, null, null]);
  equal((await alarm()).length, 1);
  ok(program.err.some((line) => line.includes("further tries from there are slowed down")));
});
