import { eventsAfter, eventsPage, lastEventNumber } from "../../db/queries/events.ts";
import { actsPage, alarmsPage } from "../../db/queries/records.ts";
import type { OperatorContext } from "../context.ts";
import { actAnswer, alarmAnswer, eventAnswer, recordRoutes } from "../contract/records.ts";
import { answered, listed, placeOf } from "../lists.ts";
import type { Mount } from "../mount.ts";
import { Problem } from "../problem.ts";
import { shownTo } from "../special_rights.ts";
import type { EventTable } from "../../db/mod.ts";

/** What is told afterwards: events, alarms, and the audit log of what the operator did. */
export function recordHandlers(mount: Mount, { db }: OperatorContext): void {
  mount(recordRoutes.events, async ({ query: { after, ...query }, caller }) => {
    const answer = (row: EventTable) => shownTo(caller, eventAnswer(row));
    if (after === undefined) {
      const read = (filter: Parameters<typeof eventsPage>[1]) =>
        db.view(caller, (view) => eventsPage(view, filter));
      return await listed(query, { list: "events", read, answer });
    }
    const { before, ...filter } = query;
    if (before !== undefined) throw new Problem(400, "after, before: only one of them goes");
    const place = placeOf(after);
    const { items, next } = await db.view(caller, (view) => eventsAfter(view, { ...filter, after: place }));
    if (typeof place === "number" && items.length === 0 && place > await db.view(caller, lastEventNumber)) {
      // As after a restore: until as many events happened anew, nothing would come.
      throw new Problem(409, "after: no event has this number yet; read on from start");
    }
    return answered(items.map(answer), { next: String(next ?? after), count: undefined });
  });
  mount(recordRoutes.alarms, ({ query, caller }) => {
    return listed(query, {
      list: "alarms",
      read: (filter) => db.view(caller, (view) => alarmsPage(view, filter)),
      answer: alarmAnswer,
    });
  });
  mount(recordRoutes.acts, ({ query, caller }) => {
    return listed(query, {
      list: "acts",
      read: (filter) => db.view(caller, (view) => actsPage(view, filter)),
      answer: actAnswer,
    });
  });
}
