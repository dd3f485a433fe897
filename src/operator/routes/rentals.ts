import { rentalById, rentalsPage } from "../../db/queries/rentals.ts";
import type { OperatorContext } from "../context.ts";
import { rentalAnswer, rentalRoutes } from "../contract/rentals.ts";
import { listed } from "../lists.ts";
import type { Mount } from "../mount.ts";
import { found } from "../requests.ts";

/** Who has which cell, and ending that. */
export function rentalHandlers(mount: Mount, { db, acts }: OperatorContext): void {
  mount(rentalRoutes.list, ({ query }) => {
    return listed(query, (filter) => rentalsPage(db.tables, filter), rentalAnswer);
  });
  mount(rentalRoutes.get, async ({ path: { id } }) => {
    const row = await rentalById(db.tables, id);
    // One that is just opening does not count yet.
    return rentalAnswer(found(row?.state === "opening" ? undefined : row, "rental", id));
  });
  mount(rentalRoutes.end, async ({ path: { id }, actor }) => {
    return rentalAnswer(found(await acts.endRental(actor, id), "rental", id));
  });
}
