/**
 * What the operator sends along with an act, checked once here. A cabinet's description is in `schemas.ts`.
 *
 * @module
 */
import { z } from "zod";
import { COMMAND, OPERATOR } from "../../lib/limits.ts";
import { cellNumber, reason, text, time } from "./words.ts";

/** Why the operator does it. */
export const reasonBody = z.strictObject({ reason: reason.optional() });

/** Opening a door, and when that was wanted. */
export const openBody = z.strictObject({
  reason: reason.optional(),
  at: time.optional().describe(
    `When the door was wanted open. More than ${
      COMMAND.deadlineMs / 1_000
    } s ago: it is refused as expired. ` +
      "Without it, or in the future: when the request came",
  ),
});

/** Clearing wants to be confirmed by what its refusal said. */
export const clearBody = z.strictObject({
  reason: reason.optional(),
  confirm: z.string().max(OPERATOR.textMax).optional(),
});

/** Who may open which cells, and when: from now on and for good unless it says otherwise. */
export const permitBody = z.strictObject({
  person: text(OPERATOR.textMax),
  cells: z.union([z.array(cellNumber).min(1).max(OPERATOR.cellsMax), z.literal("all")]),
  from: time.nullish(),
  until: time.nullish(),
  reason: reason.optional(),
});

/** A checked wish for a permit. */
export type PermitBody = z.infer<typeof permitBody>;
