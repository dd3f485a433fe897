import type { Hono } from "hono";
import { peoplePage, personById } from "../../db/queries/people.ts";
import { personAnswer } from "../schemas/answers.ts";
import { reasonBody } from "../schemas/bodies.ts";
import type { OperatorContext } from "../context.ts";
import { cursorOf, listAnswer } from "../cursor.ts";
import { personQuery, reasonQuery } from "../schemas/queries.ts";
import { actingOf, bodyOf, checked, theOne } from "../requests.ts";

/** Who there is, ending somebody's sessions, and removing somebody. */
export function peopleRoutes(api: Hono, { db, people, trustedProxies }: OperatorContext): void {
  api.get("/people", async (c) => {
    const { before, ...filter } = checked(personQuery, c.req.query(), "query");
    const page = await peoplePage(db.tables, { ...filter, before: cursorOf(before) });
    return c.json(listAnswer(page, personAnswer));
  });
  api.get("/people/:id", async (c) => {
    return c.json(personAnswer(await theOne(c, "person", (id) => personById(db.tables, id))));
  });
  api.post("/people/:id/sign-out", async (c) => {
    const { reason } = await bodyOf(c, reasonBody);
    const acting = await actingOf(c, { trustedProxies, reason });
    await theOne(c, "person", async (id) => await people.endSessions(id, acting) || undefined);
    return c.body(null, 204);
  });
  api.delete("/people/:id", async (c) => {
    const { reason } = checked(reasonQuery, c.req.query(), "query");
    const acting = await actingOf(c, { trustedProxies, reason });
    return c.json({ state: await theOne(c, "person", (id) => people.remove(id, acting)) });
  });
}
