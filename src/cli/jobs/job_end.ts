import type { Command } from "commander";
import type { Job, JobPart } from "kaigui-client";
import { delay } from "../../lib/concurrency/delay.ts";
import { OPERATOR } from "../../lib/limits.ts";
import type { Client } from "../client.ts";
import { Failure, type Io } from "../io.ts";
import { jsonText } from "../table.ts";
import { jobText, partTable } from "./job_text.ts";

/** How often it is looked whether a job is over. */
const LOOK_MS = 500;

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
}

/** Tells how far the job is, and what was refused. */
export async function sayJob(job: Job, { client, json, io }: Saying): Promise<void> {
  if (json) return io.say(jsonText(job));
  io.say(jobText(job));
  if (job.refused === 0) return;
  const parts = await Array.fromAsync(partsOf(job.id, client));
  io.say(`\n${partTable(parts.filter(({ result }) => result === "refused"))}`);
}

/**
 * Waits until the job is over, or until the person ends this command, and tells how far it is then.
 *
 * @throws {Failure} if not all of it is done
 */
export async function sayEnd(job: Job, saying: Saying): Promise<void> {
  const { client, io } = saying;
  const interruption = new AbortController();
  io.interrupted().then(() => interruption.abort());
  while (job.state === "running" && !interruption.signal.aborted) {
    await delay(LOOK_MS, interruption);
    job = await client.call("jobsGet", { path: { id: job.id } });
  }
  await sayJob(job, saying);
  if (job.state !== "done" || job.refused > 0) throw new Failure(`Job ${job.id} is not done as a whole`);
}

/** What came of the job's cabinets or cells, in its order. */
export async function* partsOf(id: string, client: Client): AsyncGenerator<JobPart> {
  let after: number | undefined;
  do {
    const { items, next } = await client.call("jobsParts", {
      path: { id },
      query: { after, limit: OPERATOR.pageMax },
    });
    yield* items;
    after = next === null ? undefined : Number(next);
  } while (after !== undefined);
}
