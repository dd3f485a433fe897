import { z } from "zod";
import type { RentalTable } from "../../db/mod.ts";
import type { Named } from "../../db/queries/lists/names.ts";
import { OPERATOR } from "../../lib/limits.ts";
import { one, page, route } from "../route.ts";
import { RENTAL_ENDS, RENTAL_STATES } from "../../cabinet/kinds.ts";
import { cabinetId, cellNumber } from "../../cabinet/words.ts";
import * as fields from "./shared/fields.ts";

/** A person's hold of a cell. */
export const rental = z.object({
  id: fields.uuid.describe("Its id"),
  cabinet: cabinetId.describe("The cabinet's id"),
  cell: cellNumber.describe("The number of the cell"),
  person: z.string().describe("The id of the person who has it"),
  personName: fields.maybeName.describe("In answers that list or show rentals; null: no name is known"),
  picker: fields.maybeText.describe("Who took it out by a code, as an id; null: nobody"),
  pickerName: fields.maybeName.describe("In answers that list or show rentals; null: none is known"),
  state: z.enum(RENTAL_STATES).describe("returning: it is given back once the door is closed"),
  since: fields.at.describe("When it began, RFC 3339 in UTC"),
  until: fields.maybeAt.describe("When it is over; null: it never has to be"),
  overdueAt: fields.maybeAt.describe("When it became overdue; null: it is not"),
  endedAt: fields.maybeAt.describe("When it ended; null: it has not"),
  endReason: z.enum(RENTAL_ENDS).nullable().describe(
    "retrieved: by its person; picked-up: by a code; operator: by staff; moved: it is another person's; null: it has not ended",
  ),
  number: fields.maybeText.describe(
    "Eight digits, which its person sees; null: it was over before there were numbers",
  ),
});

/** The rental of a row. One that is just opening does not count yet, and is not shown. */
export function rentalAnswer(
  row: RentalTable,
): Omit<z.infer<typeof rental>, "personName" | "pickerName"> {
  const { id, number, cabinet, cell, person, picker } = row;
  // One that was taken up again is not over, though it was.
  const isOver = row.state === "ended";
  return {
    id,
    cabinet,
    cell,
    person,
    picker,
    state: row.state as z.infer<typeof rental>["state"],
    since: fields.timestamp(row.since),
    until: fields.maybeTimestamp(row.until),
    overdueAt: fields.maybeTimestamp(row.overdue_at),
    endedAt: isOver ? fields.maybeTimestamp(row.ended_at) : null,
    endReason: isOver ? row.end_reason : null,
    number,
  };
}

/** The same with names. */
export function namedRentalAnswer({ row, nameOf }: Named<RentalTable>): z.infer<typeof rental> {
  return { ...rentalAnswer(row), personName: nameOf(row.person), pickerName: nameOf(row.picker) };
}

/** The rentals that an act ended. */
export const ended = z.object({ ended: z.array(rental).describe("The rentals that were ended") });

/** What has to be confirmed before it is done, how, and until when. */
export const confirmation = fields.problem.extend({
  confirm: z.string().describe("Sent with the same request, it does what is shown"),
  expiresAt: fields.at.describe("Until when that holds, RFC 3339 in UTC"),
  rentals: z.array(rental).describe("The rentals that would be ended"),
});

/** Both ways of clearing take and answer this. */
const clearing = {
  body: z.strictObject({
    reason: fields.reason.optional(),
    confirm: z.string().max(OPERATOR.textMax).optional().describe("What the first answer (409) had"),
  }),
  answers: {
    200: one(ended, "What was ended"),
    409: one(confirmation, "Without `confirm`, or when what would be ended has changed since"),
  },
};

/** The routes of rentals. */
export const rentalRoutes = {
  list: route("GET /rentals", "attend", {
    summary: "Who has or had which cell, newest first",
    query: z.strictObject({
      cabinet: fields.ofCabinet,
      cell: fields.ofCell,
      person: fields.ofPerson,
      state: z.enum(RENTAL_STATES).optional().describe("Rentals that stand there"),
      overdue: fields.flag.optional().describe("Whether it has not ended although its time is up"),
      number: fields.rentalNumber.optional().describe(
        "The rental of this number, which its person reads out",
      ),
      ...fields.ofRange,
      ...fields.pageQuery,
    }),
    answers: { 200: page(rental) },
  }),
  get: route("GET /rentals/{id}", "attend", {
    summary: "One rental",
    answers: { 200: one(rental, "The rental") },
  }),
  end: route("POST /rentals/{id}/end", "manage", {
    summary: "End a rental: its cell is free, its codes work no more, its person is told",
    body: fields.withReason,
    answers: { 200: one(rental, "The rental") },
  }),
  extend: route("POST /rentals/{id}/extend", "attend", {
    summary: "Give a rental more time; its person is told. One that is over, or never has to be, is a 409",
    body: z.strictObject({
      until: fields.time.optional().describe(
        "When it should be over: later than it is, and not yet past. Either this or byMinutes is needed",
      ),
      byMinutes: z.int().min(1).max(OPERATOR.minutesMax).optional().describe(
        "How much longer, in minutes; where its time is over: from now. Not together with until",
      ),
      reason: fields.reason.optional(),
    }).refine(({ until, byMinutes }) => (until === undefined) !== (byMinutes === undefined), {
      error: "give until or byMinutes, and not both",
    }),
    answers: { 200: one(rental, "The rental") },
    problems: { 409: "It has ended (extend-over), or never has to be over (extend-endless)" },
  }),
  clearCabinet: route("POST /cabinets/{id}/clear", "manage", {
    summary: "End all rentals of a cabinet, with a second confirmation",
    ...clearing,
  }),
  clearCell: route("POST /cabinets/{id}/cells/{cell}/clear", "attend", {
    summary: "End a cell's rental, with a second confirmation",
    ...clearing,
  }),
};
