import type { Hono } from "hono";
import { highestEventNumber } from "../../db/event_order.ts";
import { eventsAfter, eventsPage } from "../../db/queries/events.ts";
import { actsPage, alarmsPage } from "../../db/queries/records.ts";
import { actAnswer, alarmAnswer, eventAnswer } from "../schemas/answers.ts";
import type { OperatorContext } from "../context.ts";
import { cursorOf, listAnswer, placeOf } from "../cursor.ts";
import { Problem } from "../problem.ts";
import { actQuery, alarmQuery, eventQuery } from "../schemas/queries.ts";
import { checked } from "../requests.ts";

/** What is told afterwards: events, alarms, and the audit log of what the operator did. */
export function recordsRoutes(api: Hono, { db }: OperatorContext): void {
  api.get("/events", async (c) => {
    const { before, after, ...filter } = checked(eventQuery, c.req.query(), "query");
    if (before !== undefined && after !== undefined) {
      throw new Problem(400, "after, before: only one of them goes");
    }
    if (after === undefined) {
      return c.json(
        listAnswer(await eventsPage(db.tables, { ...filter, before: cursorOf(before) }), eventAnswer),
      );
    }
    const place = placeOf(after);
    const { items, next } = await eventsAfter(db.tables, { ...filter, after: place });
    if (typeof place === "number" && items.length === 0 && place > await highestEventNumber(db.tables)) {
      // As after a restore: until as many events happened anew, nothing would come.
      throw new Problem(409, "after: no event has this number yet; read on from start");
    }
    return c.json({ items: items.map(eventAnswer), next: String(next ?? after) });
  });
  api.get("/alarms", async (c) => {
    const { before, ...filter } = checked(alarmQuery, c.req.query(), "query");
    return c.json(
      listAnswer(await alarmsPage(db.tables, { ...filter, before: cursorOf(before) }), alarmAnswer),
    );
  });
  api.get("/acts", async (c) => {
    const { before, ...filter } = checked(actQuery, c.req.query(), "query");
    return c.json(listAnswer(await actsPage(db.tables, { ...filter, before: cursorOf(before) }), actAnswer));
  });
}
