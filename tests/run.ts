/**
 * `deno task test`: runs every test that this machine can run, beside a Postgres of their own, says what was left
 * out and why, and ends with a line `N passed, N failed`.
 *
 * @module
 */
import { SERVER } from "../testing/servers/databases.ts";
import { TextLineStream } from "../testing/lines.ts";
import { PostgresServer } from "../testing/servers/postgres.ts";

const encoder = new TextEncoder();

/** The runner's own summary, such as `ok | 12 passed (3 steps) | 0 failed | 1 ignored (4s)`. */
const SUMMARY = /\| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/;
/** A test that was not run: its name says what the machine lacks. */
const IGNORED = /^(.*) \.\.\. ignored/;

/** What ends a run early: Ctrl-C, a supervisor, a terminal that was closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

if (import.meta.main) Deno.exit(await run(Deno.args));

async function run(args: readonly string[]): Promise<number> {
  const stopping = new AbortController();
  // The runner is ended, and then this ends, so that no server is left behind.
  for (const signal of SIGNALS) Deno.addSignalListener(signal, () => stopping.abort());
  await using server = await ownServer();
  const runner = new Deno.Command(Deno.execPath(), {
    args: ["test", "-P=test", ...args],
    stdout: "piped",
    env: { NO_COLOR: "1", ...(server ? { [SERVER]: server.url() } : {}) },
    signal: stopping.signal,
  }).spawn();
  return await report(runner);
}

/** A Postgres for the whole run; `undefined`: there is one already, or the machine has none. */
async function ownServer(): Promise<PostgresServer | undefined> {
  if (Deno.env.has(SERVER) || PostgresServer.missing() !== undefined) return undefined;
  return await PostgresServer.start();
}

/** Passes on what the runner says, and sums it up. */
async function report(runner: Deno.ChildProcess): Promise<number> {
  const leftOut: string[] = [];
  let summary = { passed: 0, failed: 0 };
  const lines = runner.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) {
    say(line);
    const [, name] = IGNORED.exec(line) ?? [];
    if (name !== undefined) leftOut.push(name);
    const [, passed, failed] = SUMMARY.exec(line) ?? [];
    if (passed !== undefined) summary = { passed: Number(passed), failed: Number(failed) };
  }
  const { code } = await runner.status;
  for (const name of leftOut) say(`left out: ${name}`);
  const failed = code !== 0 && summary.failed === 0 ? 1 : summary.failed;
  say(`${summary.passed} passed, ${failed} failed`);
  return summary.passed === 0 ? 1 : code;
}

function say(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}
