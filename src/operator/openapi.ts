/**
 * The description of the REST API (OpenAPI 3.1), made from the schemas that check what comes and that type what
 * goes.
 *
 * @module
 */
import { z } from "zod";
import { OPERATOR } from "../lib/limits.ts";
import * as shapes from "./schemas/answer_shapes.ts";
import { type Operation, type OperationAnswer, OPERATIONS } from "./operations.ts";

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

/** What a path's parameters are. */
const IN_PATH: Readonly<Record<string, OpenApiObject>> = {
  id: { type: "string" },
  cell: { type: "integer" },
};

let made: OpenApiObject | undefined;

/** The document, ready for JSON. It is made once, as that takes some 10 ms, and anybody may ask for it. */
export function openApi(): OpenApiObject {
  return made ??= document();
}

function document(): OpenApiObject {
  const paths: Record<string, OpenApiObject> = {};
  for (const operation of OPERATIONS) {
    (paths[operation.path] ??= {})[operation.method] = described(operation);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Kaigui", version: "1", description: "Cabinets, doors, and who has what in them." },
    servers: [{ url: "/api/v1" }],
    security: [{ operator: [] }],
    components: { securitySchemes: { operator: { type: "http", scheme: "bearer" } }, schemas: components() },
    paths,
  };
}

function components(): Record<string, OpenApiObject> {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [nameOf(name), answerOf(shape)]));
}

function described({ method, path, summary, query, body, answers }: Operation): OpenApiObject {
  const parameters = [...inPath(path), ...query ? inQuery(query) : []];
  if (method === "post") parameters.push(parameter("Idempotency-Key", "header", IDEMPOTENCY_KEY));
  const responses = Object.entries(answers).map(([status, answer]) => [status, response(status, answer)]);
  const content = body && { "application/json": { schema: schemaOf(body) } };
  return {
    summary,
    parameters,
    ...(content ? { requestBody: { required: method === "put", content } } : {}),
    responses: {
      ...Object.fromEntries(responses),
      default: { description: "Problem details", content: problem("problemShape") },
    },
  };
}

function response(status: string, { description, shape, isList, media }: OperationAnswer): OpenApiObject {
  if (media) return { description, content: { [media]: {} } };
  if (!shape) return { description };
  if (Number(status) >= 400) return { description, content: problem(shape) };
  return { description, content: { "application/json": { schema: isList ? pageOf(shape) : refTo(shape) } } };
}

function problem(shape: keyof typeof shapes): OpenApiObject {
  return { "application/problem+json": { schema: refTo(shape) } };
}

function pageOf(shape: keyof typeof shapes): OpenApiObject {
  const properties = { items: { type: "array", items: refTo(shape) }, next: { type: ["string", "null"] } };
  return { type: "object", properties, required: ["items", "next"] };
}

function refTo(shape: keyof typeof shapes): OpenApiObject {
  return { $ref: `#/components/schemas/${nameOf(shape)}` };
}

/** `rentalShape` is `Rental` outside. */
function nameOf(shape: string): string {
  const name = shape.replace(/Shape$/, "");
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function inPath(path: string): OpenApiObject[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => parameter(name, "path", IN_PATH[name]));
}

function inQuery(query: z.ZodObject): OpenApiObject[] {
  return Object.entries(query.shape).map(([name, of]) => parameter(name, "query", schemaOf(of as z.ZodType)));
}

function parameter(name: string, place: string, schema: unknown): OpenApiObject {
  return { name, in: place, required: place === "path", schema };
}

function schemaOf(schema: z.ZodType): OpenApiObject {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: "input" });
  return described;
}

/** An answer as it is when all that is not said has its usual value; later versions may tell more. */
function answerOf(shape: z.ZodType): OpenApiObject {
  const override = ({ jsonSchema }: { jsonSchema: OpenApiObject }) =>
    void delete jsonSchema["additionalProperties"];
  const { $schema: _, ...described } = z.toJSONSchema(shape, { io: "output", override });
  return described;
}
