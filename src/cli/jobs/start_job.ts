import { Argument, type Command } from "commander";
import { BULK_ACTS } from "../../cabinet/kinds.ts";
import { KAIGUI } from "../../lib/command_line.ts";
import { BULK } from "../../lib/limits.ts";
import { isOnCells } from "../../operator/contract/jobs.ts";
import { counted, number } from "../amounts.ts";
import { type CabinetSelection, Client } from "../client.ts";
import { addDoOptions } from "../daily/lists.ts";
import { confirmed, Failure, type Io } from "../io.ts";
import { addYes } from "../place.ts";
import { jsonText } from "../table.ts";
import { addWait, sayEnd, type WaitOptions } from "./job_end.ts";
import {
  addTargetOptions,
  type JobRequest,
  jobRequest,
  type Match,
  type StartOptions,
  targetText,
} from "./job_request.ts";

interface AskedOptions extends StartOptions, WaitOptions {
  readonly yes?: boolean;
}

const EXAMPLES = `
Examples:
  ${KAIGUI} jobs start disable --match tag=gym --reason flood
  ${KAIGUI} jobs start clean --cell lobby-a/7 --cell lobby-a/8 --yes
  ${KAIGUI} jobs start tag --match q=hangzhou --match online=true --tag west --wait
  ${KAIGUI} jobs start rules --match all --rule rentalMinutes=120 --rule overdue=hold
  ${KAIGUI} jobs start remove --cabinet lobby-a --cabinet lobby-b

disable, enable and clean are done to cells (of the cabinets: all of them), the others to cabinets.
The job goes on by itself, also when this command is ended.`;

/** Adds `kaigui jobs start`. */
export function addStart(jobs: Command, io: Io): void {
  const start = addYes(addWait(addDoOptions(addTargetOptions(
    jobs.command("start")
      .summary("start a job")
      .description("Does something to all cabinets or cells that are named, or that match.")
      .addArgument(new Argument("<act>", "what is done").choices(BULK_ACTS)),
  )))).addHelpText("after", EXAMPLES);
  start.action(async (act: JobRequest["act"]) => await startJob(act, start.optsWithGlobals(), io));
}

async function startJob(
  act: JobRequest["act"],
  { yes, wait, json, ...options }: AskedOptions,
  io: Io,
): Promise<void> {
  const client = Client.of(options, io);
  const body = jobRequest(act, options);
  if (!yes) {
    const question = async () => `Start: ${act} ${targetText(body, await countOf(body, client))}?`;
    await confirmed(question, { to: "start it", otherwise: "Nothing was started", io });
  }
  const job = await client.call("jobsStart", { body });
  if (wait) return await sayEnd(job, { client, json, io });
  io.say(json ? jsonText(job) : `started: ${KAIGUI} jobs show ${job.id}`);
}

/**
 * How many cabinets match, and how many cells where it is done to cells, as the list of cabinets has them.
 *
 * @throws {Failure} if it would be done to more cells than a job may have
 */
async function countOf({ act, match }: JobRequest, client: Client): Promise<string> {
  if (!match) return "";
  if (isOnCells(act)) return await cellCountOf(filterOf(match), client);
  const query = { ...filterOf(match), limit: 1 };
  const { total, estimate } = await client.call("cabinetsList", { query });
  if (total !== null) return counted(total, "cabinets");
  return estimate === null ? "all cabinets" : `at least ${counted(estimate, "cabinets")}`;
}

async function cellCountOf(query: CabinetSelection, client: Client): Promise<string> {
  let cabinets = 0;
  let cells = 0;
  for await (const { cells: { length } } of client.cabinets(query)) {
    cabinets++;
    cells += length;
    if (Math.max(cabinets, cells) > BULK.targetsMax) {
      const max = number(BULK.targetsMax);
      throw new Failure(`More than ${max} cabinets or cells match: make several jobs of it`);
    }
  }
  return `${counted(cells, "cells")} of ${counted(cabinets, "cabinets")}`;
}

/** The filter of the list of cabinets that means the same. */
function filterOf({ all: _all, tag = [], online, alarm, ...others }: Match): CabinetSelection {
  const told = { online: flagOf(online), alarm: typeof alarm === "boolean" ? flagOf(alarm) : alarm };
  return { ...others, ...told, tag: [tag].flat() };
}

function flagOf(value: boolean | undefined): "true" | "false" | undefined {
  return value === undefined ? undefined : value ? "true" : "false";
}
