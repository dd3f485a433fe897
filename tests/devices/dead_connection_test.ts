import { deepEqual } from "node:assert/strict";
import type { DeadConnection, DeadConnectionResult } from "../../testing/network/dead_connection.ts";
import { namespacesMissing, works } from "../../testing/network/namespaces.ts";
import { testUnless, whyLeftOut } from "../../testing/test_run.ts";
import { ROOT } from "../../testing/folders.ts";

/** As `docs/operations.md` sets it. */
const RETRIES = 4;
/** The default of Linux. */
const USUAL_RETRIES = 15;

function whyNoDeadLines(): string | undefined {
  const missing = namespacesMissing();
  if (missing !== undefined) return missing;
  const hasIptables = works("iptables", "--version") && works("ip", "-V") && works("sysctl", "--version");
  return whyLeftOut(hasIptables ? undefined : "no iptables, iproute2 and procps");
}

function testDeadLine(name: string, given: DeadConnection, expected: DeadConnectionResult): void {
  testUnless(whyNoDeadLines(), name, async () => {
    const { stdout, stderr, success } = await new Deno.Command("unshare", {
      args: [
        "--net",
        Deno.execPath(),
        "run",
        "--quiet",
        "-P=test",
        "testing/network/dead_connection.ts",
        JSON.stringify(given),
      ],
      cwd: ROOT,
    }).output();
    const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    if (!success) throw new Error(complained);
    deepEqual(JSON.parse(said ?? ""), expected);
  });
}

const refused = { state: "refused", reason: "offline", pulses: 0 };
const unconfirmed = { state: "unconfirmed", reason: "no-reply", pulses: 0 };

testDeadLine(
  "nothing is sent into a line on which nothing was heard for a while, so nothing can arrive late",
  { way: "stale", retries: USUAL_RETRIES, deadMs: 5_000 },
  refused,
);

testDeadLine(
  "what was sent into a line that died just before does not open the door after the kernel's last try",
  { way: "fresh", retries: RETRIES, deadMs: 8_000 },
  unconfirmed,
);

testDeadLine(
  "what a killed program had sent does not open the door after the kernel's last try",
  { way: "killed", retries: RETRIES, deadMs: 8_000 },
  { pulses: 0 },
);
