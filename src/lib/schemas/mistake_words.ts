/**
 * What is said of a mistake where its schema says nothing: what is wanted, to stand behind the name of the field.
 *
 * @module
 */
import type { z } from "zod/v4";
import { limitsOf, type SchemaLimits } from "./schema_limits.ts";

/** What is said of a field that is not there. */
export const MISSING = "has to be given";

/** What texts of these formats are called. */
const FORMATS: Readonly<Record<string, string>> = {
  uuid: "a UUID",
  datetime: "a time with its offset, such as 2026-05-04T15:30:00+08:00 or 2026-05-04T07:30:00Z",
};

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
      return "options" in issue && Array.isArray(issue.options) ? choice(issue.options) : undefined;
    }
    case "invalid_format":
      return issue.pattern !== undefined && issue.format === "regex"
        ? `text that matches ${issue.pattern}`
        : FORMATS[issue.format];
    case "unrecognized_keys":
      return unknownNames(issue.keys, fieldNames(issue.schema));
    default:
      return undefined;
  }
}

function choice(values: readonly unknown[]): string {
  return values.length === 1 ? `nothing but ${values[0]}` : `one of ${values.join(", ")}`;
}

function fieldNames(schema: z.core.$ZodType | undefined): string[] {
  return Object.keys(schema && "shape" in schema ? Object(schema.shape) : {});
}

/** What is said of names that are not among those that there are. */
export function unknownNames(names: readonly string[], known: readonly string[]): string {
  const unknown = `there is no ${names.map((name) => `"${name}"`).join(", ")}`;
  return known.length === 0 ? unknown : `${unknown}; there are ${known.join(", ")}`;
}

/** What values of a schema are. */
function kindOf(schema: z.core.$ZodType | undefined): string | undefined {
  switch (schema?._zod.def.type) {
    case "string":
      return sized("text", "characters", limitsOf(schema));
    case "array":
      return sized("a list", "items", limitsOf(schema));
    case "number":
      return numberWithin(limitsOf(schema));
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

function sized(what: string, unit: string, { least, most }: SchemaLimits): string {
  if (least === undefined && most === undefined) return what;
  if (least === most) return `${what} of ${most} ${unit}`;
  if (most === undefined) return `${what} of ${least} ${unit} or more`;
  return least === undefined ? `${what} of up to ${most} ${unit}` : `${what} of ${least} to ${most} ${unit}`;
}

function numberWithin({ least, most, isWhole }: SchemaLimits): string {
  const what = isWhole ? "a whole number" : "a number";
  if (least !== undefined && most !== undefined) return `${what} from ${least} to ${most}`;
  if (most !== undefined) return `${what} up to ${most}`;
  return least === undefined ? what : `${what} from ${least} on`;
}
