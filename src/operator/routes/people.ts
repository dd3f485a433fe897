import { peoplePage, personById } from "../../db/queries/people.ts";
import type { OperatorContext } from "../context.ts";
import { personAnswer, personRoutes } from "../contract/people.ts";
import { listed } from "../lists.ts";
import type { Mount } from "../mount.ts";
import { found } from "../requests.ts";

/** People: looking them up, ending their sessions, and removing them. */
export function personHandlers(mount: Mount, { db, people }: OperatorContext): void {
  mount(personRoutes.list, ({ query }) => {
    return listed(query, (filter) => peoplePage(db.tables, filter), personAnswer);
  });
  mount(personRoutes.get, async ({ path: { id } }) => {
    return personAnswer(found(await personById(db.tables, id), "person", id));
  });
  mount(personRoutes.signOut, async ({ path: { id }, actor }) => {
    found(await people.endSessions(id, actor) || undefined, "person", id);
  });
  mount(personRoutes.remove, async ({ path: { id }, actor }) => {
    return { state: found(await people.remove(id, actor), "person", id) };
  });
}
