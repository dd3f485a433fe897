import { highestEventNumber } from "../../db/event_order.ts";
import { eventsAfter, eventsPage } from "../../db/queries/events.ts";
import { actsPage, alarmsPage } from "../../db/queries/records.ts";
import type { OperatorContext } from "../context.ts";
import { actAnswer, alarmAnswer, eventAnswer, recordRoutes } from "../contract/records.ts";
import { listed, placeOf } from "../lists.ts";
import type { Mount } from "../mount.ts";
import { Problem } from "../problem.ts";

/** What is told afterwards: events, alarms, and the audit log of what the operator did. */
export function recordHandlers(mount: Mount, { db }: OperatorContext): void {
  mount(recordRoutes.events, async ({ query: { after, ...query } }) => {
    if (after === undefined) {
      return await listed(query, (filter) => eventsPage(db.tables, filter), eventAnswer);
    }
    const { before, ...filter } = query;
    if (before !== undefined) throw new Problem(400, "after, before: only one of them goes");
    const place = placeOf(after);
    const { items, next } = await eventsAfter(db.tables, { ...filter, after: place });
    if (typeof place === "number" && items.length === 0 && place > await highestEventNumber(db.tables)) {
      // As after a restore: until as many events happened anew, nothing would come.
      throw new Problem(409, "after: no event has this number yet; read on from start");
    }
    return { items: items.map(eventAnswer), next: String(next ?? after) };
  });
  mount(recordRoutes.alarms, ({ query }) => {
    return listed(query, (filter) => alarmsPage(db.tables, filter), alarmAnswer);
  });
  mount(recordRoutes.acts, ({ query }) => {
    return listed(query, (filter) => actsPage(db.tables, filter), actAnswer);
  });
}
