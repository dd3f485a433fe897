import { z } from "zod";
import { one, route } from "../route.ts";
import { maybeAt } from "./shared/fields.ts";

/** What is told of an isolate, and of all of them together. */
const work = {
  connections: z.int(),
  devices: z.int(),
  people: z.int(),
  commandsRunning: z.int(),
  commandsPerSecond: z.number(),
};

/** One isolate of the program; `lagMs`: how long it kept all else waiting lately. */
export const isolate = z.object({
  isolate: z.int(),
  up: z.boolean(),
  startedAt: maybeAt,
  restarts: z.int(),
  ...work,
  commands: z.int(),
  heapBytes: z.int(),
  lagMs: z.int(),
});

/** The program that answers; `commands` are those that ended since it started, by how. */
export const status = z.object({
  program: z.string(),
  version: z.string(),
  startedAt: maybeAt,
  uptimeSeconds: z.int(),
  isolates: z.array(isolate),
  totals: z.object({
    isolatesUp: z.int(),
    ...work,
    commands: z.record(z.string(), z.int()),
    failures: z.int(),
    residentBytes: z.int(),
  }),
  router: z.object({ peers: z.int(), broker: z.enum(["none", "connected", "away"]) }),
  database: z.enum(["sqlite", "postgres"]),
});

/** How the program is, as it is answered. */
export type StatusAnswer = z.infer<typeof status>;

/** The routes of the service itself. */
export const serviceRoutes = {
  status: route("GET /status", "service", {
    summary: "How the program that answers is, and each of its isolates",
    answers: { 200: one(status, "The status") },
  }),
  description: route("GET /openapi.json", "public", {
    summary: "This description",
    answers: { 200: { description: "OpenAPI 3.1", media: "application/json" } },
  }),
};
