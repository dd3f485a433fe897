import type { Context } from "hono";
import { permitWithoutEffect } from "../../../cabinet/without_effect.ts";
import { hasPermits } from "../../../db/queries/permits.ts";
import { upgradeWebSocket } from "../../../http/websocket_guard.ts";
import type { Cabinet } from "../../../locker/mod.ts";
import type { OperatorContext } from "../../context.ts";
import { CABINET_ORDERS, type CabinetPage } from "../../../db/queries/lists/cabinets.ts";
import type { ListPosition } from "../../../db/statements/page.ts";
import { bareAnswer, cabinetAnswer } from "../../contract/cabinet_answer.ts";
import { type CabinetAnswer, type CabinetListQuery, cabinetRoutes } from "../../contract/cabinets.ts";
import { answered, cursorText, type ListBinding, noCursor, positionIn } from "../../lists.ts";
import type { Mount } from "../../mount.ts";
import { Problem } from "../../problem.ts";
import { RawLine } from "../../raw_line.ts";
import type { Caller } from "../../../staff/mod.ts";
import { describedTo, mayUseLine, refuseUnlessMayTouchHeld } from "../../special_rights.ts";
import { cabinetOf, linkOf } from "../../requests.ts";
import { cabinetFilterOf } from "./cabinet_filter.ts";
import { patch, remove, replace, StaleError } from "./describe.ts";

/** Describing cabinets, and the raw line to one. What changes one is noted before it is done. */
export function cabinetHandlers(mount: Mount, context: OperatorContext): void {
  const { db, cabinets, etags, auditLog, wallClock } = context;
  const answer = async (c: Context, cabinet: Cabinet, caller: Caller, warnings: readonly string[] = []) => {
    const [status, link] = [await cabinets.status(cabinet), linkOf(c, cabinet.id)];
    return describedTo(caller, cabinetAnswer(cabinet, { status, link, warnings }));
  };
  /** One cabinet, with the tag by which it can be changed. */
  const whole = async (c: Context, cabinet: Cabinet, caller: Caller) => {
    c.header("etag", etags.of(cabinet));
    const warning = permitWithoutEffect(cabinet.mode);
    const ahead = { cabinet: cabinet.id, now: wallClock() };
    const isIgnored = warning !== undefined && await db.view(caller, (view) => hasPermits(view, ahead));
    return await answer(c, cabinet, caller, isIgnored ? [warning] : []);
  };
  /** @throws {Problem} with the cabinet as it is, if it is not as the request wants it to be */
  const unlessStale = async <T>(
    work: Promise<T>,
    { c, id, caller }: { c: Context; id: string; caller: Caller },
  ) => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof StaleError)) throw error;
      const cabinet = await cabinets.findWithin(caller, id);
      const current = cabinet && await whole(c, cabinet, caller);
      throw staleProblem(current, { header: etags.mismatch(c, cabinet), etag: cabinet && etags.of(cabinet) });
    }
  };

  mount(cabinetRoutes.list, async ({ c, query, caller }) => {
    const { include, limit } = query;
    const { order, isDescending, filter, binding, from } = listOf(query);
    const page = { order, isDescending, from, limit, includesCells: include === "cells" };
    const { items, next, count } = await cabinets.page(caller, filter, page);
    const answers = items.map(({ cabinet, ...listed }) =>
      include === "cells"
        ? answer(c, cabinet, caller)
        : describedTo(caller, bareAnswer(cabinet, { ...listed, link: linkOf(c, cabinet.id) }))
    );
    return answered(await Promise.all(answers), { next: next && cursorText(binding, next), count });
  });
  mount(cabinetRoutes.get, ({ c, path: { id: cabinet }, caller }) => whole(c, cabinet, caller));
  mount(cabinetRoutes.put, async ({ c, path: { id }, body, actor, caller }) => {
    const replaced = replace({ id, body, caller, actor, isAsWanted: etags.wantedBy(c) }, context);
    const done = await unlessStale(replaced, { c, id, caller });
    c.status(done === "created" ? 201 : 200);
    return await whole(c, await cabinetOf(id, { caller, cabinets }), caller);
  });
  mount(cabinetRoutes.patch, async ({ c, path: { id: { id } }, body: changes, actor, caller }) => {
    const patched = patch({ id, changes, caller, actor, isAsWanted: etags.wantedBy(c) }, context);
    await unlessStale(patched, { c, id, caller });
    return await whole(c, await cabinetOf(id, { caller, cabinets }), caller);
  });
  mount(cabinetRoutes.remove, async ({ c, path: { id: cabinet }, actor, caller }) => {
    const removed = remove({ cabinet, caller, actor, isAsWanted: etags.wantedBy(c) }, context);
    await unlessStale(removed, { c, id: cabinet.id, caller });
  });
  mount(cabinetRoutes.rawLine, async ({ c, path: { id: { id } }, actor, caller }) => {
    if (!opensSocket(c)) throw new Problem(426, "The raw line is a WebSocket");
    await refuseUnlessMayTouchHeld(caller, { cabinet: id, cabinets });
    // Bytes may open doors that no command tells of.
    await auditLog.note(actor, { act: "raw-line", cabinet: id });
    return await upgrade(c, rawLineEvents(id, { ...context, mayGoOn: () => mayUseLine(c, id, context) }));
  });
}

