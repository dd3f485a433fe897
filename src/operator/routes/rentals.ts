import type { Hono } from "hono";
import type { RentalTable } from "../../db/mod.ts";
import { rentalById, rentalsPage } from "../../db/queries/rentals.ts";
import { rentalAnswer } from "../schemas/answers.ts";
import { reasonBody } from "../schemas/bodies.ts";
import type { OperatorContext } from "../context.ts";
import { cursorOf, listAnswer } from "../cursor.ts";
import { rentalQuery } from "../schemas/queries.ts";
import { actingOf, bodyOf, checked, theOne } from "../requests.ts";

/** Who has which cell, and ending that. */
export function rentalsRoutes(api: Hono, { db, acts, trustedProxies }: OperatorContext): void {
  /** One that is just opening is none yet. */
  const find = async (id: string): Promise<RentalTable | undefined> => {
    const row = await rentalById(db.tables, id);
    return row?.state === "opening" ? undefined : row;
  };

  api.get("/rentals", async (c) => {
    const { before, ...filter } = checked(rentalQuery, c.req.query(), "query");
    const page = await rentalsPage(db.tables, { ...filter, before: cursorOf(before) });
    return c.json(listAnswer(page, rentalAnswer));
  });
  api.get("/rentals/:id", async (c) => c.json(rentalAnswer(await theOne(c, "rental", find))));
  api.post("/rentals/:id/end", async (c) => {
    const { reason } = await bodyOf(c, reasonBody);
    const acting = await actingOf(c, { trustedProxies, reason });
    return c.json(rentalAnswer(await theOne(c, "rental", (id) => acts.endRental(acting, id))));
  });
}
