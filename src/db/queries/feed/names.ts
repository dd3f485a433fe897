import type { Tables } from "../../schema.ts";
import { padToPowerOfTwo } from "../../statements/compiled.ts";
import { isAlone } from "../staff/visits.ts";
import type { OwnedEvent } from "./feed.ts";

/**
 * The names of the people of these events, each as the event's organization sees it, in two queries; `null`: the event is
 * about no person, or the organization knows no name.
 */
export async function namesOfEvents(
  db: Tables,
  events: readonly Pick<OwnedEvent, "organization" | "person">[],
): Promise<(event: Pick<OwnedEvent, "organization" | "person">) => string | null> {
  const people = new Set(events.flatMap(({ person }) => person ?? []));
  if (people.size === 0) return () => null;
  const names = new Map((await namesSeen(db, [...people])).map((seen) => [keyOf(seen), seen.name]));
  return (event) => names.get(keyOf(event)) || names.get(keyOf({ ...event, organization: null })) || null;
}

/** Names, and which organization sees them; `null`: the only one that there is. */
async function namesSeen(
  db: Tables,
  people: readonly string[],
): Promise<{ person: string; organization: string | null; name: string }[]> {
  const named = db.selectFrom("people").select(["people.id as person", "name"]).where(
    "people.id",
    "in",
    padToPowerOfTwo(people),
  );
  if (await isAlone(db)) return (await named.execute()).map((row) => ({ ...row, organization: null }));
  return await named.innerJoin("visits", "visits.person", "people.id").select("organization").execute();
}

function keyOf({ organization, person }: { organization: string | null; person: string | null }): string {
  return `${organization} ${person}`;
}
