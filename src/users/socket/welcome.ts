import type { CabinetView } from "../../cabinet/types.ts";
import type { Cabinet, Person } from "../../locker/mod.ts";
import type { UsersContext } from "../context.ts";
import type { RentalsMax, ToPage } from "../../protocol/messages.ts";

/** The person who is welcomed, and the cabinet as it is described and as people see it. */
interface Welcomed {
  readonly person: Person;
  readonly cabinet: Cabinet;
  readonly view: CabinetView;
}

/** All that a page needs to show: the cabinet, and what the person has, may take up again and may open in it. */
export async function welcomeOf(
  { person: { id, name, number, isGuest }, cabinet, view }: Welcomed,
  { rentals, permits, wallClock }: Pick<UsersContext, "rentals" | "permits" | "wallClock">,
): Promise<Extract<ToPage, { type: "welcome" }>> {
  const [theirs, ended, permitted] = await Promise.all([
    rentals.of(cabinet.id, id),
    cabinet.mode === "storage" ? rentals.inGrace(cabinet, id) : [],
    cabinet.mode === "assigned" ? permits.of(cabinet.id, id) : undefined,
  ]);
  const most = cabinet.mode === "storage" ? { rentalsMax: rentalsMaxOf(cabinet, isGuest) } : {};
  const may = permitted === undefined ? {} : { permits: permitted };
  const you = { id, name, ...number !== undefined && { number }, ...isGuest && { guest: true as const } };
  return {
    type: "welcome",
    time: wallClock(),
    you,
    cabinet: view,
    rentals: [...theirs, ...ended],
    ...most,
    ...may,
  };
}

/** As `mayHaveMore` counts. */
function rentalsMaxOf(
  { rules: { rentalsPerPerson: held, rentalsPerGuest: all } }: Cabinet,
  isGuest: boolean,
): RentalsMax {
  return { ...held !== null && { held }, ...isGuest && all !== null && { all } };
}
