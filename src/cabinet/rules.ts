import { z } from "zod";
import { OPERATOR } from "../lib/limits.ts";
import { size } from "./words.ts";

const minutes = z.int().min(1).max(OPERATOR.minutesMax);
const rentalsMax = z.int().min(1).max(OPERATOR.cellsMax).nullable();

/** What a cabinet's operator decides about rentals; a rule that is not given has its usual value. */
export const rules = z.strictObject({
  rentalsPerPerson: rentalsMax.default(null).describe(
    "Cells of this cabinet that one person may have at once; null: as many as are free",
  ),
  rentalsPerGuest: rentalsMax.default(1).describe(
    "The same for a guest, who costs nothing: cells that are being given back count too; null: as many as are free",
  ),
  rentalMinutes: minutes.nullable().default(null).describe(
    "How long a rental lasts, in minutes; null: until it is given back",
  ),
  overdue: z.enum(["record", "hold"]).default("record").describe(
    "record: a rental that is overdue is only recorded; hold: its cell stays shut until the operator acts",
  ),
  remindMinutes: z.array(minutes).max(OPERATOR.remindersMax).default([]).describe(
    "How long before its end a rental's reminders come, in minutes",
  ),
  graceSeconds: z.int().min(0).max(3600).default(60).describe(
    "How long the last person may open again after giving the cell back, in seconds",
  ),
  codeMinutes: minutes.default(24 * 60).describe("How long a pickup code works, in minutes"),
  sizes: z.array(size).min(1).max(OPERATOR.sizesMax).default(["XS", "S", "M", "L", "XL", "XXL"]).describe(
    "The words for sizes from small to large. A word that is not among them stands for itself alone",
  ),
});

/** The checked rules. */
export type Rules = z.infer<typeof rules>;

/** What counts where the operator says nothing. */
export const DEFAULT_RULES: Rules = rules.parse({});
