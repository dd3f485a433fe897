import { z } from "zod";
import { patchOf } from "../../lib/schemas/merge_patch.ts";
import { BOARD_NAMES } from "../../boards/mod.ts";
import {
  ALARM_KINDS,
  BULK_ACTS,
  BULK_RESULTS,
  BULK_STATES,
  type BulkAct,
  CELL_ACTIONS,
} from "../../cabinet/kinds.ts";
import { rules } from "../../cabinet/rules.ts";
import { cabinetId, cellNumber, tag } from "../../cabinet/words.ts";
import type { BulkJobTable, BulkPartTable } from "../../db/mod.ts";
import { BULK, OPERATOR } from "../../lib/limits.ts";
import type { BulkRequest } from "../../locker/mod.ts";
import { one, page, route } from "../route.ts";
import * as fields from "./shared/fields.ts";

/** Which cabinets are meant: all within reach that pass each filter. */
const match = z.strictObject({
  tag: z.union([tag, z.array(tag).min(1).max(OPERATOR.tagsMax)], { error: "a tag, or a list of tags" })
    .optional()
    .describe("They have this tag, or all of these"),
  q: fields.search.optional().describe("Words in the id, the name, the address or the contact"),
  online: z.boolean().optional().describe("Whether its device is connected"),
  alarm: z.union([z.boolean(), z.enum(ALARM_KINDS)], {
    error: `true, false or one of ${ALARM_KINDS.join(", ")}`,
  })
    .optional().describe("With an alarm that has not ended (of that kind), or without one"),
  board: z.enum(BOARD_NAMES as [string, ...string[]]).optional().describe("The family of its lock boards"),
  all: z.literal(true).optional().describe("All cabinets, which has to be said"),
}).refine((filters) => Object.keys(filters).length > 0, {
  error: 'name a filter, such as {"tag": "gym"}, or {"all": true} for all cabinets',
});

const named = BULK.namedMax;

/** Which job is wanted. Exactly one of `cabinets`, `cells` and `match` says to what it is done. */
const jobBody = z.strictObject({
  act: z.enum(BULK_ACTS).describe(
    "disable, enable and clean are done to cells, by default to all cells of the cabinets; the others to cabinets: " +
      "tag and untag change their tags, rules changes their rules, and remove removes those of which nobody has a cell",
  ),
  cabinets: z.array(cabinetId).min(1).max(named).optional().describe(
    "Ids of cabinets. Exactly one of cabinets, cells and match is needed",
  ),
  cells: z.array(z.strictObject({
    cabinet: cabinetId.describe("The cabinet's id"),
    cell: cellNumber.describe("The number on its door"),
  })).min(1).max(named).optional().describe("Cells, where the act is done to cells"),
  match: match.optional().describe("All within reach that pass each filter"),
  tags: z.array(tag).min(1).max(OPERATOR.tagsMax).optional().describe("Of tag and untag"),
  rules: patchOf(rules).optional().describe("Of rules: what changes, as JSON Merge Patch (RFC 7396)"),
  reason: fields.reason.optional(),
}).superRefine((body, context) => {
  for (const [path, message] of mistakesOf(body)) context.addIssue({ code: "custom", path: [path], message });
});

/** A checked wish for a job. */
export type JobBody = z.output<typeof jobBody>;

type Asked = Pick<JobBody, "act" | "cabinets" | "cells" | "match" | "tags" | "rules">;

/** Whether it is done to cells. */
export function isOnCells(act: BulkAct): boolean {
  return (CELL_ACTIONS as readonly BulkAct[]).includes(act);
}

function* mistakesOf({ act, cabinets, cells, match, tags, rules }: Asked): Generator<[string, string]> {
  const said = [cabinets, cells, match].filter((one) => one !== undefined).length;
  if (said !== 1) yield ["match", "say to what it is done by one of cabinets, cells and match"];
  if (cells && !isOnCells(act)) {
    yield ["cells", `${act} is done to cabinets: name them in cabinets, or by match`];
  }
  const isTagging = act === "tag" || act === "untag";
  if (isTagging !== (tags !== undefined)) {
    yield ["tags", "tag and untag need tags, and nothing else takes them"];
  }
  if ((act === "rules") !== (rules !== undefined)) {
    yield ["rules", "the act rules needs them, and no other takes them"];
  }
  if (rules && Object.keys(rules).length === 0) yield ["rules", "say what changes"];
}

