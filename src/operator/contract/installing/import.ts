import { z } from "zod";
import { OPERATOR } from "../../../lib/limits.ts";
import * as fields from "../fields.ts";
import { one, route } from "../../route.ts";

/** What a file has for one cabinet, and what becomes of it. */
export const importedRow = z.object({
  row: z.int().describe("As a spreadsheet counts: the row with the names of the columns is 1"),
  id: fields.maybeText.describe("The cabinet; null where the row has no id"),
  result: z.enum(["created", "changed", "unchanged", "wrong"]).describe("Of a trial: what would be"),
  changes: z.array(z.string()).describe(
    "Of a cabinet that is there: the parts of its description that change",
  ),
  code: fields.maybeText.describe("Of a wrong row, where a program has a use for it: as in problems"),
  mistakes: z.array(z.object({
    column: fields.maybeText.describe("As the file calls it; null: no single one"),
    message: z.string(),
  })),
});

/** What becomes of a file's rows. */
const report = {
  counts: z.object({ created: z.int(), changed: z.int(), unchanged: z.int(), wrong: z.int() }),
  rows: z.array(importedRow),
};

/** What becomes of a file. */
export const importReport = z.object({
  trial: z.boolean().describe("Whether nothing was done"),
  ...report,
  confirm: fields.maybeText.describe(
    "Sent with trial=false, it does what this trial saw; null: nothing to do",
  ),
  expiresAt: fields.maybeAt.describe("Until when that holds"),
});

/** What a file would do, which has to be confirmed. */
export const importConfirmation = fields.problem.extend({
  confirm: z.string(),
  expiresAt: fields.at,
  ...report,
});

/** The route by which many cabinets are made or changed at once. */
export const importRoutes = {
  run: route("POST /cabinets/import", "install", {
    summary: "Make or change cabinets from a CSV file: first a trial, then done; what is not said stays",
    query: z.strictObject({
      trial: z.enum(["true", "false"]).default("true"),
      confirm: z.string().max(OPERATOR.textMax).optional(),
      reason: fields.reason.optional(),
    }),
    file: "text/csv",
    answers: {
      200: one(importReport, "What becomes of each row"),
      409: one(importConfirmation, "Without `confirm`, or when the trial would see something else by now"),
    },
  }),
};
