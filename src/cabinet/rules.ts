import { z } from "zod";
import { OPERATOR } from "../lib/limits.ts";
import { size } from "./words.ts";

const minutes = z.int().min(1).max(OPERATOR.minutesMax);
const rentalsMax = z.int().min(1).max(OPERATOR.cellsMax).nullable();

/** What a cabinet's operator decides about rentals; a rule that is not given has its usual value. */
export const rules = z.strictObject({
  /** Cells of this cabinet that one person may have at once; `null`: as many as are free. */
  rentalsPerPerson: rentalsMax.default(null),
  /** The same for a guest, who costs nothing: cells that are being given back count too. */
  rentalsPerGuest: rentalsMax.default(1),
  /** How long a rental lasts; `null`: until it is given back. */
  rentalMinutes: minutes.nullable().default(null),
  /** A rental that is overdue is only recorded, or the cell stays shut until the operator acts. */
  overdue: z.enum(["record", "hold"]).default("record"),
  /** How long before its end a rental's reminders come. */
  remindMinutes: z.array(minutes).max(OPERATOR.remindersMax).default([]),
  /** How long the last person may open again after giving the cell back. */
  graceSeconds: z.int().min(0).max(3600).default(60),
  /** How long a pickup code works. */
  codeMinutes: minutes.default(24 * 60),
  /** The words for sizes from small to large. A word that is not among them stands for itself alone. */
  sizes: z.array(size).min(1).max(OPERATOR.sizesMax).default(["XS", "S", "M", "L", "XL", "XXL"]),
});

/** The checked rules. */
export type Rules = z.infer<typeof rules>;

/** What counts where the operator says nothing. */
export const DEFAULT_RULES: Rules = rules.parse({});
