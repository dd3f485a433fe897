import type { Context, Hono } from "hono";
import type { Cabinet } from "../../locker/mod.ts";
import { upgradeWebSocket } from "../../http/websocket_guard.ts";
import { cabinetAnswer } from "../schemas/answers.ts";
import type { OperatorContext } from "../context.ts";
import { linkOf } from "../links.ts";
import { Problem } from "../problem.ts";
import { cabinetQuery, reasonQuery } from "../schemas/queries.ts";
import { RawLine } from "../raw_line.ts";
import { actingOf, bodyOf, checked, theCabinet } from "../requests.ts";
import { cabinetBody } from "../../cabinet/description_body.ts";
import { cabinetId } from "../../cabinet/words.ts";

/** Describing cabinets, and the raw line to one. What changes one is noted before it is done. */
export function cabinetsRoutes(
  api: Hono,
  { cabinets, actLog, router, guard, publicUrl, trustedProxies }: OperatorContext,
): void {
  const answer = async (c: Context, cabinet: Cabinet) =>
    cabinetAnswer(cabinet, {
      status: await cabinets.status(cabinet),
      link: linkOf(c, cabinet.id, { publicUrl, trustedProxies }),
    });

  api.get("/cabinets", async (c) => {
    const page = checked(cabinetQuery, c.req.query(), "query");
    const found = await cabinets.list({ after: page.after, limit: page.limit + 1 });
    const items = found.slice(0, page.limit);
    const next = found.length > items.length ? items.at(-1)?.id ?? null : null;
    return c.json({ items: await Promise.all(items.map((cabinet) => answer(c, cabinet))), next });
  });
  api.get("/cabinets/:id", async (c) => c.json(await answer(c, await theCabinet(c, cabinets))));
  api.put("/cabinets/:id", async (c) => {
    const id = checked(cabinetId, c.req.param("id"));
    const cabinet = { ...await bodyOf(c, cabinetBody), id };
    const acting = await actingOf(c, { trustedProxies, reason: undefined });
    await actLog.note(acting, { act: "put", cabinet: id });
    const done = await cabinets.put(cabinet);
    return c.json(await answer(c, await theCabinet(c, cabinets)), done === "created" ? 201 : 200);
  });
  api.delete("/cabinets/:id", async (c) => {
    const { reason } = checked(reasonQuery, c.req.query(), "query");
    const { id } = await theCabinet(c, cabinets);
    await actLog.note(await actingOf(c, { trustedProxies, reason }), { act: "delete", cabinet: id });
    await cabinets.remove(id);
    return c.body(null, 204);
  });
  api.get(
    "/cabinets/:id/raw",
    async (c, next) => {
      const { id } = await theCabinet(c, cabinets);
      if (!opensSocket(c)) throw new Problem(426, "The raw line is a WebSocket");
      const acting = await actingOf(c, { trustedProxies, reason: undefined });
      // Bytes may open doors that no command tells of.
      await actLog.note(acting, { act: "raw-line", cabinet: id });
      await next();
    },
    upgradeWebSocket((c) => rawLineEvents(c.req.param("id") ?? "", { router, guard })),
  );
}

function opensSocket(c: Context): boolean {
  return c.req.method === "GET" && c.req.header("upgrade")?.toLowerCase() === "websocket";
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
