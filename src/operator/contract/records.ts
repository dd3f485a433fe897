import { z } from "zod";
import type { ActTable, AlarmTable, EventTable } from "../../db/mod.ts";
import { OPERATOR } from "../../lib/limits.ts";
import { ROLES } from "../../cabinet/roles.ts";
import { ALARM_KINDS, AUDIT_ACTIONS, EVENT_KINDS } from "../../cabinet/kinds.ts";
import { page, route } from "../route.ts";
import { cabinetId } from "../../cabinet/words.ts";
import * as fields from "./fields.ts";

/** Something that happened; `command`: what a door moved by. */
export const event = z.object({
  id: fields.uuid,
  at: fields.at,
  kind: z.enum(EVENT_KINDS),
  cabinet: cabinetId,
  cell: fields.maybeCell,
  person: fields.maybeText,
  rental: fields.uuid.nullable(),
  detail: fields.maybeText,
  command: fields.uuid.nullable(),
}).describe("What each kind means: README.md");

/** The event of a row. */
export function eventAnswer({ id, at, kind, cabinet, cell, ...about }: EventTable): z.infer<typeof event> {
  const { person, rental, detail, command } = about;
  return {
    id,
    at: fields.timestamp(at),
    kind,
    cabinet,
    cell: fields.cellOrNull(cell),
    person,
    rental,
    detail,
    command,
  };
}

/** Something that the operator should look after; without a `cabinet` it is about the service. */
export const alarm = z.object({
  id: fields.uuid,
  kind: z.enum(ALARM_KINDS),
  cabinet: cabinetId.nullable(),
  cell: fields.maybeCell,
  subject: fields.maybeText,
  /** How often what it is about has happened, where that is counted. */
  count: z.int().nullable(),
  raisedAt: fields.at,
  until: fields.maybeAt,
  endedAt: fields.maybeAt,
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
  id: fields.uuid,
  at: fields.at,
  who: z.string().describe("operator (the service's own token), account: or token: and its id"),
  role: z.enum(ROLES).nullable().describe("In which role; null: the service's own token"),
  act: z.enum(AUDIT_ACTIONS).describe(
    "A cabinet's put, patch, delete and raw-line are noted before they are done, even if then refused",
  ),
  cabinet: cabinetId.nullable(),
  cell: fields.maybeCell,
  subject: fields.maybeText,
  reason: fields.maybeText,
  address: z.string(),
  job: fields.uuid.nullable().describe("The bulk job that it is a part of; null: none"),
});

/** The act of a row. */
export function actAnswer({ cabinet, cell, ...row }: ActTable): z.infer<typeof auditEntry> {
  const { id, at, who, role, act, subject, reason, address, job } = row;
  const place = { cabinet: fields.textOrNull(cabinet), cell: fields.cellOrNull(cell) };
  return { id, at: fields.timestamp(at), who, role, act, ...place, subject, reason, address, job };
}

/** The routes of events, alarms and the audit log. */
export const recordRoutes = {
  events: route("GET /events", "view", {
    summary:
      "What happened, newest first; with `after`, a `next` or `start`, what was written since, oldest first: who goes on from its `next` misses nothing",
    query: z.strictObject({
      cabinet: fields.ofCabinet,
      kind: z.enum(EVENT_KINDS).optional(),
      after: z.string().max(OPERATOR.textMax).optional(),
      ...fields.pageQuery,
    }),
    answers: { 200: page(event) },
  }),
  alarms: route("GET /alarms", "view", {
    summary: "What the operator should look after, newest first",
    query: z.strictObject({
      cabinet: fields.ofCabinet,
      active: z.enum(["true", "false"]).default("false").transform((active) => active === "true"),
      ...fields.pageQuery,
    }),
    answers: { 200: page(alarm) },
  }),
  acts: route("GET /acts", "manage", {
    summary: "The audit log: what staff and the operator did, newest first",
    query: z.strictObject({ cabinet: fields.ofCabinet, ...fields.pageQuery }),
    answers: { 200: page(auditEntry) },
  }),
};
