import type { Context } from "hono";
import { upgradeWebSocket } from "../../http/websocket_guard.ts";
import type { Cabinet } from "../../locker/mod.ts";
import type { OperatorContext } from "../context.ts";
import { CABINET_ORDERS, type CabinetPage } from "../../db/queries/lists/cabinets.ts";
import type { ListPosition } from "../../db/statements/page.ts";
import { bareAnswer, cabinetAnswer } from "../contract/cabinet_answer.ts";
import { type CabinetListQuery, cabinetRoutes } from "../contract/cabinets.ts";
import { answered, cursorText, type ListBinding, noCursor, positionIn } from "../lists.ts";
import type { Mount } from "../mount.ts";
import { Problem } from "../problem.ts";
import { RawLine } from "../raw_line.ts";
import type { Caller } from "../../staff/mod.ts";
import { describedTo, mayDescribe, mayTouchHeld, mayUseLine } from "../special_rights.ts";
import { cabinetOf, linkOf } from "../requests.ts";

/** Describing cabinets, and the raw line to one. What changes one is noted before it is done. */
export function cabinetHandlers(mount: Mount, context: OperatorContext): void {
  const { cabinets, auditLog } = context;
  const answer = async (c: Context, cabinet: Cabinet, caller: Caller) => {
    const [status, link] = [await cabinets.status(cabinet), linkOf(c, cabinet.id)];
    return describedTo(caller, cabinetAnswer(cabinet, { status, link }));
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
  mount(cabinetRoutes.get, ({ c, path: { id: cabinet }, caller }) => answer(c, cabinet, caller));
  mount(cabinetRoutes.put, async ({ c, path: { id }, body, actor, caller }) => {
    const { organization } = caller;
    const wanted = { ...body, id, organization };
    const own = { organization };
    const [before, held] = [await cabinets.findWithin(own, id), await cabinets.heldCells(own, id)];
    mayDescribe(caller, { wanted, before, held });
    await auditLog.note(actor, { act: "put", cabinet: id });
    // Asked once more inside its transaction: a person may have been given a cell meanwhile.
    const done = await cabinets.put(wanted, {
      confirm: async (trx, now) => {
        await actor.confirm?.(trx);
        mayDescribe(caller, { wanted, ...now });
      },
    });
    c.status(done === "created" ? 201 : 200);
    return await answer(c, await cabinetOf(id, { caller, cabinets }), caller);
  });
  mount(cabinetRoutes.remove, async ({ path: { id: cabinet }, actor }) => {
    await auditLog.note(actor, { act: "delete", cabinet: cabinet.id });
    await cabinets.remove(cabinet, { confirm: actor.confirm });
  });
  mount(cabinetRoutes.rawLine, async ({ c, path: { id: { id } }, actor, caller }) => {
    if (!opensSocket(c)) throw new Problem(426, "The raw line is a WebSocket");
    await mayTouchHeld(caller, { cabinet: id, cabinets });
    // Bytes may open doors that no command tells of.
    await auditLog.note(actor, { act: "raw-line", cabinet: id });
    return await upgrade(c, rawLineEvents(id, { ...context, mayGoOn: () => mayUseLine(c, id, context) }));
  });
}

/** What the query of a list means. */
function listOf({ q, tag, online, alarm, board, sort, after }: CabinetListQuery) {
  const order = sort.replace(/^-/, "") as CabinetPage["order"];
  const filter = {
    words: q,
    tags: [...new Set(tag)].toSorted(),
    online,
    alarm: alarm === "true" ? true : alarm === "false" ? false : alarm,
    board,
  };
  const binding = { list: "cabinets", filter: { ...filter, sort } };
  const from = after === undefined ? undefined : placeIn(binding, { order, after });
  return { order, isDescending: sort !== order, filter, binding, from };
}

/** @throws {Problem} if no page of this list ends there */
function placeIn(
  binding: ListBinding,
  { order, after }: { order: CabinetPage["order"]; after: string },
): ListPosition {
  // As the version before answered, and for clients that know the last id.
  if (order === "id" && !after.startsWith("~")) return [after];
  const position = positionIn(binding, after);
  const kinds = CABINET_ORDERS[order].map((column) => column === "online_at" ? "number" : "string");
  const isPlace = position.length === kinds.length && position.every((at, n) => typeof at === kinds[n]);
  if (!isPlace) throw noCursor();
  return position;
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
