/**
 * What the service answers, checked once. Fields that this version does not know are kept, for `--json`.
 *
 * @module
 */
import { z } from "zod";

const bytes = z.union([z.looseObject({ text: z.string() }), z.looseObject({ hex: z.string() })]);

const cell = z.looseObject({
  cell: z.number(),
  board: z.number(),
  channel: z.number(),
  size: z.string(),
  state: z.string(),
  door: z.string(),
});

/** A cabinet. */
export const cabinetAnswer = z.looseObject({
  id: z.string(),
  name: z.string(),
  board: z.string(),
  registration: bytes.nullable(),
  heartbeat: bytes.nullable(),
  wiring: z.string(),
  addresses: z.array(z.string()).nullish(),
  leftOpenSeconds: z.number().nullish(),
  offlineSeconds: z.number().nullish(),
  hasSecret: z.boolean().optional(),
  mode: z.string(),
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
