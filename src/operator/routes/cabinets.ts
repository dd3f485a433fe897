import type { Context } from "hono";
import { upgradeWebSocket } from "../../http/websocket_guard.ts";
import type { Cabinet } from "../../locker/mod.ts";
import type { OperatorContext } from "../context.ts";
import { cabinetAnswer } from "../contract/cabinet_answer.ts";
import { cabinetRoutes } from "../contract/cabinets.ts";
import type { Mount } from "../mount.ts";
import { Problem } from "../problem.ts";
import { RawLine } from "../raw_line.ts";
import { cabinetOf, linkOf } from "../requests.ts";

/** Describing cabinets, and the raw line to one. What changes one is noted before it is done. */
export function cabinetHandlers(mount: Mount, context: OperatorContext): void {
  const { cabinets, auditLog } = context;
  const answer = async (c: Context, cabinet: Cabinet) =>
    cabinetAnswer(cabinet, { status: await cabinets.status(cabinet), link: linkOf(c, cabinet.id) });

  mount(cabinetRoutes.list, async ({ c, query: { after, limit } }) => {
    const found = await cabinets.list({ after, limit: limit + 1 });
    const items = found.slice(0, limit);
    const next = found.length > items.length ? items.at(-1)?.id ?? null : null;
    return { items: await Promise.all(items.map((cabinet) => answer(c, cabinet))), next };
  });
  mount(cabinetRoutes.get, ({ c, path: { id: cabinet } }) => answer(c, cabinet));
  mount(cabinetRoutes.put, async ({ c, path: { id }, body, actor }) => {
    await auditLog.note(actor, { act: "put", cabinet: id });
    c.status(await cabinets.put({ ...body, id }) === "created" ? 201 : 200);
    return await answer(c, await cabinetOf(id, cabinets));
  });
  mount(cabinetRoutes.remove, async ({ path: { id: { id } }, actor }) => {
    await auditLog.note(actor, { act: "delete", cabinet: id });
    await cabinets.remove(id);
  });
  mount(cabinetRoutes.rawLine, async ({ c, path: { id: { id } }, actor }) => {
    if (!opensSocket(c)) throw new Problem(426, "The raw line is a WebSocket");
    // Bytes may open doors that no command tells of.
    await auditLog.note(actor, { act: "raw-line", cabinet: id });
    return await upgrade(c, rawLineEvents(id, context));
  });
}

function opensSocket(c: Context): boolean {
  return c.req.method === "GET" && c.req.header("upgrade")?.toLowerCase() === "websocket";
}

async function upgrade(c: Context, events: ReturnType<typeof rawLineEvents>): Promise<Response> {
  const response = await upgradeWebSocket(() => events)(c, () => Promise.resolve());
  if (!response) throw new TypeError("The request does not open a WebSocket");
  return response;
}

function rawLineEvents(cabinet: string, { router, guard }: Pick<OperatorContext, "router" | "guard">) {
  let line: RawLine | undefined;
  return guard.events({
    onOpen: (wire) => {
      line = new RawLine(cabinet, wire, router);
    },
    onMessage: (data) => line?.receive(data),
    onClose: () => line?.[Symbol.dispose](),
  });
}
