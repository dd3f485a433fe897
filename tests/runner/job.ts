/**
 * A job of a run: one `deno test` over some files, in a process group of its own, with what it said in one piece.
 *
 * @module
 */

/** Longest that a job may take; the longest one takes 4 minutes on two cores. */
export const JOB_MS_MAX = 20 * 60_000;
/** How long a job that is ended may take to end its programs and servers: a program drains for 10 s. */
const ENDING_MS = 15_000;

/** Deno's own summary, such as `ok | 12 passed (3 steps) | 0 failed | 1 ignored (4s)`. */
const SUMMARY = /\| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/;
/** What `deno test` says of the tests that failed. */
const ERRORS = /^ ERRORS ?$([\s\S]*?)^ FAILURES ?$/m;
/** How much of a job's errors is said once more at the end of the run, in characters; without a summary: its last ones. */
const ERRORS_MAX = 1_200;
/** A test that was not run: its name says what the machine lacks. */
const IGNORED = /^(.*) \.\.\. ignored/;

/** What is run together. */
export interface Job {
  /** What a person calls it: its file or folder. */
  readonly name: string;
  readonly paths: readonly string[];
  /** More arguments of `deno test`. @default none */
  readonly options?: readonly string[];
  /** How many of the machine's places it takes meanwhile. */
  readonly places: number;
}

/** How a job went. */
export interface Outcome {
  readonly job: Job;
  readonly passed: number;
  /** A process that ended badly without a failed test counts as one. */
  readonly failed: number;
  /** Names of tests that were not run, with why. */
  readonly leftOut: readonly string[];
  /** What went wrong, shortened. Empty: nothing. */
  readonly errors: string;
  /** All that it wrote. */
  readonly text: string;
  readonly tookMs: number;
}

/** What a job is run with. */
export interface JobOptions {
  /** Added to the environment. */
  readonly env: Record<string, string>;
  /** Ends the job, its programs and servers. */
  readonly signal: AbortSignal;
  /** @default {JOB_MS_MAX} */
  readonly msMax?: number;
}

/** Runs it to its end. */
export async function runJob(job: Job, { env, signal, msMax = JOB_MS_MAX }: JobOptions): Promise<Outcome> {
  const from = performance.now();
  const { paths, options = [] } = job;
  const child = new Deno.Command(Deno.execPath(), {
    // Types are checked by `deno task ok`, once for all files.
    args: ["test", "-P=test", "--no-check", ...options, ...paths],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1", ...env },
    // In a group of its own, so that all it started can be ended with it.
    detached: true,
  }).spawn();
  const limit = AbortSignal.timeout(msMax);
  const ending = endOn(AbortSignal.any([signal, limit]), child);
  const parts: string[] = [];
  await Promise.all([collect(child.stdout, parts), collect(child.stderr, parts)]);
  const { code } = await child.status;
  ending.dispose();
  // What a test left behind, such as one that died.
  killGroup(child.pid, "SIGTERM");
  if (limit.aborted) parts.push(`\nended, as it took longer than ${msMax} ms\n`);
  return { job, tookMs: performance.now() - from, ...summaryOf(parts.join(""), code) };
}

/** What the output and the exit code of `deno test` come to. */
export function summaryOf(text: string, code: number): Omit<Outcome, "job" | "tookMs"> {
  const leftOut: string[] = [];
  let [passed, failed] = [0, 0];
  for (const line of text.split("\n")) {
    const [, name] = IGNORED.exec(line) ?? [];
    if (name !== undefined) leftOut.push(name);
    const summary = SUMMARY.exec(line);
    if (summary) [passed, failed] = [Number(summary[1]), Number(summary[2])];
  }
  if (code !== 0 && failed === 0) failed = 1;
  return { text, leftOut, passed, failed, errors: failed === 0 ? "" : errorsIn(text) };
}

function errorsIn(text: string): string {
  const [, errors] = ERRORS.exec(text) ?? [];
  return errors?.trim().slice(0, ERRORS_MAX) ?? text.trim().slice(-ERRORS_MAX);
}

async function collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>, parts: string[]): Promise<void> {
  for await (const part of stream.pipeThrough(new TextDecoderStream())) parts.push(part);
}

/** Ends the child's group when the signal says so, and by force what does not end. */
function endOn(signal: AbortSignal, { pid }: Deno.ChildProcess): { dispose(): void } {
  let force: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    killGroup(pid, "SIGTERM");
    force = setTimeout(() => killGroup(pid, "SIGKILL"), ENDING_MS);
  };
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
  return {
    dispose() {
      signal.removeEventListener("abort", end);
      clearTimeout(force);
    },
  };
}

function killGroup(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
