import { z } from "zod";
import { COMMAND } from "../../lib/limits.ts";
import type { CommandTable } from "../../db/mod.ts";
import type { Named } from "../../db/queries/lists/names.ts";
import { one, page, route } from "../route.ts";
import { COMMAND_KINDS, COMMAND_STATES, REASONS } from "../../cabinet/kinds.ts";
import { cabinetId } from "../../cabinet/words.ts";
import * as fields from "./shared/fields.ts";

/** A command of the journal. */
export const command = z.object({
  id: fields.uuid.describe("Its id"),
  cabinet: cabinetId.describe("The cabinet's id"),
  cell: fields.maybeCell.describe("The number of its cell; null: none was found for it"),
  command: z.enum(COMMAND_KINDS).describe(
    "What was wanted: open, or what a person does with a rental. The filter for it is `kind`",
  ),
  state: z.enum(COMMAND_STATES).describe("The last five are final; see docs/boards.md"),
  reason: z.enum(REASONS).nullable().describe(
    "Why it failed, was refused, or is unconfirmed; see docs/metrics.md. What the caller gave as `reason` is `note`",
  ),
  by: z.string().describe(
    "operator (the service's own token), or account:, token: or person: and its id; person alone where the role may not see who",
  ),
  byName: fields.maybeName.describe(
    "The name of the person, member of staff or token; null: none is known, or the role may not see it",
  ),
  note: fields.maybeText.describe(
    "Why, as the caller said by `reason` when they opened it; null: a person's tap, nothing was said, or the role may not see people",
  ),
  requestedAt: fields.at.describe("When it was wanted"),
  sentAt: fields.maybeAt.describe("When it was sent to the board; null: not yet, or never"),
  finishedAt: fields.maybeAt.describe("When it was over; null: it is not"),
  rental: fields.uuid.nullable().describe("The rental that it belongs to; null: none"),
});

/** The command of a row. */
export function commandAnswer(row: CommandTable): Omit<z.infer<typeof command>, "byName"> {
  return {
    id: row.id,
    cabinet: row.cabinet,
    cell: fields.cellOrNull(row.cell),
    command: row.command,
    state: row.state,
    reason: row.reason,
    by: row.by,
    note: row.note,
    requestedAt: fields.timestamp(row.requested_at),
    sentAt: fields.maybeTimestamp(row.sent_at),
    finishedAt: fields.maybeTimestamp(row.finished_at),
    rental: row.rental,
  };
}

/** The same with names. */
export function namedCommandAnswer({ row, nameOf }: Named<CommandTable>): z.infer<typeof command> {
  return { ...commandAnswer(row), byName: nameOf(row.by) };
}

/** The routes of commands. */
export const commandRoutes = {
  open: route("POST /cabinets/{id}/cells/{cell}/open", "open", {
    summary: "Open a cell and wait for the outcome",
    body: z.strictObject({
      reason: fields.reason.optional().describe(
        "Why it is opened; accounts and tokens have to say it. The answer and the journal have it as `note`, the audit log as `reason`",
      ),
      at: fields.time.optional().describe(
        `When the door was wanted open. More than ${
          COMMAND.deadlineMs / 1_000
        } s ago: it is refused as expired. ` +
          "Without it, or in the future: when the request came",
      ),
    }),
    answers: { 200: one(command, "The command") },
    problems: { 429: "Too many taps are not over yet" },
  }),
  list: route("GET /commands", "view", {
    summary: "The journal of commands, newest first",
    query: z.strictObject({
      cabinet: fields.ofCabinet,
      cell: fields.ofCell,
      kind: z.enum(COMMAND_KINDS).optional().describe("What was wanted, the `command` of the answer"),
      state: z.enum(COMMAND_STATES).optional().describe("Commands that stand there"),
      person: fields.ofPerson,
      ...fields.ofRange,
      ...fields.pageQuery,
    }),
    answers: { 200: page(command) },
  }),
  get: route("GET /commands/{id}", "view", {
    summary: "One command",
    answers: { 200: one(command, "The command") },
  }),
};
