import { z } from "zod";
import { SCHEMAS } from "../contract/mod.ts";
import { pageFields } from "../route.ts";
import { ANSWERS } from "./examples/mod.ts";

/** A part of the document. */
export type OpenApiObject = Readonly<Record<string, unknown>>;

const NAMES: ReadonlyMap<z.core.$ZodType, string> = new Map(
  Object.entries(SCHEMAS).map(([name, schema]) => [schema, name]),
);

const PAGE_FIELDS = z.object(pageFields);

/** The schemas of answers, by their names. */
export function answerSchemas(): OpenApiObject {
  return Object.fromEntries(
    Object.entries(SCHEMAS).map((
      [name, schema],
    ) => [name, { ...answerOf(schema), examples: [ANSWERS[name]] }]),
  );
}

/** What a body or a parameter may be. */
export function schemaOf(schema: z.core.$ZodType): OpenApiObject {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: "input" });
  return described;
}

/** A page of a list of these. */
export function pageOf(item: z.ZodType): OpenApiObject {
  const { properties, ...fields } = answerOf(PAGE_FIELDS) as { properties: object; required: string[] };
  const items = { description: "The items of this page", type: "array", items: refTo(item) };
  const example = { items: [ANSWERS[nameOf(item)]], next: null, total: 1, estimate: null };
  return {
    ...fields,
    properties: { items, ...properties },
    required: ["items", ...fields.required],
    examples: [example],
  };
}

/** Names a schema of an answer. */
export function refTo(schema: z.core.$ZodType): OpenApiObject {
  return { $ref: `#/components/schemas/${nameOf(schema)}` };
}

function nameOf(schema: z.core.$ZodType): string {
  const name = NAMES.get(schema);
  if (name === undefined) throw new TypeError("A schema of an answer lacks a name in SCHEMAS");
  return name;
}

/** Names the schema in place of what it is. */
function named(zodSchema: z.core.$ZodType, jsonSchema: z.core.JSONSchema.BaseSchema): void {
  for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
  Object.assign(jsonSchema, refTo(zodSchema));
}

/** What an answer has for certain: a newer version may add fields, so none is ruled out. */
function answerOf(schema: z.core.$ZodType): OpenApiObject {
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    io: "output",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== schema && NAMES.has(zodSchema)) return named(zodSchema, jsonSchema);
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      // What may be written in two ways is answered in one.
      if (jsonSchema.anyOf) jsonSchema.anyOf = unique(jsonSchema.anyOf);
    },
  });
  return described;
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
