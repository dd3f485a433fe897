/**
 * What is said of a mistake where its schema says nothing: what is wanted, to stand behind the name of the field.
 *
 * @module
 */
import type { z } from "zod/v4";

/** What is said of a field that is not there. */
export const MISSING = "has to be given";

/** What texts of these formats are called. */
const FORMATS: Readonly<Record<string, string>> = {
  uuid: "a UUID",
  datetime: "a time with its offset, such as 2026-05-04T15:30:00+08:00 or 2026-05-04T07:30:00Z",
};

/** How large, long or many values of a schema may be, as its checks have noted it. */
interface Bounds {
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  /** Of a number. */
  readonly format?: unknown;
}

/**
 * What is wanted in place of a value.
 *
 * @returns `undefined`: nothing that a person would understand; zod's own words are left
 */
export function mistakeWords(issue: z.core.$ZodRawIssue): string | undefined {
  const wanted = wantedBy(issue);
  if (issue.input !== undefined) return wanted;
  return issue.code === "invalid_type" || wanted === undefined ? MISSING : `${MISSING}: ${wanted}`;
}

function wantedBy(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
    case "too_small":
    case "too_big":
      return kindOf(issue.schema);
    case "invalid_value":
      return choice(issue.values);
    case "invalid_union": {
      // Of objects that are told apart by a field: what it may be.
      const { options }: { options?: unknown } = issue;
      return Array.isArray(options) ? choice(options) : undefined;
    }
    case "invalid_format":
      return issue.pattern !== undefined && issue.format === "regex"
        ? `text that matches ${issue.pattern}`
        : FORMATS[issue.format];
    case "unrecognized_keys":
      return unknownNames(issue.keys, issue.schema);
    default:
      return undefined;
  }
}

function choice(values: readonly unknown[]): string {
  return values.length === 1 ? `nothing but ${values[0]}` : `one of ${values.join(", ")}`;
}

function unknownNames(names: readonly string[], schema: z.core.$ZodType | undefined): string {
  const known = Object.keys(schema && "shape" in schema ? Object(schema.shape) : {});
  const unknown = `there is no ${names.map((name) => `"${name}"`).join(", ")}`;
  return known.length === 0 ? unknown : `${unknown}; there are ${known.join(", ")}`;
}

/** What values of a schema are. */
function kindOf(schema: z.core.$ZodType | undefined): string | undefined {
  if (!schema) return undefined;
  const { def, bag } = schema._zod;
  switch (def.type) {
    case "string":
      return sized("text", "characters", bag);
    case "array":
      return sized("a list", "items", bag);
    case "number":
      return numberWithin(bag);
    case "boolean":
      return "true or false";
    case "object":
    case "record":
    case "union":
      return "an object";
    default:
      return undefined;
  }
}

function sized(what: string, unit: string, { minimum, maximum }: Bounds): string {
  if (minimum === undefined && maximum === undefined) return what;
  if (minimum === maximum) return `${what} of ${maximum} ${unit}`;
  if (maximum === undefined) return `${what} of ${minimum} ${unit} or more`;
  return minimum === undefined
    ? `${what} of up to ${maximum} ${unit}`
    : `${what} of ${minimum} to ${maximum} ${unit}`;
}

function numberWithin({ minimum, maximum, format = "" }: Bounds): string {
  const what = String(format).includes("int") ? "a whole number" : "a number";
  const [least, most] = [limitOf(minimum), limitOf(maximum)];
  if (least !== undefined && most !== undefined) return `${what} from ${least} to ${most}`;
  if (most !== undefined) return `${what} up to ${most}`;
  return least === undefined ? what : `${what} from ${least} on`;
}

/** A limit that is not just that of JavaScript's integers. */
function limitOf(limit: unknown): unknown {
  return Math.abs(Number(limit)) === Number.MAX_SAFE_INTEGER ? undefined : limit;
}
