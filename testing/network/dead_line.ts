/**
 * A cabinet whose line dies, with the real kernel: in a network namespace of its own packets are dropped, and what the kernel
 * still holds is sent again later. Prints what happened as JSON.
 *
 *     unshare --net deno run -P=test testing/network/dead_line.ts '{"way":"stale","retries":4}'
 *
 * @module
 */
import {
  Device,
  guestCookie,
  Page,
  Program,
  putCabinet,
  tempFolder,
  until,
  untilOnline,
} from "../harness.ts";

/** What is tried, and what happened. */
export interface DeadLine {
  /**
   * `stale`: nothing was heard for a while when the line died; `fresh`: something was heard just before; `killed`: the same,
   * and the program is killed after the tap.
   */
  readonly way: "stale" | "fresh" | "killed";
  /** `net.ipv4.tcp_retries2` and `tcp_orphan_retries` of the program's network. */
  readonly retries: number;
  /** How long the line stays dead after the tap, in milliseconds. */
  readonly deadMs: number;
}

/** See {@linkcode DeadLine}. */
export interface DeadLineResult {
  readonly state?: string | undefined;
  readonly reason?: string | undefined;
  /** Pulses that came to the lock. */
  readonly pulses: number;
}

/** Longer than `BUS.freshMs`, shorter than the time after which boards are read anyway. */
const STALE_MS = 11_000;
/** How long the mended line has to bring what it still holds: longer than the kernel waits between two tries. */
const MENDED_MS = 20_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

if (import.meta.main) {
  const result = await run(JSON.parse(Deno.args[0] ?? ""));
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(result)));
}

async function run({ way, retries, deadMs }: DeadLine): Promise<DeadLineResult> {
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

/** The program has heard the board. */
async function heard(device: Device, page: Page): Promise<void> {
  await device.report(3, true);
  await page.until((message) => message["type"] === "cabinet" && message["cells"] !== undefined);
}

/** Both ways, as a network drops them that is gone. */
async function drop(port: number, how: "--append" | "--delete"): Promise<void> {
  for (const end of ["--dport", "--sport"]) {
    await command("iptables", how, "INPUT", "--protocol", "tcp", end, `${port}`, "--jump", "DROP");
  }
}

async function command(name: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(name, { args }).output();
  if (!success) throw new Error(`${name} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
