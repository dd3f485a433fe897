import type { Command } from "commander";
import type { Job, JobPart } from "kaigui-client";
import { KAIGUI } from "../../lib/command_line.ts";
import { withTimeout } from "../../lib/concurrency/timeout.ts";
import { OPERATOR } from "../../lib/limits.ts";
import type { Client } from "../client.ts";
import { Failure, type Io } from "../io.ts";
import { CallFailure } from "../operation.ts";
import { jsonText } from "../table.ts";
import { jobText, partTable } from "./job_text.ts";

/** How often it is looked whether a job is over. */
const LOOK_MS = 500;
/** How long the service may not answer meanwhile, as when it restarts: the job goes on. */
const SILENCE_MS = 60_000;

/** Options of a command that can wait for a job. */
export interface WaitOptions {
  readonly wait?: boolean;
}

/** Adds `--wait`. */
export function addWait(command: Command): Command {
  return command.option("--wait", "until it is over; the exit code is 1 unless all went well");
}

/** How a job is told. */
export interface Saying {
  readonly client: Client;
  readonly json: boolean | undefined;
  readonly io: Io;
  /** How long the service may not answer until waiting is given up, in milliseconds. @default {60_000} */
  readonly silenceMs?: number;
}

/** Tells how far the job is, and what was refused. */
export async function sayJob(job: Job, { client, json, io }: Saying): Promise<void> {
  if (json) return io.say(jsonText(job));
  io.say(jobText(job, await callerName(job.who, client)));
  if (job.refused === 0) return;
  try {
    io.say(`\n${partTable(await Array.fromAsync(partsOf(job.id, { client, result: "refused" })))}`);
  } catch (error) {
    if (!isPassing(error)) throw error;
    io.warn(`What was refused cannot be read now: ${KAIGUI} jobs show ${job.id}`);
  }
}

/**
 * Waits until the job is over, or until the person ends this command, and tells how far it is then.
 *
 * @throws {Failure} if not all of it is done
 */
export async function sayEnd(job: Job, saying: Saying): Promise<void> {
  const end = await ended(job, saying);
  await sayJob(end, saying);
  if (end.state !== "done" || end.refused > 0) throw new Failure(`Job ${end.id} is not done as a whole`);
}

/** The job once it is over, or as it was seen last when the person ended the command. */
async function ended(job: Job, { client, io, silenceMs = SILENCE_MS }: Saying): Promise<Job> {
  const interruption = io.interrupted().then(() => "interrupted" as const);
  let answeredAt = performance.now();
  while (job.state === "running") {
    const rest = await withTimeout(interruption, { ms: LOOK_MS, fallback: () => "over" as const });
    if (rest === "interrupted") return job;
    try {
      const seen = await Promise.race([interruption, client.call("jobsGet", { path: { id: job.id } })]);
      if (seen === "interrupted") return job;
      [job, answeredAt] = [seen, performance.now()];
    } catch (error) {
      if (!isPassing(error) || performance.now() - answeredAt >= silenceMs) throw error;
    }
  }
  return job;
}

/**
 * The name of a member of staff or of a token, as the audit log has it; `undefined`: it is none of these, or none is known.
 *
 * @param who as a job has it: `operator`, or `account:` or `token:` and an id
 */
async function callerName(who: string, client: Client): Promise<string | undefined> {
  if (!who.includes(":")) return undefined;
  try {
    const { items: [act] } = await client.call("recordsActs", { query: { who, limit: 1 } });
    return act?.whoName || undefined;
  } catch (error) {
    if (error instanceof CallFailure) return undefined;
    throw error;
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof CallFailure && !error.isRefusal;
}

/** What came of the job's cabinets or cells, in its order; with a result, of those alone that came out so. */
export async function* partsOf(
  id: string,
  { client, result }: { client: Client; result?: JobPart["result"] | undefined },
): AsyncGenerator<JobPart> {
  let after: string | undefined;
  do {
    const { items, next } = await client.call("jobsParts", {
      path: { id },
      query: { after, result, limit: OPERATOR.pageMax },
    });
    yield* items;
    after = next ?? undefined;
  } while (after !== undefined);
}
