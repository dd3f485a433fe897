import { peopleFound } from "../../db/queries/lists/people_search.ts";
import { peoplePage, personWithin } from "../../db/queries/staff/visits.ts";
import type { OperatorContext } from "../context.ts";
import { streamedAnswer } from "../../http/streamed_answer.ts";
import { KeyedRateLimiter } from "../../lib/keyed_rate_limiter.ts";
import { PERSON } from "../../lib/limits.ts";
import { historyRoutes } from "../contract/history.ts";
import { personAnswer, personRoutes } from "../contract/people.ts";
import { listed } from "../lists.ts";
import type { Mount } from "../mount.ts";
import { Problem, tooManyTries } from "../problem.ts";
import { found } from "../requests.ts";
import { refuseUnlessMayReachAll } from "../special_rights.ts";
import type { Caller } from "../../staff/mod.ts";

/** People: looking them up, ending their sessions, and removing them. */
export function personHandlers(mount: Mount, context: OperatorContext): void {
  const { db, people, organizations, auditLog, now } = context;
  const copies = new KeyedRateLimiter(PERSON.copiesPerPerson);
  const find = async (caller: Caller, id: string) =>
    found(await db.view(caller, (view) => personWithin(view, id)), "person", id);

  mount(personRoutes.list, ({ query, caller }) => {
    return listed(query, {
      list: "people",
      read: ({ q, ...filter }) =>
        db.view(
          caller,
          (view) => q === undefined ? peoplePage(view, filter) : peopleFound(view, { q, ...filter }),
        ),
      answer: personAnswer,
    });
  });
  mount(personRoutes.get, async ({ path: { id }, caller }) => personAnswer(await find(caller, id)));
  mount(personRoutes.signOut, async ({ path: { id }, actor, caller }) => {
    refuseUnlessMayReachAll(caller);
    await find(caller, id);
    if (caller.role !== undefined && await organizations.count() > 1) throw sharedWithOthers();
    found(await people.endSessions(id, actor) || undefined, "person", id);
  });
  mount(personRoutes.remove, async ({ path: { id }, actor, caller }) => {
    refuseUnlessMayReachAll(caller);
    await find(caller, id);
    return { state: found(await people.remove(id, actor), "person", id) };
  });
  mount(historyRoutes.copy, async ({ path: { id }, actor, caller }) => {
    refuseUnlessMayReachAll(caller);
    await find(caller, id);
    const key = `${caller.who} ${id}`;
    if (!copies.takes(key, now())) throw tooManyTries(copies.retryAfterMs(key, now()));
    await auditLog.note(actor, { act: "copy-person", cabinet: "", subject: id });
    const reach = caller.role === undefined ? undefined : { organization: caller.organization };
    const parts = found(await people.copy(id, reach), "person", id);
    return streamedAnswer(parts, { "content-type": "application/json", "cache-control": "no-store" });
  });
}

/** A session is one for all organizations: a guest who is signed out loses what is in other organizations' cells, too. */
function sharedWithOthers(): Problem {
  return new Problem(
    403,
    "Where the service has several organizations, only its own token signs people out",
    {
      code: "forbidden",
    },
  );
}
