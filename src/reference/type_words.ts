import type { SchemaObject } from "./document.ts";

/** What values of these types are called. */
const WORDS: Readonly<Record<string, string>> = {
  string: "text",
  integer: "integer",
  number: "number",
  boolean: "true or false",
  object: "object",
  null: "null",
};

/** What texts of these formats are called. Their patterns say nothing more. */
const FORMATS: Readonly<Record<string, string>> = {
  "uuid": "UUID",
  "date-time": "time, RFC 3339",
  "ipv4": "IPv4 address",
  "ipv6": "IPv6 address",
  "cidrv4": "IPv4 network",
  "cidrv6": "IPv6 network",
};

/** The schemas of which a value fits one, `null` last; one that is not a choice is alone. */
export function choicesOf(schema: SchemaObject): SchemaObject[] {
  const { anyOf, oneOf, type } = schema;
  const choices = anyOf ?? oneOf;
  if (choices) return nullLast(choices.flatMap(choicesOf));
  if (typeof type !== "object") return [schema];
  return nullLast(type.map((one) => ({ ...schema, type: one })));
}

function nullLast(choices: readonly SchemaObject[]): SchemaObject[] {
  return choices.toSorted((a, b) => Number(a.type === "null") - Number(b.type === "null"));
}

/** What a single value is called, such as `text` or `UUID`; not of references, lists and choices. */
export function wordOf({ type, format = "", additionalProperties }: SchemaObject): string {
  if (type === undefined) return "any JSON";
  if (type === "object" && typeof additionalProperties === "object") return "object with any names";
  return FORMATS[format] ?? WORDS[String(type)] ?? String(type);
}

/** How long, large or many a value may be; empty: the schema does not say. */
export function limitsOf(schema: SchemaObject): string {
  const { type, minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  if (type === "string") return range(minLength, maxLength, "characters");
  if (type === "array") return range(minItems, maxItems, "items");
  return range(safe(minimum), safe(maximum));
}

/** The pattern that a text has to match; `undefined`: there is none, or the format's name says it. */
export function patternOf({ pattern, format = "" }: SchemaObject): string | undefined {
  return format in FORMATS ? undefined : pattern;
}

/** A limit that is not just that of JavaScript's integers. */
function safe(limit: number | undefined): number | undefined {
  return Number.isSafeInteger(limit) && Math.abs(limit ?? 0) === Number.MAX_SAFE_INTEGER ? undefined : limit;
}

function range(min: number | undefined, max: number | undefined, unit = ""): string {
  const ofUnit = unit === "" ? "" : ` ${unit}`;
  const [least, most] = [min?.toLocaleString("en-US"), max?.toLocaleString("en-US")];
  if (least !== undefined && most !== undefined) {
    return least === most ? `${least}${ofUnit}` : `${least} to ${most}${ofUnit}`;
  }
  if (most !== undefined) return `up to ${most}${ofUnit}`;
  return least === undefined ? "" : `${least}${ofUnit} or more`;
}
