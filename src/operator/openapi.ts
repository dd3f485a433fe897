import { z } from "zod";
import { OPERATOR } from "../lib/limits.ts";
import { ROUTES, SCHEMAS } from "./contract/mod.ts";
import { problem } from "./contract/fields.ts";
import type { Route, RouteAnswer } from "./route.ts";

type OpenApiObject = Record<string, unknown>;

/** What every `POST` may say, so that it can be sent again where its answer got lost. */
const IDEMPOTENCY_KEY: OpenApiObject = {
  type: "string",
  minLength: 1,
  maxLength: OPERATOR.textMax,
  description:
    "The same key is the same act: sent again, nothing is done, and the answer is the opening that it was, " +
    "or how things are now. For another act it is refused with 422. It holds as long as the journal and the audit log " +
    "are kept (KEEP_DAYS)",
};

const NAMES = new Map(Object.entries(SCHEMAS).map(([name, schema]) => [schema, name]));

let made: OpenApiObject | undefined;

/**
 * The description of the REST API (OpenAPI 3.1), made from the declared routes. It is made once, as that takes some
 * 10 ms, and it is public.
 */
export function openApi(): OpenApiObject {
  return made ??= document();
}

function document(): OpenApiObject {
  const paths: Record<string, OpenApiObject> = {};
  for (const route of ROUTES) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  const schemas = Object.entries(SCHEMAS).map(([name, schema]) => [name, answerOf(schema)]);
  return {
    openapi: "3.1.0",
    info: { title: "Kaigui", version: "1", description: "Cabinets, doors, and who has what in them." },
    servers: [{ url: "/api/v1" }],
    security: [{ operator: [] }],
    components: {
      securitySchemes: { operator: { type: "http", scheme: "bearer" } },
      schemas: Object.fromEntries(schemas),
    },
    paths,
  };
}

function operation({ method, path, access, summary, query, body, answers }: Route): OpenApiObject {
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => {
      return parameter(name, "path", { type: name === "cell" ? "integer" : "string" });
    }),
    ...Object.entries(query?.shape ?? {}).map(([name, schema]) => parameter(name, "query", schemaOf(schema))),
  ];
  if (method === "POST") parameters.push(parameter("Idempotency-Key", "header", IDEMPOTENCY_KEY));
  const responses = Object.entries(answers).map(([status, answer]) => [status, response(status, answer)]);
  return {
    summary,
    ...access === "public" && { security: [] },
    parameters,
    ...body && {
      requestBody: {
        required: method === "PUT",
        content: { "application/json": { schema: schemaOf(body) } },
      },
    },
    responses: {
      ...Object.fromEntries(responses),
      default: response("default", { description: "Problem details", schema: problem }),
    },
  };
}

function response(status: string, { description, schema, items, media }: RouteAnswer): OpenApiObject {
  if (media !== undefined) return { description, content: { [media]: {} } };
  if (!schema) return { description };
  const type = Number(status) < 400 ? "application/json" : "application/problem+json";
  return { description, content: { [type]: { schema: items ? pageOf(items) : refTo(schema) } } };
}

function pageOf(item: z.ZodType): OpenApiObject {
  const properties = { items: { type: "array", items: refTo(item) }, next: { type: ["string", "null"] } };
  return { type: "object", properties, required: ["items", "next"] };
}

function refTo(schema: z.ZodType): OpenApiObject {
  return { $ref: `#/components/schemas/${NAMES.get(schema)}` };
}

function parameter(name: string, place: string, schema: OpenApiObject): OpenApiObject {
  return { name, in: place, required: place === "path", schema };
}

function schemaOf(schema: z.core.$ZodType): OpenApiObject {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: "input" });
  return described;
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
