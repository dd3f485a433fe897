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
  cell: cellNumber.describe("The number on its door"),
  board: z.int().describe("The address of its lock board, as set on the board"),
  channel: z.int().describe("Which lock of that board"),
  size: z.string().describe("A word of the operator's choice"),
  state: z.enum(CELL_STATES).describe(
    "held: a person has it; disabled: taken out of use; faulty: its lock did not do what it should",
  ),
  door: z.enum(["open", "closed", "unknown"]).describe(
    "As its switch showed it last; unknown: there is none, or the cabinet is offline",
  ),
});

/** A cabinet; sent back with PUT it is the same cabinet. */
export const cabinet = z.object({
  id: cabinetId.describe("Its id, which stands in its address and on its stickers"),
  organization: cabinetId.describe("The id of the organization that runs it"),
  ...description.shape,
  hasSecret: z.literal(true).optional().describe("Of smart controllers; the secret itself is never answered"),
  online: z.boolean().describe("Whether its device is connected"),
  connectedAt: maybeAt.describe("Since when its device is connected; null: it is offline"),
  lastSeenAt: maybeAt.describe("When its device was last heard of; null: never"),
  cells: z.array(cell).describe("Its cells, by number"),
  link: z.string().describe("Where people find it: what its code and its poster say"),
  warnings: z.array(z.string()).describe(
    "What about it is most likely a slip, or has no effect: each begins with the field that it is about",
  ),
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
  tag: z.array(tag).max(OPERATOR.tagsMax).default([]).describe(
    "Cabinets with all of these tags: each further tag leaves some out",
  ),
  online: flag.optional().describe("Cabinets that are online, or offline"),
  alarm: z.enum(["true", "false", ...ALARM_KINDS]).optional().describe(
    "With an alarm that has not ended (of that kind), or without one",
  ),
  board: z.enum(BOARD_NAMES as [string, ...string[]]).optional().describe(
    "Cabinets of this family of boards",
  ),
  sort: z.enum(SORTS).default("id").describe(
    "change: since when it is online, or offline; -: the other way round",
  ),
  include: z.literal("cells").optional().describe("What the cabinets have beside"),
  after: z.string().max(OPERATOR.cursorCharactersMax).regex(
    /^(~[\w-]+|[A-Za-z0-9][\w.-]{0,63})$/,
    "a `next` of this list, or the id of a cabinet where the list is sorted by id",
  ).optional().describe("The `next` of the page before, with the same filter and sort"),
  limit,
});

/** Which cabinets are listed, and how. */
export type CabinetListQuery = z.output<typeof listQuery>;

/** A cabinet as it is answered. */
export type CabinetAnswer = z.infer<typeof cabinet>;

/** A cabinet that is not as `If-Match` or `If-None-Match` wants it: nothing was changed. */
export const staleCabinet = problem.extend({
  current: cabinet.nullable().describe("The cabinet as it is; null: there is none"),
});

const tagged = (description: string) => ({ ...one(cabinet, description), hasEtag: true as const });
const stale = {
  ...one(staleCabinet, "The cabinet is not as If-Match or If-None-Match wants it: nothing was changed"),
  hasEtag: true as const,
};
const problems = {
  409:
    "The registration or the id is taken (taken), a person has a cell that would go (held), or others change it (busy)",
};

/** The routes of cabinets, and of the raw line to one. */
export const cabinetRoutes = {
  list: route("GET /cabinets", "view", {
    summary: "Cabinets",
    query: listQuery,
    answers: { 200: page(listedCabinet) },
  }),
  get: route("GET /cabinets/{id}", "view", {
    summary: "One cabinet",
    answers: { 200: tagged("The cabinet") },
  }),
  put: route("PUT /cabinets/{id}", "install", {
    summary: "Create or replace a cabinet; who has a cell of it keeps it",
    query: withReason,
    body: cabinetBody,
    isConditional: true,
    answers: {
      200: tagged("The cabinet, replaced"),
      201: tagged("The cabinet, created"),
      412: stale,
    },
    problems,
  }),
  patch: route("PATCH /cabinets/{id}", "install", {
    summary: "Change parts of a cabinet's description; what others change meanwhile stays",
    query: withReason,
    body: cabinetPatch,
    needsBody: true,
    media: [MERGE_PATCH, "application/json"],
    isConditional: true,
    answers: { 200: tagged("The cabinet, changed"), 412: stale },
    problems,
  }),
  remove: route("DELETE /cabinets/{id}", "manage", {
    summary: "Remove a cabinet of which nobody has a cell; its history stays",
    query: withReason,
    isConditional: true,
    answers: { 204: { description: "Removed" }, 412: stale },
    problems: { 409: "A person has a cell of it (held)" },
  }),
  rawLine: route("GET /cabinets/{id}/raw", "install", {
    summary: "WebSocket: hex to the bus and back",
    answers: { 101: { description: "The raw line" } },
    problems: { 426: "The request does not open a WebSocket" },
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