/** Something that is done to many cabinets or cells. */
export const job = z.object({
  id: fields.uuid.describe("Its id"),
  act: z.enum(BULK_ACTS).describe("What it does"),
  match: z.record(z.string(), z.unknown()).nullable().describe("null: its cabinets or cells were named"),
  tags: z.array(z.string()).nullable().describe("Of tag and untag; null: of other acts"),
  rules: z.record(z.string(), z.unknown()).nullable().describe("Of rules: what changes; null: of other acts"),
  who: z.string().describe("operator (the service's own token), account: or token: and its id"),
  reason: fields.maybeText.describe("Why, as they said; null: they did not"),
  state: z.enum(BULK_STATES).describe(
    "cancelled: the rest is left undone; stopped: too, since who started it may not do it any more",
  ),
  problem: fields.maybeText.describe("Why it was stopped; null: it was not"),
  total: z.int().describe("How many cabinets or cells it concerns: those that matched when it was started"),
  handled: z.int().describe("How many of them are over: done, unchanged or refused"),
  done: z.int().describe("How many were changed"),
  unchanged: z.int().describe("Were so already"),
  refused: z.int().describe("How many could not be, or may not be"),
  createdAt: fields.at.describe("When it was started, RFC 3339 in UTC"),
  finishedAt: fields.maybeAt.describe("When it was over; null: it runs"),
});

/** The job of a row. */
export function jobAnswer(row: BulkJobTable): z.infer<typeof job> {
  const { id, act, who, reason, state, problem, total, next: handled, done, unchanged, refused } = row;
  const request: BulkRequest = JSON.parse(row.request);
  const { match = null, tags, rules = null } = request;
  return {
    ...{ id, act, match, tags: tags ? [...tags] : null, rules, who, reason, state, problem },
    ...{ total, handled, done, unchanged, refused },
    createdAt: fields.timestamp(row.created_at),
    finishedAt: fields.maybeTimestamp(row.finished_at),
  };
}

/** What came of one cabinet or cell. */
export const jobPart = z.object({
  n: z.int().describe("Its number in the job, from 0 on"),
  cabinet: cabinetId.describe("The cabinet's id"),
  cell: fields.maybeCell.describe("The number of the cell; null: it is about the cabinet"),
  result: z.enum(BULK_RESULTS).describe("What came of it"),
  detail: fields.maybeText.describe("Why it was refused; null: it was not"),
  entry: fields.uuid.nullable().describe("Its entry in the audit log; null: it was refused"),
  at: fields.at.describe("When, RFC 3339 in UTC"),
});

/** The part of a row. */
export function jobPartAnswer(row: BulkPartTable): z.infer<typeof jobPart> {
  const { id, n, cabinet, cell, result, detail, at } = row;
  const entry = result === "refused" ? null : id;
  return { n, cabinet, cell: fields.cellOrNull(cell), result, detail, entry, at: fields.timestamp(at) };
}

/** The routes of jobs. */
export const jobRoutes = {
  start: route("POST /jobs", "manage", {
    summary:
      `Do something to up to ${BULK.targetsMax} cabinets or cells: those that are named, or all that match`,
    body: jobBody,
    answers: { 201: one(job, "The job, which goes on by itself") },
    problems: { 409: "As many jobs run as may (limit)" },
  }),
  list: route("GET /jobs", "manage", {
    summary: "Jobs, newest first",
    query: z.strictObject(fields.pageQuery),
    answers: { 200: page(job) },
  }),
  get: route("GET /jobs/{id}", "manage", {
    summary: "One job, and how far it is",
    answers: { 200: one(job, "The job") },
  }),
  parts: route("GET /jobs/{id}/parts", "manage", {
    summary: "What came of a job's cabinets or cells, in its order, as far as it is",
    query: z.strictObject({
      result: z.enum(BULK_RESULTS).optional().describe("Those that came out so"),
      after: fields.cursor.optional().describe("The `next` of the page before, with the same filter"),
      limit: fields.limit,
    }),
    answers: { 200: page(jobPart) },
  }),
  cancel: route("POST /jobs/{id}/cancel", "manage", {
    summary: "Leave the rest of a job undone; what is done stays",
    body: fields.withReason,
    answers: { 200: one(job, "The job") },
  }),
};
