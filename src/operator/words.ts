/**
 * The words that addresses, queries and bodies are made of.
 *
 * @module
 */
import { z } from "zod";
import { OPERATOR } from "../limits.ts";
import { CABINET_ID } from "../locker/mod.ts";

/** A cabinet's id. */
export const cabinetId = z.string().regex(CABINET_ID, "letters, digits, '.', '_' and '-', up to 64");

/** What people read: no control characters, which no database and no log should have to take. */
export function text(charactersMax: number): z.ZodString {
  return z.string().trim().min(1).max(charactersMax)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "no control characters and no halves of characters");
}

/** Why the operator does something. */
export const reason = text(OPERATOR.textMax);

/** The number on a cell's door. */
export const cellNumber = z.int().min(1).max(9999);

/** RFC 3339 with its offset, understood as milliseconds since 1970. */
export const time = z.iso.datetime({ offset: true }).transform((at) => Date.parse(at));

/** Ids of commands, rentals, permits and people. */
export const uuid = z.uuid();
