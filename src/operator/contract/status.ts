import { z } from "zod";
import { one, route } from "../route.ts";
import { maybeAt } from "./shared/fields.ts";

/** What is told of an isolate, and of all of them together. */
const work = {
  connections: z.int().describe("Open connections of HTTP and WebSockets"),
  devices: z.int().describe("Connected cabinets"),
  people: z.int().describe("People whose page is open"),
  commandsRunning: z.int().describe("Commands that are not over"),
  commandsPerSecond: z.number().describe("Commands in the last seconds, per second"),
};

/** One isolate of the program; `lagMs`: how long it kept all else waiting lately. */
export const isolate = z.object({
  isolate: z.int().describe("Its number, from 0"),
  up: z.boolean().describe("Whether it answers"),
  startedAt: maybeAt.describe("When it started; null: it is not up"),
  restarts: z.int().describe("How often it was started again"),
  ...work,
  commands: z.int().describe("Commands that ended since it started"),
  heapBytes: z.int().describe("What it holds in memory, in bytes"),
  lagMs: z.int().describe("How long it kept all else waiting lately, in milliseconds"),
});

/** The program that answers; `commands` are those that ended since it started, by how. */
export const status = z.object({
  program: z.string().describe("Its name among the programs of the service"),
  version: z.string().describe("Its version"),
  startedAt: maybeAt.describe("When it started, RFC 3339 in UTC; null: not known yet"),
  uptimeSeconds: z.int().describe("How long it runs, in seconds"),
  isolates: z.array(isolate).describe("Its parts, one for a processor each"),
  totals: z.object({
    isolatesUp: z.int().describe("How many isolates answer"),
    ...work,
    commands: z.record(z.string(), z.int()).describe("Commands that ended since it started, by how"),
    failures: z.int().describe("Mistakes of the program since it started"),
    residentBytes: z.int().describe("What it holds in memory, in bytes"),
  }).describe("All isolates together"),
  router: z.object({
    peers: z.int().describe("Other programs of the service that it hears of"),
    broker: z.enum(["none", "connected", "away"]).describe("NATS; none: the service is one program"),
  }).describe("How programs of the service talk to each other"),
  database: z.enum(["sqlite", "postgres"]).describe("Where the service keeps its data"),
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
  reference: route("GET /docs", "public", {
    summary: "This description as a page for people",
    answers: { 200: { description: "The page", media: "text/html" } },
  }),
};
