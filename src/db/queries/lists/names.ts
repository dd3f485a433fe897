/**
 * The names of those whom the rows of a list are about.
 *
 * @module
 */
import { type OrganizationView, TABLES } from "../../organization_view.ts";
import { padToPowerOfTwo } from "../../statements/compiled.ts";
import type { Page } from "../../statements/page.ts";
import { namesSeen } from "../staff/visitor_names.ts";

/** A row, with the names of those whom it is about. */
export interface Named<Row> {
  readonly row: Row;
  /** The name of one of them; `null`: they have none, or the organization does not know them any more. */
  readonly nameOf: NameOf;
}

/**
 * Looks up a name.
 *
 * @param who a person's id, or who acted: `person:`, `account:` or `token:` and an id
 */
export type NameOf = (who: string | null) => string | null;

/** The page with the names of those whom its rows are about. @param whoOf whom a row is about */
export async function withNames<Row, P extends Pick<Page<Row>, "items">>(
  view: OrganizationView,
  page: P & Pick<Page<Row>, "items">,
  whoOf: (row: Row) => readonly (string | null)[],
): Promise<Omit<P, "items"> & { items: Named<Row>[] }> {
  const nameOf = await namesOf(view, page.items.flatMap(whoOf));
  return { ...page, items: page.items.map((row) => ({ row, nameOf })) };
}

/** The names of these. */
export async function namesOf(view: OrganizationView, whos: readonly (string | null)[]): Promise<NameOf> {
  const byKind = Map.groupBy(
    new Set(whos.filter((who) => who !== null).map(keyOf)),
    (key) => key.split(":")[0],
  );
  const names = new Map<string, string>();
  for (const [kind = "", keys] of byKind) {
    const found = await FOUND[kind]?.(view, keys.map((key) => key.slice(kind.length + 1))) ?? [];
    for (const { id, name } of found) if (name !== "") names.set(`${kind}:${id}`, name);
  }
  return (who) => who === null ? null : names.get(keyOf(who)) ?? null;
}

/** A person's bare id with what it is the id of, as others have it. */
function keyOf(who: string): string {
  return who.includes(":") ? who : `person:${who}`;
}

type Found = Promise<{ id: string; name: string }[]>;

/** Where names are, by what an id begins with. */
const FOUND: Readonly<
  Record<string, ((view: OrganizationView, ids: readonly string[]) => Found) | undefined>
> = {
  person: ({ [TABLES]: db, organization }, ids) => namesSeen(db, ids, { organization }),
  account: (view, ids) =>
    view[TABLES].selectFrom("accounts").select(["id", "name"]).where("id", "in", padToPowerOfTwo(ids))
      .execute(),
  token: ({ [TABLES]: db, organization }, ids) =>
    db.selectFrom("staff_tokens").select(["id", "name"]).where("id", "in", padToPowerOfTwo(ids))
      .where("organization", "=", organization).execute(),
};
