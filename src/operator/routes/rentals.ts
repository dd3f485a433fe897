import type { RentalTable } from "../../db/mod.ts";
import { namesOf, withNames } from "../../db/queries/lists/names.ts";
import { rentalStory } from "../../db/queries/history/story.ts";
import { rentalsPage, rentalWithin } from "../../db/queries/rentals.ts";
import type { Extension, ExtensionRefusal } from "../../locker/mod.ts";
import type { OperatorContext } from "../context.ts";
import { namedRentalAnswer, rentalAnswer, rentalRoutes } from "../contract/rentals.ts";
import { historyRoutes, storyAnswer } from "../contract/history.ts";
import { listed } from "../lists.ts";
import type { Mount } from "../mount.ts";
import { Problem } from "../problem.ts";
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
  mount(rentalRoutes.extend, async ({ path: { id }, body, actor, caller }) => {
    const done = await acts.extend(actor, await find(caller, id), extensionOf(body));
    if (typeof done === "string") throw notExtended(done);
    return rentalAnswer(done);
  });
  mount(historyRoutes.story, async ({ path: { id }, caller }) => {
    const story = await db.view(caller, async (view) => {
      return await rentalStory(view, found(await rentalWithin(view, id), "rental", id));
    });
    return storyAnswer(story, caller);
  });
}

function extensionOf(
  { until, byMinutes = 0 }: { until?: number | undefined; byMinutes?: number | undefined },
): Extension {
  return until === undefined ? { byMs: byMinutes * 60_000 } : { until };
}

const NOT_EXTENDED: Readonly<Record<ExtensionRefusal, readonly [status: 409 | 422, detail: string]>> = {
  over: [409, "This rental has ended, or is being given back"],
  endless: [409, "This rental never has to be over, so there is no time to add to"],
  past: [422, "until: this time is past"],
  shorter: [422, "until: the rental lasts longer than that already; to end it, use /end"],
  far: [422, "until, byMinutes: later than ten years from now"],
};

function notExtended(refusal: ExtensionRefusal): Problem {
  const [status, detail] = NOT_EXTENDED[refusal];
  return new Problem(status, detail, { code: `extend-${refusal}` });
}
