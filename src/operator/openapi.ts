/**
 * The description of the REST API (OpenAPI 3.1), made from the schemas that check it.
 *
 * @module
 */
import { z } from "zod";
import { cabinetBody, cabinetQuery, commandQuery, openBody } from "./schemas.ts";

const PROBLEM = { description: "Problem details", content: { "application/problem+json": {} } };
const CABINET = parameter("id", "path", { type: "string" });

/** The document, ready for JSON. */
export function openApi(): Record<string, unknown> {
  return {
    openapi: "3.1.0",
    info: { title: "Kaigui", version: "1", description: "Cabinets, doors and the journal of commands." },
    servers: [{ url: "/api/v1" }],
    security: [{ operator: [] }],
    components: { securitySchemes: { operator: { type: "http", scheme: "bearer" } } },
    paths: {
      "/cabinets": {
        get: operation("List cabinets", { parameters: queryOf(cabinetQuery), answers: { 200: "A page" } }),
      },
      "/cabinets/{id}": {
        get: operation("One cabinet", { parameters: [CABINET], answers: { 200: "The cabinet" } }),
        put: operation("Create or replace a cabinet", {
          parameters: [CABINET],
          body: cabinetBody,
          answers: { 200: "The cabinet, replaced", 201: "The cabinet, created" },
        }),
        delete: operation("Remove a cabinet; its history stays", {
          parameters: [CABINET],
          answers: { 204: "Removed" },
        }),
      },
      "/cabinets/{id}/raw": {
        get: operation("WebSocket: hex to the bus and back", {
          parameters: [CABINET],
          answers: { 101: "The raw line" },
        }),
      },
      "/cabinets/{id}/cells/{cell}/open": {
        post: operation("Open a cell and wait for the outcome", {
          parameters: [
            CABINET,
            parameter("cell", "path", { type: "integer" }),
            parameter("Idempotency-Key", "header", { type: "string" }),
          ],
          body: openBody,
          answers: { 200: "The command" },
        }),
      },
      "/commands": {
        get: operation("The journal, newest first", {
          parameters: queryOf(commandQuery),
          answers: { 200: "A page" },
        }),
      },
      "/commands/{id}": {
        get: operation("One command", { parameters: [CABINET], answers: { 200: "The command" } }),
      },
    },
  };
}

function operation(
  summary: string,
  of: { parameters: unknown[]; body?: z.ZodType; answers: Record<number, string> },
): Record<string, unknown> {
  const answers = Object.entries(of.answers).map(([status, description]) => [status, { description }]);
  return {
    summary,
    parameters: of.parameters,
    ...(of.body ? { requestBody: { content: { "application/json": { schema: schemaOf(of.body) } } } } : {}),
    responses: { ...Object.fromEntries(answers), default: PROBLEM },
  };
}

function schemaOf(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: "input" });
}

function queryOf(schema: z.ZodObject): unknown[] {
  return Object.entries(schema.shape).map(([name, of]) =>
    parameter(name, "query", schemaOf(of as z.ZodType))
  );
}

function parameter(name: string, place: string, schema: unknown): Record<string, unknown> {
  return { name, in: place, required: place === "path", schema };
}
