import { z } from "zod";
import type { ActTable, AlarmTable, EventTable } from "../../db/mod.ts";
import type { Named } from "../../db/queries/lists/names.ts";
import { FEED, OPERATOR } from "../../lib/limits.ts";
import { ROLES } from "../../cabinet/roles.ts";
import { ALARM_KINDS, ALARM_STATES, AUDIT_ACTIONS, EVENT_KINDS } from "../../cabinet/kinds.ts";
import { page, route } from "../route.ts";
import { cabinetId, tag } from "../../cabinet/words.ts";
import * as fields from "./shared/fields.ts";

/** Something that happened; `command`: what a door moved by. */
export const event = z.object({
  id: fields.uuid.describe("Its id"),
  at: fields.at.describe("When it happened, RFC 3339 in UTC"),
  kind: z.enum(EVENT_KINDS).describe("What happened"),
  cabinet: cabinetId.nullable().describe("The cabinet's id; null: an alarm about the service"),
  cell: fields.maybeCell.describe("The number of the cell; null: it is about the whole cabinet"),
  person: fields.maybeText.describe("The person's id; null: it is about none, or the role may not see it"),
  personName: fields.maybeName.describe("null: no name is known, or the role may not see it"),
  rental: fields.uuid.nullable().describe("The rental's id; null: it is about none"),
  detail: fields.maybeText.describe("More about it, as docs/api.md says for each kind; null: nothing"),
  command: fields.uuid.nullable().describe("What the door moved by; null: no command did"),
  alarm: fields.uuid.nullable().describe("The alarm's id; null: it is about none"),
}).describe("What each kind means: docs/api.md");

/** The event of a row. */
export function eventAnswer(
  { id, at, kind, cabinet, cell, ...about }: EventTable,
): Omit<z.infer<typeof event>, "personName"> {
  const { person, rental, detail, command, alarm } = about;
  return {
    id,
    at: fields.timestamp(at),
    kind,
    cabinet: fields.textOrNull(cabinet),
    cell: fields.cellOrNull(cell),
    person,
    rental,
    detail,
    command,
    alarm,
  };
}

/** The same with names. */
export function namedEventAnswer({ row, nameOf }: Named<EventTable>): z.infer<typeof event> {
  return { ...eventAnswer(row), personName: nameOf(row.person) };
}

/** Something that the operator should look after; without a `cabinet` it is about the service. */
export const alarm = z.object({
  id: fields.uuid.describe("Its id"),
  kind: z.enum(ALARM_KINDS).describe("What is wrong: docs/boards.md"),
  cabinet: cabinetId.nullable().describe("The cabinet's id; null: it is about the service"),
  cell: fields.maybeCell.describe("The number of the cell; null: it is about the whole cabinet"),
  subject: fields.maybeText.describe(
    "What it is about, such as person: and an id, or person alone where the role may not see who; null: what the kind says is all",
  ),
  count: z.int().nullable().describe("How often what it is about has happened; null: that is not counted"),
  raisedAt: fields.at.describe("When it was raised, RFC 3339 in UTC"),
  until: fields.maybeAt.describe("When it ends by itself; null: with what raised it"),
  endedAt: fields.maybeAt.describe("When it ended; null: it lasts"),
});

/** The alarm of a row. */
export function alarmAnswer(row: AlarmTable): z.infer<typeof alarm> {
  return {
    id: row.id,
    kind: row.kind,
    cabinet: fields.textOrNull(row.cabinet),
    cell: fields.cellOrNull(row.cell),
    subject: fields.textOrNull(row.subject),
    count: row.count,
    raisedAt: fields.timestamp(row.raised_at),
    until: fields.maybeTimestamp(row.until),
    endedAt: fields.maybeTimestamp(row.ended_at),
  };
}

/** Something that the operator did; without a cabinet where it was done to a person. */
export const auditEntry = z.object({
  id: fields.uuid.describe("Its id"),
  at: fields.at.describe("When it was done, RFC 3339 in UTC"),
  who: z.string().describe("operator (the service's own token), account: or token: and its id"),
  whoName: fields.maybeName.describe("The name of the account or the token; null: none is known"),
  role: z.enum(ROLES).nullable().describe("In which role; null: the service's own token"),
  act: z.enum(AUDIT_ACTIONS).describe(
    "What was done; GET /acts filters it by kind. A cabinet's put, patch, delete and raw-line are noted before they are done, even if then refused",
  ),
  cabinet: cabinetId.nullable().describe("The cabinet's id; null: it is about none"),
  cell: fields.maybeCell.describe("The number of the cell; null: it is about none"),
  subject: fields.maybeText.describe("What it was done to, or with; null: what the rest says is all"),
  reason: fields.maybeText.describe("Why, as they said; null: they did not"),
  address: z.string().describe("The IP address that it came from"),
  job: fields.uuid.nullable().describe("The bulk job that it is a part of; null: none"),
});

