import type { Hono } from "hono";
import type { PermitTable } from "../../db/mod.ts";
import { permitById, permitsPage } from "../../db/queries/permits.ts";
import { type Cabinet, ConflictError, type Grant } from "../../locker/mod.ts";
import { permitAnswer } from "../schemas/answers.ts";
import { type PermitBody, permitBody } from "../schemas/bodies.ts";
import type { OperatorContext } from "../context.ts";
import { cursorOf, listAnswer } from "../cursor.ts";
import { Problem } from "../problem.ts";
import { permitQuery, reasonQuery } from "../schemas/queries.ts";
import { actingOf, bodyOf, checked, theCabinet, theOne } from "../requests.ts";

/** Who may open which cells of a cabinet whose cells are assigned. */
export function permitsRoutes(api: Hono, context: OperatorContext): void {
  const { db, cabinets, people, permits, trustedProxies, wallClock } = context;
  const find = (id: string) => permitById(db.tables, id);

  api.post("/cabinets/:id/permits", async (c) => {
    const cabinet = await theCabinet(c, cabinets);
    const { reason, ...body } = await bodyOf(c, permitBody);
    const acting = await actingOf(c, { trustedProxies, reason });
    const known = await find(acting.id);
    if (known) return c.json(permitAnswer(sameAs(known, { cabinet: cabinet.id, ...body })), 201);
    const grant = grantOf(cabinet, body, wallClock());
    if (!await people.find(body.person)) throw new Problem(422, `person: there is nobody ${body.person}`);
    const permit = await permits.grant(acting, grant);
    if (!permit) throw new ConflictError(`Cannot give permit ${acting.id} again: it is gone`);
    return c.json(permitAnswer(sameAs(permit, { cabinet: cabinet.id, ...body })), 201);
  });
  api.get("/cabinets/:id/permits", async (c) => {
    const { before, limit } = checked(permitQuery, c.req.query(), "query");
    const { id: cabinet } = await theCabinet(c, cabinets);
    const page = await permitsPage(db.tables, { cabinet, before: cursorOf(before), limit });
    return c.json(listAnswer(page, permitAnswer));
  });
  api.get("/permits/:id", async (c) => c.json(permitAnswer(await theOne(c, "permit", find))));
  api.delete("/permits/:id", async (c) => {
    const { reason } = checked(reasonQuery, c.req.query(), "query");
    const { id, revoked_at } = await theOne(c, "permit", find);
    // What is done already is not noted again.
    if (revoked_at === null) await permits.revoke(await actingOf(c, { trustedProxies, reason }), id);
    return c.body(null, 204);
  });
}

type Wanted = Omit<PermitBody, "reason">;

/** @throws {Problem} if the cabinet lacks one of the cells, or the time is over before it begins */
function grantOf(cabinet: Cabinet, { person, ...body }: Wanted, now: number): Grant {
  const from = body.from ?? now;
  const until = body.until ?? undefined;
  if (until !== undefined && until <= from) throw new Problem(422, "until: not after the beginning");
  const cells = cellsOf(body);
  const lacking = cells?.find((wanted) => !cabinet.cells.some(({ cell }) => cell === wanted));
  if (lacking !== undefined) throw new Problem(422, `cells: cabinet ${cabinet.id} has no cell ${lacking}`);
  return { cabinet: cabinet.id, person, cells, from, until };
}

/** Each cell once, in their order; `undefined`: all. */
function cellsOf({ cells }: Pick<Wanted, "cells">): number[] | undefined {
  return cells === "all" ? undefined : [...new Set(cells)].sort((a, b) => a - b);
}

/**
 * The permit that an `Idempotency-Key` stands for already.
 *
 * @throws {ConflictError} if it is not the one that is wanted
 */
function sameAs(permit: PermitTable, wanted: Wanted & { cabinet: string }): PermitTable {
  const cells = cellsOf(wanted);
  const isSame = permit.cabinet === wanted.cabinet && permit.person === wanted.person &&
    permit.cells === (cells ? JSON.stringify(cells) : null) &&
    (wanted.from ?? permit.valid_from) === permit.valid_from && (wanted.until ?? null) === permit.valid_until;
  if (!isSame) throw new ConflictError(`Cannot give permit ${permit.id}: it is another one`);
  return permit;
}
