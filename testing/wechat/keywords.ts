/**
 * The values that a template takes, by the kind of the keyword, from WeChat's table of limits.
 *
 * @module
 */
import { Refusal } from "./refusal.ts";

const DATE = String.raw`(?:(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日)?|(?:\d{4}[-/.])?\d{1,2}[-/.]\d{1,2})`;
const TIME = String.raw`\d{1,2}:\d{2}(?::\d{2})?`;
const MOMENT = `(?:${DATE} ?)?${TIME}`;
const DAY = `${DATE}(?: ?${TIME})?`;

/** A keyword is a kind and a number: `thing12` is a thing. */
const KINDS: Readonly<Record<string, RegExp>> = {
  thing: /^.{1,20}$/u,
  number: /^-?\d{1,32}(\.\d+)?$/,
  letter: /^[a-zA-Z]{1,32}$/,
  symbol: /^[^\p{L}\p{N}\p{C}]{1,5}$/u,
  character_string: /^[\x20-\x7e]{1,32}$/,
  time: new RegExp(`^${MOMENT}(?:~${MOMENT})?$`),
  date: new RegExp(`^${DAY}(?:~${DAY})?$`),
  amount: /^[^\p{L}\p{N}\p{C}]?\d{1,10}(\.\d+)?元?$/u,
  phone_number: /^[\d+() -]{1,17}$/,
  car_number: /^[\p{Script=Han}a-zA-Z0-9]{1,8}$/u,
  name: /^(?:(?=.*\p{Script=Han})[^\p{N}\p{C}]{1,10}|[^\p{Script=Han}\p{N}\p{C}]{1,20})$/u,
  phrase: /^\p{Script=Han}{1,5}$/u,
};

/** The kind of a template's keyword. */
export function kindOf(keyword: string): RegExp {
  const kind = KINDS[/^(\w+?)\d+$/.exec(keyword)?.[1] ?? ""];
  if (!kind) {
    throw new TypeError(`Cannot have a template with the keyword ${keyword}: it has no known kind`);
  }
  return kind;
}

/** @throws {Refusal} if the value is not valid for the keyword's kind */
export function checkKeyword(keyword: string, value: unknown): asserts value is string {
  if (value === undefined || value === "") throw new Refusal(47003, ` data.${keyword}.value is empty`);
  if (typeof value !== "string" || !kindOf(keyword).test(value)) {
    throw new Refusal(47003, ` data.${keyword}.value invalid`);
  }
}
