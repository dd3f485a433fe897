/**
 * What an installer needs to add cabinets: a file of many, and the doors of one, opened to be tested or in an emergency.
 *
 * @module
 */
import { z } from "zod";
import { COMMAND_STATES, REASONS } from "../../cabinet/kinds.ts";
import { cabinetId, cellNumber } from "../../cabinet/words.ts";
import { DOOR_TEST, OPERATOR } from "../../lib/limits.ts";
import * as fields from "./shared/fields.ts";
import { one, route } from "../route.ts";
import { CODES } from "./shared/problem_codes.ts";

/** What a file has for one cabinet, and what becomes of it. */
export const importedRow = z.object({
  row: z.int().describe("As a spreadsheet counts: the row with the names of the columns is 1"),
  id: fields.maybeText.describe("The cabinet; null where the row has no id"),
  result: z.enum(["created", "changed", "unchanged", "wrong"]).describe("Of a trial: what would be"),
  changes: z.array(z.string()).describe(
    "Of a cabinet that is there: the parts of its description that change",
  ),
  code: z.enum(CODES).nullable().describe("Of a wrong row: as in problems; null: it is not wrong"),
  mistakes: z.array(z.object({
    column: fields.maybeText.describe("As the file calls it; null: no single one"),
    message: z.string().describe("What is wrong, and what is wanted"),
  })).describe("What is wrong with the row"),
});

/** What becomes of a file's rows. */
const report = {
  counts: z.object({
    created: z.int().describe("Rows that make a cabinet"),
    changed: z.int().describe("Rows that change one"),
    unchanged: z.int().describe("Rows that say what is so already"),
    wrong: z.int().describe("Rows that are left out"),
  }).describe("How many rows came out how"),
  rows: z.array(importedRow).describe("What becomes of each row"),
};

const CONFIRM = "Sent with the same file and trial=false, it does what is shown";

/** What becomes of a file. */
export const importReport = z.object({
  trial: z.boolean().describe("Whether nothing was done"),
  ...report,
  confirm: fields.maybeText.describe(`${CONFIRM}; null: nothing to do`),
  expiresAt: fields.maybeAt.describe("Until when that holds; null: nothing to do"),
});

/** What a file would do, which has to be confirmed. */
export const importConfirmation = fields.problem.extend({
  confirm: z.string().describe(CONFIRM),
  expiresAt: fields.at.describe("Until when that holds, RFC 3339 in UTC"),
  ...report,
});

/** The route by which many cabinets are made or changed at once. */
export const importRoutes = {
  run: route("POST /cabinets/import", "install", {
    summary: "Make or change cabinets from a CSV file: first a trial, then done; what is not said stays",
    query: z.strictObject({
      trial: fields.flag.prefault("true").describe("true: nothing is done"),
      confirm: z.string().max(OPERATOR.textMax).optional().describe("What a trial of this file answered"),
      reason: fields.reason.optional(),
    }),
    file: "text/csv",
    answers: {
      200: one(importReport, "What becomes of each row"),
      409: one(importConfirmation, "Without `confirm`, or when the trial would see something else by now"),
    },
    problems: { 429: "Other files are being imported (busy)" },
  }),
};

/** How the opening of one cell ended. */
export const openedCell = z.object({
  cell: cellNumber.describe("The number on its door"),
  command: fields.uuid.nullable().describe(
    "In the journal; null: there is none, as too much was going on, or it was not begun while the confirmation held",
  ),
  state: z.enum(COMMAND_STATES).describe("As that of a command"),
  reason: z.enum(REASONS).nullable().describe("Why it did not open; null: it did, or is not over"),
});

/** How the opening of all cells ended. */
export const openedAll = z.object({
  cabinet: cabinetId.describe("The cabinet's id"),
  opened: z.int().describe(
    "Cells whose doors were seen open, or whose boards cannot tell and took the command",
  ),
  notOpened: z.int().describe("All others: go and look"),
  held: z.array(cellNumber).describe(
    "Those that people have, also those that they were given since the first answer: all are opened",
  ),
  cells: z.array(openedCell).describe("How each ended"),
});

/** What would be opened, which has to be confirmed. */
export const openAllConfirmation = fields.problem.extend({
  confirm: z.string().describe("Sent with the same request, it does what is shown"),
  expiresAt: fields.at.describe("Until when that holds, RFC 3339 in UTC"),
  cells: z.array(cellNumber).describe("The cells that would be opened"),
  held: z.array(cellNumber).describe("Those of them that people have now: more are no reason to ask again"),
});

