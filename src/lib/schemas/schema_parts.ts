/**
 * What a schema says of a part of its values.
 *
 * @module
 */
import { z } from "zod";

/** The schema of a field of an object, or of an item of a list; `undefined`: there is none, or it may be one of several. */
export function partOf(schema: z.ZodType | undefined, name: PropertyKey): z.ZodType | undefined {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray && typeof name === "number") return inner.unwrap() as z.ZodType;
  if (!(inner instanceof z.ZodObject) || !Object.hasOwn(inner.shape, name)) return undefined;
  return inner.shape[String(name)];
}

/** Schemas of fields, by name. */
export type Fields = ReadonlyMap<string, unknown>;

/** The fields of an object, or of any that it may be; `undefined`: it is none. */
export function fieldsOf(schema: unknown): Fields | undefined {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodObject) return new Map(Object.entries(inner.shape));
  if (!(inner instanceof z.ZodUnion)) return undefined;
  const all = inner.options.flatMap((option) => [...fieldsOf(option) ?? []]);
  return all.length === 0 ? undefined : new Map(all);
}

/** Whether `null` may stand there in a value of the schema. */
export function takesNull(schema: z.ZodType, path: readonly PropertyKey[]): boolean {
  const part = path.reduce<z.ZodType | undefined>(partOf, schema);
  return part?.safeParse(null).success ?? false;
}

/** What is wanted of a value that is given. */
function unwrapped(schema: unknown): unknown {
  if (
    schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodNullable ||
    schema instanceof z.ZodOptional
  ) return unwrapped(schema.unwrap());
  if (!(schema instanceof z.ZodPipe)) return schema;
  return unwrapped(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
}
