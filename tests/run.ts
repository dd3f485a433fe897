/**
 * `deno task test` (quick) and `deno task test:thorough` (the rest, and everything larger): runs the tests that this machine
 * can run, beside a Postgres of their own, says what was left out and why, and ends with a line `N passed, N failed`.
 *
 * @module
 */
import { newSeed, parseSeed, SEED_VARIABLE } from "../testing/chance.ts";
import { tempFolder } from "../testing/folders.ts";
import { SERVER } from "../testing/servers/databases.ts";
import { PostgresServer } from "../testing/servers/postgres.ts";
import { MIGRATED_FILE } from "../testing/servers/migrated_file.ts";
import { migratedFile, prepareTemplate } from "../testing/servers/template.ts";
import type { RunName } from "../testing/test_run.ts";
import { type Outcome, runJob } from "./runner/job.ts";
import { PLACES, planOf } from "./runner/plan.ts";
import { runAll } from "./runner/queue.ts";

const encoder = new TextEncoder();

/** What ends a run early: Ctrl-C, a supervisor, a terminal that was closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** The exit code of a run that was ended early, as a shell would have it. */
const INTERRUPTED = 130;
/** Each program takes some tens, and several run at the same time. */
const CONNECTIONS_MAX = 400;
/** How many of the slowest files are named at the end. */
const SLOWEST = 10;

if (import.meta.main) {
  const [name, ...args] = Deno.args;
  if (name !== "quick" && name !== "thorough") throw new RangeError("Say which run: quick or thorough");
  Deno.exit(await run(name, args));
}

async function run(name: RunName, args: readonly string[]): Promise<number> {
  const stopping = new AbortController();
  // Jobs are ended, and then this ends, so that no program and no server is left behind.
  for (const signal of SIGNALS) Deno.addSignalListener(signal, () => stopping.abort());
  const seed = parseSeed(Deno.env.get(SEED_VARIABLE) ?? `${newSeed()}`);
  say(`${name} run, ${SEED_VARIABLE}=${seed}`);
  await using folder = await tempFolder();
  const file = `${folder.path}/migrated.sqlite`;
  await Deno.writeFile(file, await migratedFile(), { mode: 0o600 });
  await using server = await ownServer();
  const plan = await planOf(name, args);
  const databases = { [MIGRATED_FILE]: file, ...(server ? { [SERVER]: server.url() } : {}) };
  const env = { ...plan.env, ...databases, [SEED_VARIABLE]: `${seed}` };
  const outcomes = await runAll(plan.jobs, {
    places: PLACES,
    signal: stopping.signal,
    run: async (job) => {
      const outcome = await runJob(job, { env, signal: stopping.signal });
      say(`${outcome.text}${lineOf(outcome)}`);
      return outcome;
    },
  });
  if (stopping.signal.aborted) say("ended early: what follows is not all");
  const code = summarize(
    outcomes,
    `${SEED_VARIABLE}=${seed} deno task ${name === "quick" ? "test" : "test:thorough"}`,
  );
  return stopping.signal.aborted ? INTERRUPTED : code;
}

/** A Postgres for the whole run; `undefined`: there is one already, or the machine has none. */
async function ownServer(): Promise<PostgresServer | undefined> {
  if (Deno.env.has(SERVER) || PostgresServer.missing() !== undefined) return undefined;
  const server = await PostgresServer.start({ connectionsMax: CONNECTIONS_MAX });
  // Before anything else keeps the machine busy: migrating has deadlines.
  await prepareTemplate(server.url());
  return server;
}

/** Says how the run went. @returns its exit code */
function summarize(outcomes: readonly Outcome[], command: string): number {
  for (const name of outcomes.flatMap(({ leftOut }) => leftOut)) say(`left out: ${name}`);
  const slowest = outcomes.toSorted((a, b) => b.tookMs - a.tookMs).slice(0, SLOWEST);
  say(`slowest: ${slowest.map(({ job, tookMs }) => `${job.name} ${seconds(tookMs)}`).join(", ")}`);
  for (const { job, failed, errors } of outcomes) {
    if (failed > 0) say(`failed; play it again with ${command} ${job.name}\n${errors}\n`);
  }
  const sum = (count: "passed" | "failed") => outcomes.reduce((sum, outcome) => sum + outcome[count], 0);
  say(`${sum("passed")} passed, ${sum("failed")} failed`);
  return sum("passed") > 0 && sum("failed") === 0 ? 0 : 1;
}

function lineOf({ job, passed, failed, tookMs }: Outcome): string {
  return `── ${job.name}: ${passed} passed, ${failed} failed, ${seconds(tookMs)}\n`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`;
}

function say(line: string): void {
  const bytes = encoder.encode(`${line}\n`);
  for (let sent = 0; sent < bytes.length;) sent += Deno.stdout.writeSync(bytes.subarray(sent));
}
