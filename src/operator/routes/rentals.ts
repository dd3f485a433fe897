import type { RentalTable } from "../../db/mod.ts";
import { namesOf, withNames } from "../../db/queries/lists/names.ts";
import { rentalsPage, rentalWithin } from "../../db/queries/rentals.ts";
import type { OperatorContext } from "../context.ts";
import { namedRentalAnswer, rentalAnswer, rentalRoutes } from "../contract/rentals.ts";
import { listed } from "../lists.ts";
import type { Mount } from "../mount.ts";
import { found } from "../requests.ts";
import type { Caller } from "../../staff/mod.ts";

/** Who has which cell, and ending that. */
export function rentalHandlers(mount: Mount, { db, acts }: OperatorContext): void {
  const find = async (caller: Caller, id: string) =>
    found(await db.view(caller, (view) => rentalWithin(view, id)), "rental", id);

  const whoOf = ({ person, picker }: RentalTable) => [person, picker];

  mount(rentalRoutes.list, ({ query, caller }) => {
    return listed(query, {
      list: "rentals",
      read: (filter) =>
        db.view(caller, async (view) => await withNames(view, await rentalsPage(view, filter), whoOf)),
      answer: namedRentalAnswer,
    });
  });
  mount(rentalRoutes.get, async ({ path: { id }, caller }) => {
    const row = await find(caller, id);
    const nameOf = await db.view(caller, (view) => namesOf(view, whoOf(row)));
    return namedRentalAnswer({ row, nameOf });
  });
  mount(rentalRoutes.end, async ({ path: { id }, actor, caller }) => {
    await find(caller, id);
    return rentalAnswer(found(await acts.endRental(actor, id), "rental", id));
  });
}
