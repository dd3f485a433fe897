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
  mode: z.string(),
  online: z.boolean(),
  connectedAt: z.string().nullable(),
  lastSeenAt: z.string().nullable(),
  cells: z.array(cell),
});

/** A cabinet as the service tells it. */
export type CabinetAnswer = z.infer<typeof cabinetAnswer>;

/** One page of a list. */
export const pageAnswer = z.object({ items: z.array(cabinetAnswer), next: z.string().nullable() });

/** Why a request was refused, RFC 9457. */
export const problemAnswer = z.object({ title: z.string(), detail: z.string().optional() });
