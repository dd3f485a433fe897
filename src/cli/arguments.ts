import { InvalidArgumentError } from "commander";
import { z } from "zod";
import { cabinetId } from "../cabinet/words.ts";

/**
 * A cabinet's id, for commander.
 *
 * @throws {InvalidArgumentError} if the service would not take it
 */
export function idArgument(text: string): string {
  const { success, error } = cabinetId.safeParse(text);
  if (!success) throw new InvalidArgumentError(`An id has ${error.issues[0]?.message}.`);
  return text;
}

/** Several ids, gathered one by one. */
export function idArguments(text: string, before: readonly string[] | undefined): string[] {
  return [...before ?? [], idArgument(text)];
}

/** A parser of whole numbers within bounds, for commander. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < min || number > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return number;
  };
}

const date = z.iso.date();
const moment = z.iso.datetime({ offset: true });

/**
 * A moment, for commander: a day is its midnight in UTC.
 *
 * @returns milliseconds since 1970
 */
export function timeArgument(text: string): number {
  if (date.safeParse(text).success || moment.safeParse(text).success) return Date.parse(text);
  throw new InvalidArgumentError("A date looks like 2025-11-23 or 2025-11-23T07:05:12Z.");
}
