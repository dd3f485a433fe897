import { type RawBuilder, sql } from "kysely";
import { isNumber } from "../../../lib/text/short_numbers.ts";
import { DATABASE } from "../../../lib/limits.ts";
import { isPostgres } from "../../dialects.ts";
import { type OrganizationView, TABLES } from "../../organization_view.ts";
import type { PersonTable, Tables } from "../../schema.ts";
import type { Page } from "../../statements/page.ts";
import { type PeopleFilter, peoplePage } from "../staff/visits.ts";

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
  const named = await idsByName(view[TABLES], q);
  if (named.length > DATABASE.sortMax) return await peoplePage(view, { ...filter, prefix: q });
  const ids = [...numbered, ...named];
  if (ids.length === 0) return { items: [], next: undefined, count: { rows: 0, isAll: true } };
  return await peoplePage(view, { ...filter, ids });
}

async function idsByNumber(db: Tables, number: string): Promise<string[]> {
  if (!isNumber(number)) return [];
  const rows = await db.selectFrom("people").select("id").where("number", "=", number).execute();
  return rows.map(({ id }) => id);
}

/** The ids of those whose name begins with the text; of more than can be sorted, one more than those. */
async function idsByName(db: Tables, text: string): Promise<string[]> {
  // As the index has it: in the order of code points.
  const lower = (value: RawBuilder<unknown>) =>
    isPostgres(db) ? sql`(lower(${value}) collate "C")` : sql`lower(${value})`;
  const name = lower(sql.ref("name"));
  const rows = await db.selectFrom("people").select("id").where(
    sql<boolean>`${name} >= ${lower(sql`${text}`)}`,
  )
    .where(sql<boolean>`${name} < ${lower(sql`${text}`)} || ${"\u{10FFFF}"}`).limit(DATABASE.sortMax + 1)
    .execute();
  return rows.map(({ id }) => id);
}
