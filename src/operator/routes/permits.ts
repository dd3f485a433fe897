import type { z } from "zod";
import { permitWithoutEffect } from "../../cabinet/without_effect.ts";
import type { PermitTable } from "../../db/mod.ts";
import { isPersonKnown } from "../../db/queries/staff/visits.ts";
import { permitsPage, permitWithin } from "../../db/queries/permits.ts";
import { type Cabinet, ConflictError, type Grant } from "../../locker/mod.ts";
import type { OperatorContext } from "../context.ts";
import { type givenPermit, permitAnswer, type PermitBody, permitRoutes } from "../contract/permits.ts";
import { listed } from "../lists.ts";
import type { Mount } from "../mount.ts";
import { Problem } from "../problem.ts";
import { found } from "../requests.ts";
import type { Caller } from "../../staff/mod.ts";

/** Who may open which cells of a cabinet whose cells are assigned. */
export function permitHandlers(mount: Mount, { db, permits, wallClock }: OperatorContext): void {
  const find = (caller: Caller, id: string) => db.view(caller, (view) => permitWithin(view, id));

  mount(
    permitRoutes.grant,
    async ({ path: { id: cabinet }, body: { reason: _, ...body }, actor, caller }) => {
      const known = await find(caller, actor.id);
      if (known) return given(sameAs(known, { cabinet: cabinet.id, ...body }), cabinet);
      const grant = grantOf(cabinet, body, wallClock());
      const person = await db.view(caller, (view) => isPersonKnown(view, body.person));
      if (!person) throw new Problem(422, `person: there is nobody ${body.person}`);
      const permit = await permits.grant(actor, grant);
      if (!permit) throw new ConflictError(`Cannot give permit ${actor.id} again: it is gone`);
      return given(sameAs(permit, { cabinet: cabinet.id, ...body }), cabinet);
    },
  );
  mount(permitRoutes.list, ({ path: { id: { id: cabinet } }, query, caller }) => {
    const read = (filter: Parameters<typeof permitsPage>[1]) =>
      db.view(caller, (view) => permitsPage(view, filter));
    return listed({ ...query, cabinet }, { list: "permits", read, answer: permitAnswer });
  });
  mount(permitRoutes.get, async ({ path: { id }, caller }) => {
    return permitAnswer(found(await find(caller, id), "permit", id));
  });
  mount(permitRoutes.revoke, async ({ path: { id }, actor, caller }) => {
    const { revoked_at } = found(await find(caller, id), "permit", id);
    // What is done already is not noted again.
    if (revoked_at === null) await permits.revoke(actor, id);
  });
}

function given(permit: PermitTable, { mode }: Cabinet): z.infer<typeof givenPermit> {
  const warning = permitWithoutEffect(mode);
  return { ...permitAnswer(permit), warnings: warning === undefined ? [] : [warning] };
}

type WantedPermit = Omit<PermitBody, "reason">;

/** @throws {Problem} if the cabinet lacks one of the cells, or the time is over before it begins */
function grantOf(cabinet: Cabinet, { person, ...body }: WantedPermit, now: number): Grant {
  const from = body.from ?? now;
  const until = body.until ?? undefined;
  if (until !== undefined && until <= from) throw new Problem(422, "until: not after the beginning");
  const cells = cellsOf(body);
  const lacking = cells?.find((wanted) => !cabinet.cells.some(({ cell }) => cell === wanted));
  if (lacking !== undefined) throw new Problem(422, `cells: cabinet ${cabinet.id} has no cell ${lacking}`);
  return { cabinet: cabinet.id, person, cells, from, until };
}

/** Each cell once, in their order; `undefined`: all. */
function cellsOf({ cells }: Pick<WantedPermit, "cells">): number[] | undefined {
  return cells === "all" ? undefined : [...new Set(cells)].sort((a, b) => a - b);
}

/**
 * The permit that an `Idempotency-Key` stands for already.
 *
 * @throws {ConflictError} if it is not the one that is wanted
 */
function sameAs(permit: PermitTable, wanted: WantedPermit & { cabinet: string }): PermitTable {
  const cells = cellsOf(wanted);
  const isSame = permit.cabinet === wanted.cabinet && permit.person === wanted.person &&
    permit.cells === (cells ? JSON.stringify(cells) : null) &&
    (wanted.from ?? permit.valid_from) === permit.valid_from && (wanted.until ?? null) === permit.valid_until;
  if (!isSame) throw new ConflictError(`Cannot give permit ${permit.id}: it is another one`);
  return permit;
}
