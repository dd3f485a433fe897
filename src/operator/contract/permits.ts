import { z } from "zod";
import type { PermitTable } from "../../db/mod.ts";
import { OPERATOR } from "../../lib/limits.ts";
import { one, page, route } from "../route.ts";
import { cabinetId, cellNumber, text } from "../../cabinet/words.ts";
import {
  at,
  maybeAt,
  maybeTimestamp,
  pageQuery,
  reason,
  time,
  timestamp,
  uuid,
  withReason,
} from "./shared/fields.ts";

/** Who may open which cells, and when. */
export const permit = z.object({
  id: uuid.describe("Its id"),
  cabinet: cabinetId.describe("The cabinet's id"),
  person: z.string().describe("The person's id"),
  cells: z.union([z.array(cellNumber), z.literal("all")]).describe("The numbers of the cells, or all"),
  from: at.describe("From when it holds, RFC 3339 in UTC"),
  until: maybeAt.describe("Until when it holds; null: for good"),
  createdAt: at.describe("When it was given, RFC 3339 in UTC"),
  revokedAt: maybeAt.describe("When it was taken away; null: it was not"),
});

/** A permit that was just given. */
export const givenPermit = permit.extend({
  warnings: z.array(z.string()).describe("Why it has no effect as the cabinet is now"),
});

/** The permit of a row. */
export function permitAnswer(row: PermitTable): z.infer<typeof permit> {
  const { id, cabinet, person, cells } = row;
  return {
    id,
    cabinet,
    person,
    cells: cells === null ? "all" : JSON.parse(cells) as number[],
    from: timestamp(row.valid_from),
    until: maybeTimestamp(row.valid_until),
    createdAt: timestamp(row.created_at),
    revokedAt: maybeTimestamp(row.revoked_at),
  };
}

/** A wish for a permit: from now on and for good unless it says otherwise. */
const permitBody = z.strictObject({
  person: text(OPERATOR.textMax).describe("The person's id"),
  cells: z.union([z.array(cellNumber).min(1).max(OPERATOR.cellsMax), z.literal("all")], {
    error: 'a list of cell numbers such as [1, 2], or "all"',
  }).describe("The numbers of the cells, or all"),
  from: time.nullish().describe("From when it holds, RFC 3339 with an offset; null: from now on"),
  until: time.nullish().describe("Until when it holds, RFC 3339 with an offset; null: for good"),
  reason: reason.optional(),
});

/** A checked wish for a permit. */
export type PermitBody = z.infer<typeof permitBody>;

/** The routes of permits. */
export const permitRoutes = {
  list: route("GET /cabinets/{id}/permits", "attend", {
    summary: "A cabinet's permits, newest first",
    query: z.strictObject(pageQuery),
    answers: { 200: page(permit) },
  }),
  grant: route("POST /cabinets/{id}/permits", "manage", {
    summary: "Let a person open cells of a cabinet whose cells are assigned",
    body: permitBody,
    answers: { 201: one(givenPermit, "The permit") },
  }),
  get: route("GET /permits/{id}", "attend", {
    summary: "One permit",
    answers: { 200: one(permit, "The permit") },
  }),
  revoke: route("DELETE /permits/{id}", "manage", {
    summary: "Take a permit away",
    query: withReason,
    answers: { 204: { description: "Taken away" } },
  }),
};
