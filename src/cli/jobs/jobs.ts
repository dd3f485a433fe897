import { type Command, Option } from "commander";
import type { Job, JobPart } from "kaigui-client";
import { BULK_RESULTS } from "../../cabinet/kinds.ts";
import { Client } from "../client.ts";
import {
  addDoOptions,
  addListOptions,
  type DoOptions,
  listed,
  type ListOptions,
  sayItems,
} from "../daily/lists.ts";
import type { Io } from "../io.ts";
import { addItemsJson, addJson, type JsonOptions } from "../place.ts";
import { jsonText, time } from "../table.ts";
import { addWait, partsOf, sayEnd, sayJob, type WaitOptions } from "./job_end.ts";
import { partTable, resultText } from "./job_text.ts";
import { addStart } from "./start_job.ts";

interface PartOptions extends JsonOptions {
  readonly result?: JobPart["result"];
}

/** Adds `kaigui jobs`, with `list`, `start`, `show`, `parts` and `cancel`. */
export function addJobCommands(program: Command, io: Io): void {
  const jobs = program.command("jobs")
    .summary("one act for many cabinets or cells: start, show, parts, cancel, list")
    .description("One act for many cabinets or cells, which the service does one by one.")
    .helpCommand(false);
  const list = addListOptions(jobs.command("list", { isDefault: true })).summary("jobs, newest first");
  list.action(async () => await listJobs(list.optsWithGlobals(), io));
  addStart(jobs, io);
  const show = addWait(addJson(
    jobs.command("show").summary("how far a job is, and what was refused").argument("<job>", "its id"),
  ));
  show.action(async (id: string) => await showJob(id, show.optsWithGlobals(), io));
  const parts = addItemsJson(
    jobs.command("parts").summary("what came of each cabinet or cell").argument("<job>", "its id"),
  ).addOption(new Option("--result <result>", "only those that came out so").choices(BULK_RESULTS));
  parts.action(async (id: string) => await listParts(id, parts.optsWithGlobals(), io));
  const cancel = addDoOptions(
    jobs.command("cancel").summary("leave the rest of a job undone").argument("<job>", "its id"),
  );
  cancel.action(async (id: string) => await cancelJob(id, cancel.optsWithGlobals(), io));
}

async function listJobs({ limit, json, ...place }: ListOptions, io: Io): Promise<void> {
  const client = Client.of(place, io);
  const items = await listed(limit, (query) => client.call("jobsList", { query }));
  const row = (job: Job) => [
    time(job.createdAt),
    job.act,
    job.state,
    `${job.handled}/${job.total}`,
    resultText(job),
    job.id,
  ];
  const headings = ["STARTED", "ACT", "STATE", "OVER", "RESULT", "ID"];
  sayItems(items, { headings, row, none: "There was no job" }, { json, io });
}

async function showJob(
  id: string,
  { wait, json, ...place }: JsonOptions & WaitOptions,
  io: Io,
): Promise<void> {
  const client = Client.of(place, io);
  const job = await client.call("jobsGet", { path: { id } });
  if (wait) return await sayEnd(job, { client, json, io });
  await sayJob(job, { client, json, io });
}

async function listParts(id: string, { json, result, ...place }: PartOptions, io: Io): Promise<void> {
  const parts = await Array.fromAsync(partsOf(id, { client: Client.of(place, io), result }));
  io.say(json ? jsonText(parts) : partTable(parts));
}

async function cancelJob(id: string, { reason, json, ...place }: DoOptions, io: Io): Promise<void> {
  const job = await Client.of(place, io).call("jobsCancel", { path: { id }, body: { reason } });
  io.say(json ? jsonText(job) : `${job.state}: ${resultText(job)}`);
}
