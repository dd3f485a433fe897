/**
 * What the operator gets, as the API describes it.
 *
 * @module
 */
import { z } from "zod";
import { description } from "../../cabinet/description.ts";
import { cabinetId, cellNumber, uuid } from "./words.ts";
import {
  ALARM_KINDS,
  AUDIT_ACTIONS,
  CELL_STATES,
  COMMAND_KINDS,
  COMMAND_STATES,
  EVENT_KINDS,
  PERSON_KINDS,
  REASONS,
  RENTAL_ENDS,
  RENTAL_STATES,
} from "../../cabinet/kinds.ts";

/** RFC 3339 in UTC. */
const at = z.iso.datetime();
const maybeAt = at.nullable();
/** `null`: the whole cabinet, or none. */
const maybeCell = cellNumber.nullable();
const maybeText = z.string().nullable();

/** A cell and where its lock hangs. */
export const cellShape = z.object({
  cell: cellNumber,
  board: z.int(),
  channel: z.int(),
  size: z.string(),
  state: z.enum(CELL_STATES),
  door: z.enum(["open", "closed", "unknown"]),
});

/** A cabinet; sent back with PUT it is the same cabinet. */
export const cabinetShape = z.object({
  id: cabinetId,
  ...description.shape,
  /** Of smart controllers; the secret itself is told to nobody. */
  hasSecret: z.literal(true).optional(),
  online: z.boolean(),
  connectedAt: maybeAt,
  lastSeenAt: maybeAt,
  cells: z.array(cellShape),
  /** Where people find it: what its code and its poster say. */
  link: z.string(),
  /** What about it is most likely a slip. */
  warnings: z.array(z.string()),
});

/** A command of the journal. */
export const commandShape = z.object({
  id: uuid,
  cabinet: cabinetId,
  cell: maybeCell,
  command: z.enum(COMMAND_KINDS),
  state: z.enum(COMMAND_STATES).describe("The last five are final; see docs/boards.md"),
  reason: z.enum(REASONS).nullable().describe(
    "Why it failed, was refused, or is unconfirmed; see docs/metrics.md",
  ),
  by: z.string().describe("operator, or person: and the person's id"),
  note: maybeText.describe("The reason that the operator gave"),
  requestedAt: at,
  sentAt: maybeAt,
  finishedAt: maybeAt,
  rental: uuid.nullable(),
});

/** Somebody's hold of a cell. */
export const rentalShape = z.object({
  id: uuid,
  cabinet: cabinetId,
  cell: cellNumber,
  person: z.string(),
  picker: maybeText,
  state: z.enum(RENTAL_STATES),
  since: at,
  until: maybeAt,
  overdueAt: maybeAt,
  endedAt: maybeAt,
  endReason: z.enum(RENTAL_ENDS).nullable().describe(
    "retrieved: by its person; picked-up: by a code; operator",
  ),
  number: maybeText.describe(
    "Eight digits, which its person sees; a rental that was over before there were numbers has none",
  ),
});

/** The rentals that an act ended. */
export const endedShape = z.object({ ended: z.array(rentalShape) });

/** What cannot be granted, and why (RFC 9457). */
export const problemShape = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
});

/** What has to be confirmed before it is done, how, and until when. */
export const confirmationShape = problemShape.extend({
  confirm: z.string(),
  expiresAt: at,
  rentals: z.array(rentalShape),
});

/** Who may open which cells, and when. */
export const permitShape = z.object({
  id: uuid,
  cabinet: cabinetId,
  person: z.string(),
  cells: z.union([z.array(cellNumber), z.literal("all")]),
  from: at,
  until: maybeAt,
  createdAt: at,
  revokedAt: maybeAt,
});

/** Something that happened; `command`: what a door moved by. */
export const eventShape = z.object({
  id: uuid,
  at,
  kind: z.enum(EVENT_KINDS),
  cabinet: cabinetId,
  cell: maybeCell,
  person: maybeText,
  rental: uuid.nullable(),
  detail: maybeText,
  command: uuid.nullable(),
}).describe("What each kind means: README.md");

/** Something that somebody should look after; without a `cabinet` it is about the service. */
export const alarmShape = z.object({
  id: uuid,
  kind: z.enum(ALARM_KINDS),
  cabinet: cabinetId.nullable(),
  cell: maybeCell,
  subject: maybeText,
  /** How often what it is about has happened, where that is counted. */
  count: z.int().nullable(),
  raisedAt: at,
  until: maybeAt,
  endedAt: maybeAt,
});

/** Somebody who opens doors; `leavingAt`: since when he is to be removed, once nothing of his is in a cell. */
export const personShape = z.object({
  id: uuid,
  kind: z.enum(PERSON_KINDS),
  name: z.string(),
  picture: maybeText,
  createdAt: at,
  leavingAt: maybeAt,
});

/** How removing somebody went; `leaving`: he has something in a cell and is removed once it is taken out. */
export const removalShape = z.object({ state: z.enum(["removed", "leaving"]) });

/** Something that the operator did; without a cabinet where it was done to a person. */
export const actShape = z.object({
  id: uuid,
  at,
  who: z.string(),
  act: z.enum(AUDIT_ACTIONS).describe(
    "A cabinet's put, delete and raw-line are noted before they are done, even if then refused",
  ),
  cabinet: cabinetId.nullable(),
  cell: maybeCell,
  subject: maybeText,
  reason: maybeText,
  address: z.string(),
});

/** What is told of an isolate, and of all of them together. */
const work = {
  connections: z.int(),
  devices: z.int(),
  people: z.int(),
  commandsRunning: z.int(),
  commandsPerSecond: z.number(),
};

/** One isolate of the program; `lagMs`: how long it kept all else waiting lately. */
export const isolateShape = z.object({
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
export const statusShape = z.object({
  program: z.string(),
  version: z.string(),
  startedAt: maybeAt,
  uptimeSeconds: z.int(),
  isolates: z.array(isolateShape),
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
