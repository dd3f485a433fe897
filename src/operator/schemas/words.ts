/**
 * The words that addresses, queries and bodies are made of; those of a cabinet are in its room.
 *
 * @module
 */
import { z } from "zod";
import { OPERATOR } from "../../lib/limits.ts";
import { text } from "../../cabinet/words.ts";
import { isNumber } from "../../locker/mod.ts";

export { cabinetId, cellNumber, network, text } from "../../cabinet/words.ts";

/** Why the operator does something. */
export const reason = text(OPERATOR.textMax);

/** The number of a rental as its person reads it out, with spaces or without. */
export const rentalNumber = z.string().max(OPERATOR.textMax).transform((text) => text.replaceAll(" ", ""))
  .pipe(
    z.string().regex(/^\d{8}$/, { error: "8 digits, with spaces or without", abort: true })
      .refine(isNumber, "no rental has this number: a digit is wrong"),
  );

/** RFC 3339 with its offset, understood as milliseconds since 1970. */
export const time = z.iso.datetime({ offset: true }).transform((at) => Date.parse(at));

/** Ids of commands, rentals, permits and people. */
export const uuid = z.uuid();
