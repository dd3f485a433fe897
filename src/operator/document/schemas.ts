import { z } from "zod";
import { SCHEMAS } from "../contract/mod.ts";
import { pageFields } from "../route.ts";

/** A part of the document. */
export type OpenApiObject = Readonly<Record<string, unknown>>;

const NAMES = new Map(Object.entries(SCHEMAS).map(([name, schema]) => [schema, name]));

const PAGE_FIELDS = z.object(pageFields);

/** The schemas of answers, by their names. */
export function answerSchemas(): OpenApiObject {
  return Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, answerOf(schema)]));
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
  return { ...fields, properties: { items, ...properties }, required: ["items", ...fields.required] };
}

/** Names a schema of an answer. */
export function refTo(schema: z.ZodType): OpenApiObject {
  return { $ref: `#/components/schemas/${NAMES.get(schema)}` };
}

/** What an answer has for certain: a newer version may add fields, so none is ruled out. */
function answerOf(schema: z.ZodType): OpenApiObject {
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    io: "output",
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return described;
}
