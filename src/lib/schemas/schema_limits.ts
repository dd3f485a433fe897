/**
 * How large, long or many values of a schema may be.
 *
 * @module
 */
import type { z } from "zod/v4";

/** What the checks of a schema ask for. */
export interface SchemaLimits {
  /** The least number, length or count. */
  readonly least?: number;
  /** The greatest number, length or count. */
  readonly most?: number;
  /** Whether numbers have to be whole. */
  readonly isWhole?: boolean;
}

/** What a check is given. A schema with a format, such as `z.int()`, is a check itself. */
type Check = z.core.$ZodChecks["_zod"]["def"];

/**
 * The limits of a number, a text or a list.
 *
 * @returns the narrowest, where several checks ask for the same. A limit that itself is too much, as 0 of
 *   `z.number().positive()`, is left out, unless numbers have to be whole: then it is the number beside it
 */
export function limitsOf(schema: z.core.$ZodType): SchemaLimits {
  const { def } = schema._zod;
  const checks: readonly unknown[] = [def, ...def.checks?.map((check) => check._zod.def) ?? []];
  const isWhole = (checks as Check[]).some(isOfWholeNumbers);
  return (checks as Check[]).map((check) => asked(check, isWhole)).reduce(narrowed, { isWhole });
}

function isOfWholeNumbers(check: Check): boolean {
  return check.check === "number_format" && check.format.includes("int");
}

function asked(check: Check, isWhole: boolean): SchemaLimits {
  switch (check.check) {
    case "greater_than":
      if (check.inclusive) return { least: Number(check.value) };
      return isWhole ? { least: Math.floor(Number(check.value)) + 1 } : {};
    case "less_than":
      if (check.inclusive) return { most: Number(check.value) };
      return isWhole ? { most: Math.ceil(Number(check.value)) - 1 } : {};
    case "min_length":
      return { least: check.minimum };
    case "max_length":
      return { most: check.maximum };
    case "length_equals":
      return { least: check.length, most: check.length };
    default:
      return {};
  }
}

function narrowed({ isWhole = false, ...one }: SchemaLimits, other: SchemaLimits): SchemaLimits {
  const least = Math.max(one.least ?? -Infinity, other.least ?? -Infinity);
  const most = Math.min(one.most ?? Infinity, other.most ?? Infinity);
  return {
    ...(least > -Infinity && { least }),
    ...(most < Infinity && { most }),
    isWhole,
  };
}
