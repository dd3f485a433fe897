import { z } from "zod";
import { description } from "../../cabinet/description.ts";
import { cabinetBody } from "../../cabinet/description_body.ts";
import { ALARM_KINDS, CELL_STATES } from "../../cabinet/kinds.ts";
import { cabinetId, cellNumber, tag } from "../../cabinet/words.ts";
import { BOARD_NAMES } from "../../boards/mod.ts";
import { OPERATOR } from "../../lib/limits.ts";
import { cabinetPatch } from "../../cabinet/description_patch.ts";
import { one, page, route } from "../route.ts";
import { flag, limit, maybeAt, problem, search, withReason } from "./shared/fields.ts";

/** RFC 7396. */
const MERGE_PATCH = "application/merge-patch+json";

/** A cell, and which lock of which board it has. */
export const cell = z.object({
  cell: cellNumber,
  board: z.int(),
  channel: z.int(),
  size: z.string(),
  state: z.enum(CELL_STATES),
  door: z.enum(["open", "closed", "unknown"]),
});

/** A cabinet; sent back with PUT it is the same cabinet. */
export const cabinet = z.object({
  id: cabinetId,
  organization: cabinetId,
  ...description.shape,
  /** Of smart controllers; the secret itself is never answered. */
  hasSecret: z.literal(true).optional(),
  online: z.boolean(),
  connectedAt: maybeAt,
  lastSeenAt: maybeAt,
  cells: z.array(cell),
  /** Where people find it: what its code and its poster say. */
  link: z.string(),
  /** What about it is most likely a slip, or has no effect: each begins with the field that it is about. */
  warnings: z.array(z.string()),
});

/** A cabinet in a list. */
export const listedCabinet = cabinet.extend({
  cells: z.array(cell).optional().describe("With include=cells"),
  online: z.boolean().describe(
    "As its connection wrote it down, some seconds ago; with include=cells, and of one cabinet alone: as it is now",
  ),
});

/** A cabinet in a list as it is answered. */
export type ListedCabinetAnswer = z.infer<typeof listedCabinet>;

/** What cabinets can be sorted by; `-` turns it around. */
const SORTS = ["id", "-id", "name", "-name", "change", "-change"] as const;

const listQuery = z.strictObject({
  q: search.optional().describe(
    "Words in the id, the name, the address or the contact, in upper or lower case",
  ),
  tag: z.array(tag).max(OPERATOR.tagsMax).default([]).describe("Cabinets with all of these tags"),
  online: flag.optional(),
  alarm: z.enum(["true", "false", ...ALARM_KINDS]).optional().describe(
    "With an alarm that has not ended (of that kind), or without one",
  ),
  board: z.enum(BOARD_NAMES as [string, ...string[]]).optional(),
  sort: z.enum(SORTS).default("id").describe(
    "change: since when it is online, or offline; -: the other way round",
  ),
  include: z.literal("cells").optional().describe("What the cabinets have beside"),
  after: z.string().max(OPERATOR.cursorCharactersMax).regex(
    /^(~[\w-]+|[A-Za-z0-9][\w.-]{0,63})$/,
    "a `next` of this list, or the id of a cabinet where the list is sorted by id",
  ).optional(),
  limit,
});

/** Which cabinets are listed, and how. */
export type CabinetListQuery = z.output<typeof listQuery>;

/** A cabinet as it is answered. */
export type CabinetAnswer = z.infer<typeof cabinet>;

/** A cabinet that is not as `If-Match` wants it: nothing was changed. */
export const staleCabinet = problem.extend({
  current: cabinet.nullable().describe("The cabinet as it is; null: there is none"),
});

const stale = one(staleCabinet, "The cabinet is not as If-Match wants it: nothing was changed");

/** The routes of cabinets, and of the raw line to one. */
export const cabinetRoutes = {
  list: route("GET /cabinets", "view", {
    summary: "Cabinets",
    query: listQuery,
    answers: { 200: page(listedCabinet) },
  }),
  get: route("GET /cabinets/{id}", "view", {
    summary: "One cabinet",
    answers: { 200: one(cabinet, "The cabinet") },
  }),
  put: route("PUT /cabinets/{id}", "install", {
    summary: "Create or replace a cabinet; who has a cell of it keeps it",
    body: cabinetBody,
    takesIfMatch: true,
    answers: {
      200: one(cabinet, "The cabinet, replaced"),
      201: one(cabinet, "The cabinet, created"),
      412: stale,
    },
  }),
  patch: route("PATCH /cabinets/{id}", "install", {
    summary: "Change parts of a cabinet's description; what others change meanwhile stays",
    body: cabinetPatch,
    media: [MERGE_PATCH, "application/json"],
    takesIfMatch: true,
    answers: { 200: one(cabinet, "The cabinet, changed"), 412: stale },
  }),
  remove: route("DELETE /cabinets/{id}", "manage", {
    summary: "Remove a cabinet of which nobody has a cell; its history stays",
    query: withReason,
    answers: { 204: { description: "Removed" } },
  }),
  rawLine: route("GET /cabinets/{id}/raw", "install", {
    summary: "WebSocket: hex to the bus and back",
    answers: { 101: { description: "The raw line" } },
  }),
};

const cellAnswers = { 200: one(cell, "The cell") };

/** The routes of a cell. */
export const cellRoutes = {
  disable: route("POST /cabinets/{id}/cells/{cell}/disable", "attend", {
    summary: "Take a cell out of use; who has it keeps it",
    body: withReason,
    answers: cellAnswers,
  }),
  enable: route("POST /cabinets/{id}/cells/{cell}/enable", "attend", {
    summary: "Take a disabled cell into use again",
    body: withReason,
    answers: cellAnswers,
  }),
  clean: route("POST /cabinets/{id}/cells/{cell}/clean", "attend", {
    summary: "Say that a faulty cell is mended: it is given out again",
    body: withReason,
    answers: cellAnswers,
  }),
};
