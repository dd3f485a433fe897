/**
 * What `kaigui jobs start` is told, and the request that it means.
 *
 * @module
 */
import { type Command, InvalidArgumentError } from "commander";
import type { JobsStartData } from "kaigui-client";
import { isOnCells } from "../../operator/contract/jobs.ts";
import { cellArgument, idArgument, idArguments } from "../arguments.ts";
import type { DoOptions } from "../daily/lists.ts";

/** The body of the request. */
export type JobRequest = JobsStartData["body"];
/** Which cabinets are meant. */
export type Match = NonNullable<JobRequest["match"]>;
type Cell = NonNullable<JobRequest["cells"]>[number];

/** Its options, as commander names them. */
export interface StartOptions extends DoOptions {
  readonly cabinet?: string[];
  readonly cell?: Cell[];
  readonly match?: Match;
  readonly tag?: string[];
  readonly rule?: Record<string, unknown>;
}

const FILTERS = "tag=gym, q=north, online=false, alarm=offline (or true, false), board=8a, or all";

/** Adds the options. */
export function addTargetOptions(command: Command): Command {
  return command
    .option("--cabinet <id>", "to this cabinet; again for more", idArguments)
    .option("--cell <cabinet/number>", "to this cell, such as lobby-a/7; again for more", cellsArgument)
    .option("--match <filter>", `to all cabinets that match; again to narrow: ${FILTERS}`, matchArgument)
    .option(
      "--tag <tag>",
      "which tag the acts tag and untag are about; again for more",
      (text: string, before: readonly string[] | undefined) => [...before ?? [], text],
    )
    .option(
      "--rule <rule=value>",
      "what the act rules changes, such as rentalMinutes=120 or rentalsPerGuest=null; again for more",
      ruleArgument,
    );
}

/** The request that the options mean. Which of them go together is for the service to say. */
export function jobRequest(
  act: JobRequest["act"],
  { cabinet, cell, match, tag, rule, reason }: StartOptions,
): JobRequest {
  return {
    act,
    ...cabinet && { cabinets: cabinet },
    ...cell && { cells: cell },
    ...match && { match },
    ...tag && { tags: tag },
    ...rule && { rules: rule },
    ...reason !== undefined && { reason },
  };
}

/**
 * To what it is done, in words.
 *
 * @param matching what matches, where that says it: such as `72 cells of 3 cabinets`
 */
export function targetText({ act, cabinets, cells, match = {} }: JobRequest, matching: string): string {
  if (cabinets) return `${isOnCells(act) ? "all cells of " : ""}${cabinets.join(", ")}`;
  if (cells) return cells.map(({ cabinet, cell }) => `${cabinet}/${cell}`).join(", ");
  const filters = Object.entries(match).filter(([name]) => name !== "all");
  const words = filters.map(([name, value]) => `${name}=${value}`).join(" and ");
  return `${matching}${words === "" ? "" : ` with ${words}`}`;
}

function cellsArgument(text: string, before: readonly Cell[] | undefined): Cell[] {
  const [cabinet = "", number = ""] = text.split("/");
  return [...before ?? [], { cabinet: idArgument(cabinet), cell: cellArgument(number) }];
}

function matchArgument(text: string, before: Match | undefined): Match {
  if (text === "all") return { ...before, all: true };
  const [name, value] = pairOf(text, `A filter is one of ${FILTERS}.`);
  const isTold = value === "true" || value === "false";
  if (name === "tag") return { ...before, tag: [before?.tag ?? [], value].flat() };
  if (before && Object.hasOwn(before, name)) throw new InvalidArgumentError(`Say ${name} once.`);
  return { ...before, [name]: isTold && name !== "q" ? value === "true" : value };
}

/** A value is JSON, or else a word. */
function ruleArgument(
  text: string,
  before: Readonly<Record<string, unknown>> | undefined,
): Record<string, unknown> {
  const [name, value] = pairOf(text, "A rule looks like rentalMinutes=120.");
  try {
    return { ...before, [name]: JSON.parse(value) };
  } catch {
    return { ...before, [name]: value };
  }
}

function pairOf(text: string, wanted: string): [name: string, value: string] {
  const at = text.indexOf("=");
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError(wanted);
  return [text.slice(0, at), text.slice(at + 1)];
}