/** What the query of a list means. */
function listOf({ sort, after, limit: _limit, include: _include, ...narrowed }: CabinetListQuery) {
  const order = sort.replace(/^-/, "") as CabinetPage["order"];
  const filter = cabinetFilterOf(narrowed);
  const binding = { list: "cabinets", filter: { ...filter, sort } };
  const from = after === undefined ? undefined : cursorIn(binding, { order, after });
  return { order, isDescending: sort !== order, filter, binding, from };
}

/** @throws {Problem} if no page of this list ends there */
function cursorIn(
  binding: ListBinding,
  { order, after }: { order: CabinetPage["order"]; after: string },
): ListPosition {
  // As the version before answered, and for clients that know the last id.
  if (order === "id" && !after.startsWith("~")) return [after];
  const position = positionIn(binding, after);
  const kinds = CABINET_ORDERS[order].map((column) => column === "online_at" ? "number" : "string");
  const isCursor = position.length === kinds.length && position.every((at, n) => typeof at === kinds[n]);
  if (!isCursor) throw noCursor();
  return position;
}

function staleProblem(
  current: CabinetAnswer | undefined,
  why: { header: "If-Match" | "If-None-Match"; etag: string | undefined },
): Problem {
  return new Problem(412, `${why.header}: ${staleWords(why)}`, {
    code: "changed",
    members: { current: current ?? null },
  });
}

function staleWords({ header, etag }: Parameters<typeof staleProblem>[1]): string {
  if (etag === undefined) return "there is no such cabinet; to make it, leave the header out";
  return header === "If-Match"
    ? `the cabinet's ETag is ${etag}; look at what is current, and send that ETag`
    : `there is such a cabinet; to change it, leave the header out, and send its ETag ${etag} as If-Match`;
}

function opensSocket(c: Context): boolean {
  return c.req.method === "GET" && c.req.header("upgrade")?.toLowerCase() === "websocket";
}

async function upgrade(c: Context, events: ReturnType<typeof rawLineEvents>): Promise<Response> {
  const response = await upgradeWebSocket(() => events)(c, () => Promise.resolve());
  if (!response) throw new TypeError("The request does not open a WebSocket");
  return response;
}

function rawLineEvents(
  cabinet: string,
  { router, guard, mayGoOn }: Pick<OperatorContext, "router" | "guard"> & { mayGoOn: () => Promise<boolean> },
) {
  let line: RawLine | undefined;
  return guard.events({
    onOpen: (wire) => {
      line = new RawLine(cabinet, wire, { router, mayGoOn });
    },
    onMessage: (data) => line?.receive(data),
    onClose: () => line?.[Symbol.dispose](),
  });
}
