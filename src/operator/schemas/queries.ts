/**
 * What lists may be narrowed to, checked once here.
 *
 * @module
 */
import { z } from "zod";
import { OPERATOR } from "../../lib/limits.ts";
import { cabinetId, reason, rentalNumber, text } from "./words.ts";
import { COMMAND_STATES, EVENT_KINDS, RENTAL_STATES } from "../../cabinet/kinds.ts";

const limit = z.coerce.number().int().min(1).max(OPERATOR.pageMax).default(OPERATOR.pageDefault);
/** Which page: what comes before the `next` of the page before. */
const page = { before: z.string().max(OPERATOR.textMax).optional(), limit };
const cabinet = cabinetId.optional();

/** Which page of the cabinets. */
export const cabinetQuery = z.strictObject({ after: cabinetId.optional(), limit });

/** What the journal of commands may be narrowed to. */
export const commandQuery = z.strictObject({
  cabinet,
  cell: z.coerce.number().int().min(1).max(9999).optional(),
  state: z.enum(COMMAND_STATES).optional(),
  ...page,
});

/** What rentals may be narrowed to. */
export const rentalQuery = z.strictObject({
  cabinet,
  person: text(OPERATOR.textMax).optional(),
  state: z.enum(RENTAL_STATES).optional(),
  number: rentalNumber.optional(),
  ...page,
});

/** Which page of a cabinet's permits. */
export const permitQuery = z.strictObject(page);

/** What events may be narrowed to; `after` instead of `before`: what was written since. */
export const eventQuery = z.strictObject({
  cabinet,
  kind: z.enum(EVENT_KINDS).optional(),
  after: z.string().max(OPERATOR.textMax).optional(),
  ...page,
});

/** What alarms may be narrowed to; `active`: those that are not over. */
export const alarmQuery = z.strictObject({
  cabinet,
  active: z.enum(["true", "false"]).default("false").transform((active) => active === "true"),
  ...page,
});

/** What people may be narrowed to; `name`: whose name has that in it, in whatever case. */
export const personQuery = z.strictObject({ name: text(OPERATOR.textMax).optional(), ...page });

/** What the audit log may be narrowed to. */
export const actQuery = z.strictObject({ cabinet, ...page });

/** Why something is removed. */
export const reasonQuery = z.strictObject({ reason: reason.optional() });

/** Whose posters, and how they stand on paper; without a cabinet all. */
export const posterQuery = z.strictObject({
  cabinet: z.array(cabinetId).max(OPERATOR.postersMax).default([]),
  layout: z.enum(["sheet", "sticker"]).default("sheet"),
});

/** How large the picture of a code is, in pixels. */
export const codeQuery = z.strictObject({
  size: z.coerce.number().int().min(OPERATOR.codePixelsMin).max(OPERATOR.codePixelsMax)
    .default(OPERATOR.codePixelsDefault),
});