/** What the test of a cell found. */
export const FINDINGS = [
  /** The lock opened, and its switch showed it. */
  "fine",
  /** The command was taken, and there is no switch to show what it did. */
  "no-switch",
  "stayed-shut",
  /** The switch showed an open door before and after. */
  "stayed-open",
  /** The switch moved from open to closed. */
  "inverted",
  /** The switch of another cell moved. */
  "other-switch",
  /** The board did not answer. */
  "no-answer",
  /** It was not tried: a person has it, it is out of use, or it could not be sent. */
  "not-tried",
] as const;

const door = z.enum(["open", "closed", "unknown"]);

/** A line of a test about one cell. */
export const testedCell = z.object({
  type: z.literal("cell").describe("A line about a cell"),
  cell: cellNumber.describe("The number on its door"),
  board: z.int().describe("The address of its lock board"),
  channel: z.int().describe("Which lock of that board"),
  finding: z.enum(FINDINGS).describe(
    "What was found; inverted: its switch moved the other way; other-switch: another cell's moved",
  ),
  says: z.string().describe("The finding for the installer, in a sentence"),
  command: fields.uuid.nullable().describe("In the journal; null: it was not tried"),
  state: z.enum(COMMAND_STATES).nullable().describe("As that of the command; null: there is none"),
  reason: z.enum(REASONS).nullable().describe(
    "Why it did not open, or could not be sent; forbidden: a person was given the cell meanwhile; null: it did, or is not free",
  ),
  before: door.describe("What the switch showed"),
  after: door.describe("The same, afterwards"),
  moved: z.array(cellNumber).describe("Other cells whose switches moved"),
});

/** The last line of a test. */
export const testSummary = z.object({
  type: z.literal("end").describe("The last line"),
  ended: z.enum(["done", "stopped", "offline", "failed"]).describe(
    "stopped: the right to go on was taken away, another test began as this one stood still, or the service restarts",
  ),
  fine: z.int().describe("How many cells are fine"),
  notFine: z.int().describe("How many are not"),
  wiring: z.enum(["short-when-locked", "short-when-open", "none"]).nullable().describe(
    "The wiring that would fit what was seen; null: the present one does, or it cannot be said",
  ),
  channels: z.array(z.object({
    cell: cellNumber.describe("The number on its door"),
    board: z.int().describe("The address of the board"),
    channel: z.int().describe("Which lock of that board"),
  })).describe(
    "Where doors opened that were not meant: the locks that these cells should have",
  ),
  says: z.array(z.string()).describe("What to do, in sentences for the installer"),
});

/** A line of a test. */
export const testLine = z.discriminatedUnion("type", [testedCell, testSummary]);
export type TestLine = z.infer<typeof testLine>;

/** The routes by which several doors of a cabinet are opened. */
export const doorRoutes = {
  test: route("POST /cabinets/{id}/test", "install", {
    summary: "Open free cells one after the other, and tell of each what its lock and switch did",
    body: z.strictObject({
      cells: z.array(cellNumber).min(1).max(OPERATOR.cellsMax).optional().describe(
        "Which; without it all that are free. Cells that people have, or that are out of use, are not tried",
      ),
      pauseMs: z.int().min(DOOR_TEST.pauseMsMin).max(DOOR_TEST.pauseMsMax).default(DOOR_TEST.pauseMsDefault)
        .describe("Milliseconds between one cell and the next"),
      reason: fields.reason.optional(),
    }),
    answers: {
      200: {
        description:
          "A line of JSON for each cell as it is tested, then one with type end. Hang up to stop it",
        media: "application/x-ndjson",
        line: testLine,
      },
    },
    problems: {
      409:
        "The cabinet is offline (offline), is being tested (busy) or was (made-before), or, unless cells are named, has no free cell",
      429: "Too many cabinets are being tested (busy)",
    },
  }),
  openAll: route("POST /cabinets/{id}/open-all", "manage", {
    summary: "Open all cells in an emergency, each once, with a second confirmation",
    body: z.strictObject({
      reason: fields.reason,
      confirm: z.string().max(OPERATOR.textMax).optional().describe("What the first answer (409) had"),
    }),
    answers: {
      200: one(openedAll, "What opened, and what did not"),
      409: one(
        openAllConfirmation,
        "Without `confirm`, or with one that does not hold: it is another caller's or older than two minutes, or the cabinet has other cells by now",
      ),
    },
  }),
};
