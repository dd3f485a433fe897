/**
 * A cabinet whose connection dies without a word, with the real kernel: in its own network namespace packets are dropped,
 * and the kernel sends what it still holds again later. Prints the result as JSON.
 *
 *     unshare --net deno run -P=test testing/network/dead_connection.ts '{"way":"stale","retries":4}'
 *
 * @module
 */
import { putCabinet, untilOnline } from "../api.ts";
import { Device } from "../device.ts";
import { tempFolder } from "../folders.ts";
import { guestCookie, Page } from "../page.ts";
import { Program } from "../program.ts";
import { until } from "../until.ts";

/** What is tried. */
export interface DeadConnection {
  /**
   * `stale`: the device was silent for a while before the connection died; `fresh`: it sent something just before;
   * `killed`: as `fresh`, and the program is killed after the tap.
   */
  readonly way: "stale" | "fresh" | "killed";
  /** `net.ipv4.tcp_retries2` and `tcp_orphan_retries` of the program's network. */
  readonly retries: number;
  /** How long the connection stays dead after the tap, in milliseconds. */
  readonly deadMs: number;
}

/** What happened. */
export interface DeadConnectionResult {
  readonly state?: string | undefined;
  readonly reason?: string | undefined;
  /** How often the lock was pulsed. */
  readonly pulses: number;
}

/** Longer than `BUS.freshMs`, shorter than the time after which idle boards are read. */
const STALE_MS = 11_000;
/** Time for what the kernel still holds to arrive: longer than it waits between two tries. */
const MENDED_MS = 20_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

if (import.meta.main) {
  const result = await run(JSON.parse(Deno.args[0] ?? ""));
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(result)));
}

async function run({ way, retries, deadMs }: DeadConnection): Promise<DeadConnectionResult> {
  await command("ip", "link", "set", "lo", "up");
  for (const name of ["tcp_retries2", "tcp_orphan_retries"]) {
    await command("sysctl", "-qw", `net.ipv4.${name}=${retries}`);
  }
  await using folder = await tempFolder();
  await using program = await Program.start(folder.path);
  await putCabinet(program, "cab", { mode: "open" });
  await using device = await Device.connect(program, "REG-cab");
  await untilOnline(program, "cab");
  await using page = await Page.open(program, "cab", await guestCookie(program, "cab"));
  await until(() => device.frames.length > 0);
  if (way === "stale") await pause(STALE_MS);
  else await heard(device, page);
  await drop(program.devicePort, "--append");
  const id = page.tap(7);
  let outcome: Record<string, string> = {};
  if (way === "killed") {
    await page.until(({ state }) => state === "sent");
    await program.end("SIGKILL");
  } else outcome = await page.outcome(id);
  await pause(deadMs);
  await drop(program.devicePort, "--delete");
  await Promise.race([pause(MENDED_MS), device.ended]);
  return { state: outcome["state"], reason: outcome["reason"], pulses: device.opens.length };
}

/** Waits until the program has received a report of the board. */
async function heard(device: Device, page: Page): Promise<void> {
  await device.report(3, true);
  await page.until((message) => message["type"] === "cabinet" && message["cells"] !== undefined);
}

/** Drops packets in both directions. */
async function drop(port: number, how: "--append" | "--delete"): Promise<void> {
  for (const end of ["--dport", "--sport"]) {
    await command("iptables", how, "INPUT", "--protocol", "tcp", end, `${port}`, "--jump", "DROP");
  }
}

async function command(name: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(name, { args }).output();
  if (!success) throw new Error(`${name} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
