import { type RawBuilder, type SelectQueryBuilder, sql } from "kysely";
import { isNumber } from "../../../lib/text/short_numbers.ts";
import { DATABASE } from "../../../lib/limits.ts";
import { isPostgres } from "../../dialects.ts";
import { type OrganizationView, TABLES } from "../../organization_view.ts";
import type { PersonTable, Schema, Tables } from "../../schema.ts";
import { FOR_EACH } from "../../statements/conditions.ts";
import type { Page } from "../../statements/page.ts";
import { isAlone, type PeopleFilter, peoplePage } from "../staff/visits.ts";

/**
 * A page of the people of the view whose name begins with the text, in upper or lower case, or whose short number it is,
 * with spaces or without; newest first. Where more people have such a name than are worth sorting, they are looked for
 * among the newest, as many for a page as for other filters that no index serves.
 */
export async function peopleFound(
  view: OrganizationView,
  { q, ...filter }: Omit<PeopleFilter, "ids" | "prefix"> & { readonly q: string },
): Promise<Page<PersonTable>> {
  const numbered = await idsByNumber(view[TABLES], q.replaceAll(" ", ""));
  const named = await idsByName(view, q);
  if (named === undefined) return await peoplePage(view, { ...filter, prefix: q });
  const ids = [...numbered, ...named];
  if (ids.length === 0) return { items: [], next: undefined, count: { rows: 0, isAll: true } };
  return await peoplePage(view, { ...filter, ids });
}

async function idsByNumber(db: Tables, number: string): Promise<string[]> {
  if (!isNumber(number)) return [];
  const rows = await db.selectFrom("people").select("id").where("number", "=", number).execute();
  return rows.map(({ id }) => id);
}

/**
 * The ids of those whom the organization sees and whose name begins so; `undefined`: more than can be sorted, or more of all
 * organizations than can be looked at.
 */
async function idsByName(
  { [TABLES]: db, organization }: OrganizationView,
  text: string,
): Promise<string[] | undefined> {
  const named = namedSo(db, text);
  const few = (ids: string[]) => ids.length > DATABASE.sortMax ? undefined : ids;
  if (await isAlone(db)) return few(await idsOf(named.limit(DATABASE.sortMax + 1)));
  const some = db.selectFrom(named.limit(DATABASE.namesMax).as("people")).select("id");
  const seen = await idsOf(some.where(isVisitorOf(organization)));
  const isAll = (await idsOf(named.limit(1).offset(DATABASE.namesMax))).length === 0;
  return isAll ? few(seen) : undefined;
}

/** The people whose name begins with the text, in the order of their names. */
function namedSo(db: Tables, text: string): SelectQueryBuilder<Schema, "people", { id: string }> {
  // As the index has it: in the order of code points.
  const lower = (value: RawBuilder<unknown>) =>
    isPostgres(db) ? sql`(lower(${value}) collate "C")` : sql`lower(${value})`;
  const name = lower(sql.ref("name"));
  return db.selectFrom("people").select("people.id")
    .where(sql<boolean>`${name} >= ${lower(sql`${text}`)}`)
    .where(sql<boolean>`${name} < ${lower(sql`${text}`)} || ${"\u{10FFFF}"}`).orderBy(name);
}

function isVisitorOf(organization: string): RawBuilder<boolean> {
  return sql`exists (select 1 from visits where visits.organization = ${organization}
    and visits.person = people.id ${FOR_EACH})`;
}

async function idsOf(people: { execute(): Promise<{ id: string }[]> }): Promise<string[]> {
  return (await people.execute()).map(({ id }) => id);
}
