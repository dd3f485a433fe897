/**
 * JSON Merge Patch (RFC 7396): what one may say, and what it makes of a value.
 *
 * @module
 */
import { z } from "zod";
import { unknownNames } from "./mistake_words.ts";
import { type Fields, fieldsOf, partOf } from "./schema_parts.ts";

/** How deep objects are merged: all of a description's objects lie above that, and a body may be nested without end. */
const DEPTH_MAX = 4;

/** A merge patch for values of the schema, of which the description shows the fields. */
export function patchOf(schema: z.ZodObject): z.ZodType<Record<string, unknown>, Record<string, unknown>> {
  const { properties } = patchSchema(z.toJSONSchema(schema, { io: "input" }) as JsonSchema);
  const fields = z.record(z.string(), z.unknown(), { error: "an object with the fields that change" })
    .meta({ type: "object", properties, additionalProperties: false });
  const known = fieldsOf(schema);
  // Looked at before: a record leaves out what is called `__proto__`, and merging what is null.
  return z.preprocess((patch, context) => {
    for (const unknown of unknownIn(patch, known)) {
      context.addIssue({ code: "unrecognized_keys", input: patch, ...unknown });
    }
    return patch;
  }, fields) as z.ZodType<Record<string, unknown>, Record<string, unknown>>;
}

/** What an object of a patch names that none of its fields is. */
interface UnknownFields {
  readonly path: string[];
  readonly keys: string[];
  readonly message: string;
}

/** What the patch names that there is not, `null` or not. What is in lists is looked at when the whole is checked. */
function* unknownIn(
  patch: unknown,
  fields: Fields | undefined,
  path: string[] = [],
): Generator<UnknownFields> {
  if (!isObject(patch) || !fields) return;
  const keys = Object.keys(patch).filter((name) => !fields.has(name));
  if (keys.length > 0) yield { keys, path, message: unknownNames(keys, [...fields.keys()]) };
  for (const [name, change] of Object.entries(patch)) {
    yield* unknownIn(change, fieldsOf(fields.get(name)), [...path, name]);
  }
}

/** As much of JSON Schema as descriptions are made of. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
}

/** What may be said to change an object: what is not named in it stays, so nothing is needed, and nothing has a default. */
function patchSchema({ properties = {}, required = [], ...schema }: JsonSchema): JsonSchema {
  const changed = Object.entries(properties).map(([name, { default: _, ...field }]): [string, JsonSchema] => {
    const isAny = field.type === undefined && field.anyOf === undefined && !("enum" in field);
    // What has no usual value cannot be given it by null.
    return [name, isAny || required.includes(name) ? field : orNull(changeOf(field))];
  });
  return { ...schema, properties: Object.fromEntries(changed) };
}

/** What may be said to change a value: a list, or what stands for one, is replaced whole. */
function changeOf(field: JsonSchema): JsonSchema {
  const { description, anyOf, properties } = field;
  if (anyOf?.some(({ type }) => type === "array")) return field;
  const fields = (anyOf ?? [field]).map((one) => Object.keys(one.properties ?? {}).length);
  const said = description !== undefined && Math.max(...fields) > 1
    ? { description: `${description}; what it does not name stays` }
    : {};
  if (anyOf) return { ...field, ...said, anyOf: anyOf.map(changeOf) };
  return properties ? { ...patchSchema(field), ...said } : field;
}

/** The same, or `null`. */
function orNull({ description, ...schema }: JsonSchema): JsonSchema {
  const choices = schema.anyOf ?? [schema];
  const isNull = ({ type }: JsonSchema) => type === "null";
  const anyOf = [...choices.filter((one) => !isNull(one)), { type: "null" }];
  return { ...description !== undefined && { description }, anyOf };
}

/** The value with the patch merged into it (RFC 7396, 2), except that a field of the schema that may be `null` becomes it. */
export function merged(value: unknown, patch: unknown, schema: z.ZodType | undefined, depth = 0): unknown {
  if (!isObject(patch) || depth >= DEPTH_MAX) return patch;
  // A map, since a field may be called `__proto__`.
  const fields = new Map(isObject(value) ? Object.entries(value) : []);
  for (const [name, change] of Object.entries(patch)) {
    const field = partOf(schema, name);
    if (change !== null) fields.set(name, merged(fields.get(name), change, field, depth + 1));
    else if (field?.safeParse(null).success) fields.set(name, null);
    else fields.delete(name);
  }
  return Object.fromEntries(fields);
}

/** Whether it is an object, and no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
