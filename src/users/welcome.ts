import type { CabinetView, Permits, Person, Rentals } from "../locker/mod.ts";
import type { ToPage } from "./messages.ts";

/** All that a page needs to show: the cabinet, and what the person has and may open in it. */
export async function welcomeOf(
  { person: { id, name, isGuest }, cabinet }: { person: Person; cabinet: CabinetView },
  { rentals, permits, wallClock }: { rentals: Rentals; permits: Permits; wallClock: () => number },
): Promise<Extract<ToPage, { type: "welcome" }>> {
  const [theirs, permitted] = await Promise.all([
    rentals.of(cabinet.id, id),
    cabinet.mode === "assigned" ? permits.of(cabinet.id, id) : undefined,
  ]);
  const may = permitted === undefined ? {} : { permits: permitted };
  const you = { id, name, ...isGuest && { guest: true as const } };
  return { type: "welcome", time: wallClock(), you, cabinet, rentals: theirs, ...may };
}
