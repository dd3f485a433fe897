/**
 * What the service answers, checked once. Fields that this version does not know are kept, for `--json`.
 *
 * @module
 */
import { z } from "zod";
import { description } from "../cabinet/description.ts";

const cell = z.looseObject({
  cell: z.number(),
  board: z.number(),
  channel: z.number(),
  size: z.string(),
  state: z.string(),
  door: z.string(),
});

const { rules: _rules, layout: _layout, ...shown } = description.shape;

/** A cabinet. What a service of another version lacks, or has other words for, does not keep it from being shown. */
export const cabinetAnswer = z.looseObject({
  ...z.object(shown).partial().shape,
  id: z.string(),
  name: z.string(),
  board: z.string(),
  wiring: z.string(),
  mode: z.string(),
  hasSecret: z.boolean().optional(),
  online: z.boolean(),
  connectedAt: z.string().nullable(),
  lastSeenAt: z.string().nullable(),
  cells: z.array(cell),
  link: z.string(),
  warnings: z.array(z.string()),
});

/** A cabinet as the service tells it. */
export type CabinetAnswer = z.infer<typeof cabinetAnswer>;

/** One page of a list. */
export const pageAnswer = z.object({ items: z.array(cabinetAnswer), next: z.string().nullable() });

const isolate = z.looseObject({
  isolate: z.number(),
  up: z.boolean(),
  startedAt: z.string().nullable(),
  restarts: z.number(),
  devices: z.number(),
  people: z.number(),
  commandsRunning: z.number(),
  commands: z.number(),
  commandsPerSecond: z.number(),
  heapBytes: z.number(),
  lagMs: z.number(),
});

/** How the program that answered is. */
export const statusAnswer = z.looseObject({
  program: z.string(),
  version: z.string(),
  startedAt: z.string().nullable(),
  uptimeSeconds: z.number(),
  isolates: z.array(isolate),
  totals: z.looseObject({
    isolatesUp: z.number(),
    connections: z.number(),
    devices: z.number(),
    people: z.number(),
    commandsRunning: z.number(),
    commandsPerSecond: z.number(),
    commands: z.record(z.string(), z.number()),
    failures: z.number(),
    residentBytes: z.number(),
  }),
  router: z.looseObject({ peers: z.number(), broker: z.string() }),
  database: z.string(),
});

/** How a program is, as it tells it. */
export type StatusAnswer = z.infer<typeof statusAnswer>;

/** How one of its isolates is. */
export type IsolateAnswer = StatusAnswer["isolates"][number];

/** Why a request was refused, RFC 9457. */
export const problemAnswer = z.object({ title: z.string(), detail: z.string().optional() });
