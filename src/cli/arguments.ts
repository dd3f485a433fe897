import { InvalidArgumentError } from "commander";
import { z } from "zod";
import { cabinetId } from "../cabinet/words.ts";
import { OPERATOR } from "../lib/limits.ts";
import { organizationId } from "../operator/contract/staff/organizations.ts";
import { UsageError } from "./io.ts";

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

/**
 * An organization's id, for commander.
 *
 * @throws {InvalidArgumentError} if the service would not take it
 */
export function organizationArgument(text: string): string {
  const { success, error } = organizationId.safeParse(text);
  if (!success) throw new InvalidArgumentError(`The id of an organization has ${error.issues[0]?.message}.`);
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

/** A parser of seconds within bounds, which may be decimals, for commander. */
export function secondsArgument(min: number, max: number): (text: string) => number {
  return (text) => {
    const seconds = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || seconds < min || seconds > max) {
      throw new InvalidArgumentError(`It must be a number of seconds from ${min} to ${max}, such as 0.5.`);
    }
    return seconds;
  };
}

/** The largest number that a door may have. */
const CELL_MAX = 9_999;

/**
 * The number on a cell's door, for commander.
 *
 * @throws {InvalidArgumentError} if no door has it
 */
export function cellArgument(text: string): number {
  return wholeNumber(1, CELL_MAX)(text);
}

/**
 * An `Idempotency-Key`, for commander: what a header takes as it is.
 *
 * @throws {InvalidArgumentError} if the service would not take it
 */
export function keyArgument(text: string): string {
  if (/^[!-~]+$/.test(text) && text.length <= OPERATOR.textMax) return text;
  throw new InvalidArgumentError(
    `A key has 1 to ${OPERATOR.textMax} letters, digits and signs, without spaces.`,
  );
}

/** The eight digits that a person reads out of a rental or of themselves, with spaces or without; `undefined`: it is an id. */
export function numberIn(text: string): string | undefined {
  const number = text.replaceAll(" ", "");
  return /^\d{8}$/.test(number) ? number : undefined;
}

/** A parser of a latitude or a longitude, for commander: up to so many degrees to both sides. */
export function degrees(max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^-?\d+(\.\d+)?$/.test(text) || Math.abs(number) > max) {
      throw new InvalidArgumentError(`It must be a number of degrees from -${max} to ${max}.`);
    }
    return number;
  };
}

const date = z.iso.date();
const moment = z.iso.datetime({ offset: true });

/** What {@linkcode timeArgument} takes, for the help. */
export const DATES = "2025-11-23 (0:00 UTC) or 2025-11-23T07:05:12Z";
/** What {@linkcode endArgument} takes, for the help. */
export const END_DATES = "2027-01-01 (0:00 UTC), 2027-01-01T08:00:00+08:00, or 90d";

/** The times of `--from` and `--until`, in milliseconds since 1970. */
export interface TimeRangeOptions {
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

/** @throws {UsageError} if it ends before it begins */
export function checkTimeRange({ from = -Infinity, until = Infinity }: TimeRangeOptions): void {
  if (from >= until) throw new UsageError("--until must be later than --from");
}

/**
 * A moment, for commander: a day is its midnight in UTC.
 *
 * @returns milliseconds since 1970
 */
export function timeArgument(text: string): number {
  return momentOf(text);
}

/** The moment as the API takes it, where one was said. */
export function isoTime(moment: number | undefined): string | undefined {
  return moment === undefined ? undefined : new Date(moment).toISOString();
}

/** @param more what else would do, for the message */
function momentOf(text: string, more = ""): number {
  if (date.safeParse(text).success || moment.safeParse(text).success) return Date.parse(text);
  throw new InvalidArgumentError(`A date looks like 2025-11-23 or 2025-11-23T07:05:12Z${more}.`);
}

const DAY_MS = 24 * 3_600_000;
/** A hundred years: what is longer is a slip, and no date any more at some length. */
const DAYS_MAX = 36_500;

/**
 * The moment when something ends, for commander: as {@linkcode timeArgument} has it, or in so many days, as `90d`.
 *
 * @param now milliseconds since 1970
 * @returns milliseconds since 1970
 */
export function endArgument(text: string, now: number): number {
  const [, days] = /^(\d+)d$/.exec(text) ?? [];
  if (days === undefined) return momentOf(text, "; 90d is in 90 days");
  return now + wholeNumber(1, DAYS_MAX)(days) * DAY_MS;
}
