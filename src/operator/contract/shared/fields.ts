import { z } from "zod";
import { OPERATOR } from "../../../lib/limits.ts";
import { cabinetId, cellNumber, text } from "../../../cabinet/words.ts";
import { isNumber } from "../../../lib/text/short_numbers.ts";
import { CODES, PROBLEM_CODES } from "./problem_codes.ts";

/** Ids of commands, rentals, permits and people. */
export const uuid = z.uuid().describe("Its id");
/** RFC 3339 in UTC. */
export const at = z.iso.datetime().describe("RFC 3339 in UTC");
/** RFC 3339 in UTC, where there is a time. */
export const maybeAt = at.nullable();
/** `null`: the whole cabinet, or none. */
export const maybeCell = cellNumber.nullable();
/** A text, where there is one. */
export const maybeText = z.string().nullable();

const PAGE_SIZE = { error: `a number from 1 to ${OPERATOR.pageMax}` };
/** How many items a page has. */
export const limit = z.coerce.number(PAGE_SIZE).int(PAGE_SIZE).min(1, PAGE_SIZE).max(
  OPERATOR.pageMax,
  PAGE_SIZE,
)
  .default(OPERATOR.pageDefault).describe("How many items the page has at most");
/** A `next` of a list. */
export const cursor = z.string().max(OPERATOR.cursorCharactersMax);
/** Which page of a list: what comes before the `next` of the page before. */
export const pageQuery = {
  before: cursor.optional().describe("The `next` of the page before, with the same filter"),
  limit,
};
/** What a list is searched for; `%` and `_` mean themselves. */
export const search = text(OPERATOR.searchCharactersMax);
/** A filter that says yes or no. */
export const flag = z.enum(["true", "false"]).transform((value) => value === "true");
/** The cabinet that a list is narrowed to. */
export const ofCabinet = cabinetId.optional().describe("What is about this cabinet");
/** RFC 3339 with its offset, understood as milliseconds since 1970. */
export const time = z.iso.datetime({ offset: true }).transform((at) => Date.parse(at));
/** The time range that a list is narrowed to. */
export const ofRange = {
  from: time.optional().describe("RFC 3339 with an offset: what began or happened then or later"),
  until: time.optional().describe("RFC 3339 with an offset: what began or happened before"),
};
/** The cell that a list is narrowed to. */
export const ofCell = z.coerce.number().int().min(1).max(9999).optional().describe(
  "What is about cells of this number",
);
/** The person that a list is narrowed to. */
export const ofPerson = text(OPERATOR.textMax).optional().describe(
  "Their id; for roles that see who has what",
);
/** A name beside an id. */
export const maybeName = maybeText.optional().describe("The name; null: none is known");
/** The number of a rental as its person reads it out, with spaces or without. */
export const rentalNumber = z.string().max(OPERATOR.textMax)
  .regex(/^ *(?:\d *){8}$/, { error: "8 digits, with spaces or without", abort: true })
  .transform((text) => text.replaceAll(" ", ""))
  .refine(isNumber, "no rental has this number: a digit is wrong");

/** Why the operator does something. */
export const reason = text(OPERATOR.textMax).describe("Why it is done: kept in the audit log");
/** What an act takes that needs nothing more. */
export const withReason = z.strictObject({ reason: reason.optional() });

const CODE_WORDS = Object.entries(PROBLEM_CODES).map(([code, means]) => `${code}: ${means}`).join("; ");

/** Why a request is refused (RFC 9457). */
export const problem = z.object({
  type: z.string().describe("about:blank: what kind of problem it is is said by status and code"),
  title: z.string().describe("What kind of problem it is, in English"),
  status: z.int().describe("The status of the answer"),
  detail: z.string().describe("What is wrong with this very request, for the person who reads it"),
  code: z.enum(CODES).describe(
    `Which problem it is, for a program; newer versions have more of them. ${CODE_WORDS}`,
  ),
});

/** RFC 3339 in UTC. */
export function timestamp(at: number): string {
  return new Date(at).toISOString();
}

/** RFC 3339 in UTC, where there is a time. */
export function maybeTimestamp(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : timestamp(at);
}

/** The number of a cell in a row: 0 stands for the whole cabinet, or for no cell. */
export function cellOrNull(cell: number): number | null {
  return cell === 0 ? null : cell;
}

/** A text in a row: an empty one stands for none. */
export function textOrNull(text: string): string | null {
  return text === "" ? null : text;
}
