import { eventsAfter, eventsPage, lastEventNumber } from "../../db/queries/events.ts";
import { type Named, withNames } from "../../db/queries/lists/names.ts";
import { actsPage, alarmsPage } from "../../db/queries/records.ts";
import type { OperatorContext } from "../context.ts";
import { actAnswer, alarmAnswer, namedEventAnswer, recordRoutes } from "../contract/records.ts";
import { answered, eventCursorOf, listed } from "../lists.ts";
import type { Mount } from "../mount.ts";
import { Problem } from "../problem.ts";
import { refuseUnlessMayAskFor, shownTo } from "../special_rights.ts";
import type { EventTable } from "../../db/mod.ts";

/** What is told afterwards: events, alarms, and the audit log of what the operator did. */
export function recordHandlers(mount: Mount, { db }: OperatorContext): void {
  mount(recordRoutes.events, async ({ query: { after, ...query }, caller }) => {
    refuseUnlessMayAskFor(caller, query);
    const answer = (named: Named<EventTable>) => shownTo(caller, namedEventAnswer(named));
    const whoOf = ({ person }: EventTable) => [person];
    if (after === undefined) {
      const read = (filter: Parameters<typeof eventsPage>[1]) =>
        db.view(caller, async (view) => await withNames(view, await eventsPage(view, filter), whoOf));
      return await listed(query, { list: "events", read, answer });
    }
    const { before, from, until, ...filter } = query;
    const other = Object.entries({ before, from, until }).find(([, value]) => value !== undefined);
    if (other) throw new Problem(400, `after, ${other[0]}: only one of them goes`);
    const cursor = eventCursorOf(after);
    const { items, next } = await db.view(caller, async (view) => {
      return await withNames(view, await eventsAfter(view, { ...filter, after: cursor }), whoOf);
    });
    if (typeof cursor === "number" && items.length === 0 && cursor > await db.view(caller, lastEventNumber)) {
      // As after a restore: until as many events happened anew, nothing would come.
      throw new Problem(409, "after: no event has this number yet; read on from start");
    }
    return answered(items.map(answer), { next: String(next ?? after), count: undefined });
  });
  mount(recordRoutes.alarms, ({ query: { active, ...query }, caller }) => {
    if (active && query.state === "ended") throw new Problem(400, "active, state: only one of them goes");
    return listed({ ...query, ...active && { state: "active" as const } }, {
      list: "alarms",
      read: (filter) => db.view(caller, (view) => alarmsPage(view, filter)),
      answer: (row) => shownTo(caller, alarmAnswer(row)),
    });
  });
  mount(recordRoutes.acts, ({ query, caller }) => {
    return listed(query, {
      list: "acts",
      read: (filter) =>
        db.view(
          caller,
          async (view) => await withNames(view, await actsPage(view, filter), ({ who }) => [who]),
        ),
      answer: actAnswer,
    });
  });
}
