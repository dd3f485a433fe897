import type { Hono } from "hono";
import { eventsAfter, eventsPage } from "../db/events.ts";
import { actsPage, alarmsPage } from "../db/records.ts";
import { actAnswer, alarmAnswer, eventAnswer } from "./answers.ts";
import type { OperatorContext } from "./context.ts";
import { cursorOf, listAnswer, placeOf } from "./cursor.ts";
import { Problem } from "./problem.ts";
import { actQuery, alarmQuery, eventQuery } from "./queries.ts";
import { checked } from "./requests.ts";

/** What is told afterwards: events, alarms, and the audit log of what the operator did. */
export function recordsRoutes(api: Hono, { db }: OperatorContext): void {
  api.get("/events", async (c) => {
    const { before, after, ...filter } = checked(eventQuery, c.req.query());
    if (before !== undefined && after !== undefined) {
      throw new Problem(400, "after, before: only one of them goes");
    }
    if (after === undefined) {
      return c.json(
        listAnswer(await eventsPage(db.tables, { ...filter, before: cursorOf(before) }), eventAnswer),
      );
    }
    const { items, next } = await eventsAfter(db.tables, { ...filter, after: placeOf(after) });
    return c.json({ items: items.map(eventAnswer), next: String(next ?? after) });
  });
  api.get("/alarms", async (c) => {
    const { before, ...filter } = checked(alarmQuery, c.req.query());
    return c.json(
      listAnswer(await alarmsPage(db.tables, { ...filter, before: cursorOf(before) }), alarmAnswer),
    );
  });
  api.get("/acts", async (c) => {
    const { before, ...filter } = checked(actQuery, c.req.query());
    return c.json(listAnswer(await actsPage(db.tables, { ...filter, before: cursorOf(before) }), actAnswer));
  });
}