/** The act of a row. */
export function actAnswer({ row, nameOf }: Named<ActTable>): z.infer<typeof auditEntry> {
  const { id, at, who, role, act, cabinet, cell, subject, reason, address, job } = row;
  const where = { cabinet: fields.textOrNull(cabinet), cell: fields.cellOrNull(cell) };
  const whoName = nameOf(who);
  return { id, at: fields.timestamp(at), who, whoName, role, act, ...where, subject, reason, address, job };
}

/** What a feed tells, as `feed/messages.ts` writes it. A test holds that no message is left out. */
const FEED_MESSAGES = "Messages without an end, each an `event:` with JSON as its `data:`. " +
  "`event`: an Event; its `id:` is where to go on. " +
  "`cabinet`: with the query's cabinet, what changed there, as " +
  '`{"cabinet", "online"?, "cells"?: [{"cell", "door"?, "state"?}]}`; with `"changed": true` read it anew. ' +
  "`live`: all that there was is told, and what comes now comes as it happens; read lists after this. " +
  "`reset`: what happened behind the id is not kept any more, or there was no such id; read lists anew. " +
  '`end`: the feed is over, as `{"reason"}` says: `rights` (what the caller may see has changed), ' +
  "`stopping` (the program stops) or `failed` (the database is away); come again. " +
  "Every 15 s there is a comment, with the id from which to go on";

/** The routes of events, their feed, alarms and the audit log. */
export const recordRoutes = {
  events: route("GET /events", "view", {
    summary:
      "What happened, newest first; with `after`, a `next` or `start`, what was written since, oldest first: who goes on from its `next` misses nothing",
    query: z.strictObject({
      cabinet: fields.ofCabinet,
      cell: fields.ofCell,
      kind: z.enum(EVENT_KINDS).optional().describe("Events of this kind"),
      person: fields.ofPerson,
      ...fields.ofRange,
      after: fields.cursor.optional().describe("start, or a `next`: what was written since, oldest first"),
      ...fields.pageQuery,
    }),
    answers: { 200: page(event) },
    problems: { 409: "No event has the number in `after` yet" },
  }),
  feed: route("GET /feed", "view", {
    summary:
      "What happens, as it happens: server-sent events, which go on behind the one whose id Last-Event-ID or `after` names",
    query: z.strictObject({
      cabinet: z.array(cabinetId).max(FEED.cabinetsMax).default([]).describe(
        "Only what is about one of these cabinets, with what changes at their doors and cells; not together with anyTag",
      ),
      anyTag: z.array(tag).max(FEED.tagsMax).default([]).describe(
        "Only what is about cabinets with any of these tags; tag in GET /cabinets and POST /jobs wants all",
      ),
      after: z.string().max(OPERATOR.textMax).optional().describe(
        "The id of a message, or start; Last-Event-ID counts more. Without it: what happens from now on",
      ),
    }),
    answers: { 200: { description: FEED_MESSAGES, media: "text/event-stream" } },
    problems: { 429: "The caller has as many feeds open as they may (too-many-feeds)" },
  }),
  alarms: route("GET /alarms", "view", {
    summary: "What the operator should look after, newest first",
    query: z.strictObject({
      cabinet: fields.ofCabinet,
      kind: z.enum(ALARM_KINDS).optional().describe("Alarms of this kind"),
      state: z.enum(ALARM_STATES).optional().describe("Alarms that last, or that have ended"),
      active: fields.flag.prefault("false").meta({
        description: "true: as state=active; false means nothing",
        deprecated: true,
      }),
      ...fields.ofRange,
      ...fields.pageQuery,
    }),
    answers: { 200: page(alarm) },
  }),
  acts: route("GET /acts", "manage", {
    summary: "The audit log: what staff and the operator did, newest first",
    query: z.strictObject({
      cabinet: fields.ofCabinet,
      kind: z.enum(AUDIT_ACTIONS).optional().describe("What was done, the `act` of the answer"),
      who: z.string().regex(/^(operator|(account|token):[0-9a-f-]{36})$/, {
        error: "operator, or account: or token: and its id",
      }).optional().describe("What this caller did: operator, or account: or token: and its id"),
      ...fields.ofRange,
      ...fields.pageQuery,
    }),
    answers: { 200: page(auditEntry) },
  }),
};
