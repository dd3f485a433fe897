/**
 * What several commands take as arguments, checked.
 *
 * @module
 */
import { InvalidArgumentError } from "commander";
import { cabinetId } from "../operator/schemas.ts";

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
