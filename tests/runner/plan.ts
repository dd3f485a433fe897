/**
 * Which tests are in which run, and what may be run at the same time.
 *
 * @module
 */
import { PART_VARIABLE, type RunName, SIZE_VARIABLE } from "../../testing/test_run.ts";
import type { Job } from "./job.ts";

/** Places of the machine: what most tests do is wait, so that two at once keep a processor busy. */
export const PLACES = 2 * navigator.hardwareConcurrency;
/** For tests of how much memory the program takes: nothing runs beside them. */
const ALONE = Infinity;
/** For browsers, and for crowds and floods that keep a processor busy. */
const BUSY = 2;
/** For tests that do nothing but wait most of the time, for timers or for programs that stand still: 9 s of a processor in 136 s. */
const WAITING = 0.5;

/**
 * What the quick run takes of `tests/`, beside all of `src/`. The rest is for the thorough run, and so is what these
 * files do in a larger size (`sized()`) and on Postgres.
 */
export const QUICK: readonly string[] = [
  "tests/smoke_test.ts",
  "tests/boards/fuzz_test.ts",
  "tests/boards/contract_test.ts",
  "tests/boards/cuts_test.ts",
  "tests/boards/variants_test.ts",
  "tests/fleet/router_test.ts",
  "tests/hardship/faults_test.ts",
  "tests/people/tap_test.ts",
  "tests/people/storage_test.ts",
  "tests/operator/matrix_test.ts",
  "tests/operator/organizations_test.ts",
  "tests/cli/daily_test.ts",
  "tests/cli/demo_test.ts",
  "tests/client/generated_test.ts",
  "tests/documents_test.ts",
  "tests/rooms_test.ts",
  "tests/runner/",
  "tests/fake_wechat/",
];

/**
 * What is begun before the other files, the longest first, so that none of them is left at the end; and how many places
 * each takes.
 */
export const FIRST: readonly (readonly [path: string, places: number])[] = [
  ["src/", BUSY],
  ["tests/hardship/faults_test.ts", BUSY],
  ["tests/operator/organizations_test.ts", BUSY],
  ["tests/operator/guesses_test.ts", BUSY],
  ["tests/devices/standstill_test.ts", WAITING],
  ["tests/browser/accessibility_test.ts", BUSY],
  ["tests/fleet/fleet_test.ts", ALONE],
  ["tests/devices/dead_connection_test.ts", WAITING],
  ["tests/database/outage_test.ts", WAITING],
  ["tests/boards/connections_test.ts", WAITING],
  ["tests/boards/deferred_heartbeats_test.ts", WAITING],
  ["tests/wechat/away_test.ts", WAITING],
  ["tests/browser/", BUSY],
  ["tests/boards/", 1],
  ["tests/fleet/", 1],
  ["tests/hardship/siege_test.ts", ALONE],
  ["tests/hardship/", BUSY],
  ["tests/program/memory_test.ts", ALONE],
  ["tests/people/storage_test.ts", BUSY],
];

/** Tests that only the thorough run takes from files of the quick one. */
const LEFT_BY_QUICK = String.raw`/\[(Postgres|sized)/`;
/** What a file has that has some of them. */
const HAS_LEFT_BY_QUICK = /\b(testOnEach|testOnPostgres|sized)\(/;

/** How many files of a job are named. */
const NAMED_MAX = 3;

/** What is run, and in which environment. */
export interface Plan {
  readonly jobs: readonly Job[];
  readonly env: Record<string, string>;
}

/**
 * Plans a run.
 *
 * @param args nothing: the run's own part of all tests. Paths, then options of `deno test`: all tests that these name, in
 * the run's sizes
 */
export async function planOf(run: RunName, args: readonly string[]): Promise<Plan> {
  // Unit tests wait, too: more threads than processors.
  const env = { [SIZE_VARIABLE]: run, DENO_JOBS: `${PLACES}` };
  if (args.length === 0) {
    return {
      jobs: run === "quick" ? await quickJobs() : await thoroughJobs(),
      env: { ...env, [PART_VARIABLE]: run },
    };
  }
  const firstOption = args.findIndex((arg) => arg.startsWith("-"));
  const [paths, options] = firstOption < 0
    ? [args, []]
    : [args.slice(0, firstOption), args.slice(firstOption)];
  return { jobs: await namedJobs(paths.length === 0 ? ["src", "tests"] : paths, options), env };
}

async function quickJobs(): Promise<Job[]> {
  const files = (await filesIn("tests")).filter(isQuick);
  return inOrder([srcJob(["src/"]), ...files.map((file) => fileJob(file))]);
}

async function thoroughJobs(): Promise<Job[]> {
  const options = ["--filter", LEFT_BY_QUICK];
  const files = await filesIn("tests");
  return inOrder([
    srcJob(await filesWithLeftByQuick("src"), options),
    ...files.map((file) => fileJob(file, isQuick(file) ? options : [])),
  ]);
}

async function namedJobs(paths: readonly string[], options: readonly string[]): Promise<Job[]> {
  const isOfSrc = (path: string) => /^(\.\/)?src(\/|$)/.test(path);
  const src = paths.filter(isOfSrc);
  const files = await Promise.all(paths.filter((path) => !isOfSrc(path)).map(filesIn));
  return inOrder([
    ...src.length === 0 ? [] : [srcJob(src, options)],
    ...files.flat().map((file) => fileJob(file, options)),
  ]);
}

/** Loading a file costs more than most of its tests. */
async function filesWithLeftByQuick(folder: string): Promise<string[]> {
  const files = await filesIn(folder);
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(file)));
  return files.filter((_, index) => HAS_LEFT_BY_QUICK.test(texts[index] ?? ""));
}

/** Unit tests are small and many: one process for all of them, with threads. */
function srcJob(paths: readonly string[], options: readonly string[] = []): Job {
  return {
    name: paths.length > NAMED_MAX ? `${paths.length} files of src/` : paths.join(" "),
    paths,
    options: ["--parallel", ...options],
    places: navigator.hardwareConcurrency,
  };
}

function fileJob(file: string, options: readonly string[] = []): Job {
  const [, places = 1] = FIRST.find(([path]) => file.startsWith(path)) ?? [];
  return { name: file, paths: [file], options, places };
}

function inOrder(jobs: readonly Job[]): Job[] {
  const rank = ({ name }: Job) => {
    const index = FIRST.findIndex(([path]) => name.startsWith(path));
    return index < 0 ? FIRST.length : index;
  };
  return jobs.toSorted((a, b) => rank(a) - rank(b));
}

function isQuick(file: string): boolean {
  return QUICK.some((path) => file.startsWith(path));
}

/** The test files in a folder, or the file itself, sorted. */
async function filesIn(path: string): Promise<string[]> {
  if (!(await Deno.stat(path)).isDirectory) return [path];
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    const inner = `${path.replace(/\/$/, "")}/${name}`;
    if (isDirectory) files.push(...await filesIn(inner));
    else if (/_test\.tsx?$/.test(name)) files.push(inner);
  }
  return files.toSorted();
}
