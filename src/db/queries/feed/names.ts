import type { Tables } from "../../schema.ts";
import { namesSeen } from "../staff/visitor_names.ts";
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
  const seen = await namesSeen(db, [...people]);
  const names = new Map(
    seen.map(({ id, organization, name }) => [keyOf({ organization, person: id }), name]),
  );
  return (event) => names.get(keyOf(event)) || names.get(keyOf({ ...event, organization: null })) || null;
}

function keyOf({ organization, person }: { organization: string | null; person: string | null }): string {
  return `${organization} ${person}`;
}
