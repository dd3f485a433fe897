import type { Tables } from "../../schema.ts";
import { padToPowerOfTwo } from "../../statements/compiled.ts";
import { isAlone } from "./visits.ts";

/** The name of a person, and an organization that sees it. */
export interface SeenName {
  readonly id: string;
  readonly name: string;
  /** `null`: the only one that there is. */
  readonly organization: string | null;
}

/**
 * The names of these people, once for each organization at whose cabinets they have been; of one organization alone they
 * are all its people.
 *
 * @param options.organization the only one that is asked for @default {undefined} all
 */
export async function namesSeen(
  db: Tables,
  people: readonly string[],
  { organization }: { organization?: string } = {},
): Promise<SeenName[]> {
  const named = db.selectFrom("people").select(["people.id", "name"]).where(
    "people.id",
    "in",
    padToPowerOfTwo(people),
  );
  if (await isAlone(db)) return (await named.execute()).map((row) => ({ ...row, organization: null }));
  const seen = named.innerJoin("visits", "visits.person", "people.id").select("organization");
  return await (organization === undefined ? seen : seen.where("organization", "=", organization)).execute();
}
