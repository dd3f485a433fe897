/**
 * The list of cabinets: filtered, sorted, in pages. Which ones a page has is found by narrow indexes alone; then the rows
 * of these few are read.
 *
 * A filter that fits few cabinets is looked up first, and these few are sorted. Where each filter fits many, the list is read
 * in its order and each cabinet is tested, `DATABASE.scanMax` for one page at most.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { type RawBuilder, sql } from "kysely";
import type { AlarmKind } from "../../../cabinet/kinds.ts";
import { DATABASE } from "../../../lib/limits.ts";
import { isPostgres } from "../../dialects.ts";
import { isOwned, type OrganizationView, TABLES } from "../../organization_view.ts";
import { equalsUnindexed, FOR_EACH, tested } from "../../statements/conditions.ts";
import { type Count, countOf, type ListPosition, readPart } from "../../statements/page.ts";
import { type CabinetRow, cabinetsById } from "../cabinets.ts";
import { cabinetsWithWords, hasWords } from "./cabinet_search.ts";

/** Which cabinets are listed. */
export interface CabinetFilter {
  /** Words that are in the id, the name, the address or the contact, in upper or lower case. */
  readonly words?: string | undefined;
  /** Cabinets that have all of these tags. @default {[]} */
  readonly tags?: readonly string[];
  readonly online?: boolean | undefined;
  /** Cabinets with an alarm that has not ended, without one, or with one of that kind. */
  readonly alarm?: AlarmKind | boolean | undefined;
  readonly board?: string | undefined;
}

/** What cabinets are sorted by, and then by id. `change`: since when they are online, or offline. */
export const CABINET_ORDERS = { id: ["id"], name: ["name", "id"], change: ["online_at", "id"] } as const;

/** Which page is read. */
export interface CabinetPage {
  readonly order: keyof typeof CABINET_ORDERS;
  /** @default {false} */
  readonly isDescending?: boolean;
  /** Behind that position. */
  readonly from?: ListPosition | undefined;
  readonly limit: number;
  /** Whether the cabinets have their cells. */
  readonly includesCells: boolean;
  /** How many cabinets are few, so that they are looked up first. @default {DATABASE.narrowMax} */
  readonly narrowMax?: number;
}

/** What is read of a cabinet to find its place. */
interface PlaceRow {
  readonly id: string;
  /** The column that the list is sorted by. */
  readonly name: string;
  readonly online_at: number;
}

/** A filter by something that is not a column of a cabinet. */
interface Condition {
  readonly fits: RawBuilder<boolean>;
  /**
   * The cabinets that fit, up to `limit`; `undefined`: so many have to be looked at that they cannot be listed.
   *
   * @default {undefined} they are most of all
   */
  readonly ids?: (limit: number) => Promise<readonly string[] | undefined>;
}

/** A page of the view's cabinets; the first one is counted. */
export async function cabinetsPage(
  view: OrganizationView,
  filter: CabinetFilter,
  page: CabinetPage,
): Promise<{ items: CabinetRow[]; next: ListPosition | undefined; count: Count | undefined }> {
  // Postgres takes no empty list.
  if (view.tags?.length === 0) return { items: [], next: undefined, count: { rows: 0, isAll: true } };
  const places = await placesQuery(view, filter, page);
  const { ids, next } = await readIds(places, page);
  const counted = async () => {
    if (!next) return { rows: ids.length, isAll: true };
    if (places.rows !== undefined) return { rows: places.rows, isAll: true };
    if (places.fits) return await countTested(view, places.query, places.fits);
    return await countOf(view[TABLES], places.query, { max: DATABASE.countCabinetsMax });
  };
  const count = page.from ? undefined : await counted();
  const rows = await cabinetsById(view[TABLES], ids, page);
  return { items: ids.flatMap((id) => rows.get(id) ?? []), next, count };
}

/** The ids of up to `limit` of the view's cabinets that fit, in their order. */
export async function cabinetIds(
  view: OrganizationView,
  filter: CabinetFilter,
  { limit }: { limit: number },
): Promise<string[]> {
  if (view.tags?.length === 0) return [];
  const places = await placesQuery(view, filter, {});
  const found: string[] = [];
  let from: ListPosition | undefined;
  do {
    const { ids, next } = await readIds(places, { order: "id", from, limit: limit - found.length });
    found.push(...ids);
    from = next;
    // Reads of SQLite leave no other work its turn.
    await setImmediate();
  } while (from && found.length < limit);
  return found;
}

/**
 * The places of the cabinets that fit; with `fits` of all there are, so that each has to be tested. `rows`: so many, if that is
 * known.
 */
async function placesQuery(
  view: OrganizationView,
  filter: CabinetFilter,
  { narrowMax = DATABASE.narrowMax }: Pick<CabinetPage, "narrowMax">,
) {
  const conditions = conditionsOf(view, filter);
  const few = await firstFew([...conditions, ...byColumns(view, filter)], narrowMax);
  if (few) {
    const isAll = few.others.length === 0 && filter.online === undefined && filter.board === undefined;
    return { query: amongFew(view, filter, few), rows: isAll ? few.ids.length : undefined };
  }
  const fits = conditions.length === 0 ? undefined : tested(conditions.map(({ fits }) => fits));
  return { query: placesOf(view, filter), fits };
}

async function readIds(
  { query, fits }: Awaited<ReturnType<typeof placesQuery>>,
  page: Pick<CabinetPage, "order" | "isDescending" | "from" | "limit">,
): Promise<{ ids: string[]; next: ListPosition | undefined }> {
  const order = CABINET_ORDERS[page.order];
  const { items, last } = await readPart(query.select(order).$castTo<PlaceRow>(), {
    order,
    from: page.from,
    direction: page.isDescending ? "newest first" : "oldest first",
    limit: page.limit,
    fits,
  });
  return { ids: items.map(({ id }) => id), next: last && order.map((column) => last[column]) };
}

function conditionsOf(view: OrganizationView, { words, tags = [], alarm }: CabinetFilter): Condition[] {
  const { cabinets, tags: scope } = view;
  return [
    ...scope && cabinets ? [{ fits: hasTag(scope), ids: firstOf(cabinets) }] : [],
    ...tags.map((tag) => ({ fits: hasTag([tag]), ids: (limit: number) => tagged(view, { tag, limit }) })),
    ...alarm === undefined ? [] : [ofAlarm(view, alarm)],
    ...words === undefined
      ? []
      : [{ fits: hasWords(words), ids: (limit: number) => cabinetsWithWords(view, { words, limit }) }],
  ];
}

/** Few cabinets, and the conditions that they are still to be tested for. */
interface Few {
  readonly ids: readonly string[];
  readonly others: readonly Condition[];
}

/** The cabinets that fit the first condition which few fit. */
async function firstFew(conditions: readonly Condition[], max: number): Promise<Few | undefined> {
  for (const condition of conditions) {
    const ids = await condition.ids?.(max + 1);
    if (ids && ids.length <= max) return { ids, others: conditions.filter((other) => other !== condition) };
  }
  return undefined;
}

function amongFew(view: OrganizationView, filter: CabinetFilter, few: Few) {
  const json = JSON.stringify(few.ids);
  const ids = isPostgres(view[TABLES])
    ? sql`select jsonb_array_elements_text(${json}::jsonb)`
    : sql`select value from json_each(${json})`;
  let query = placesOf(view, filter, { byOrganizationIndex: false }).where(sql<boolean>`id in (${ids})`);
  for (const { fits } of few.others) query = query.where(fits);
  return query;
}

/** The filters that {@linkcode placesOf} has, to look up what few cabinets fit. */
function byColumns(view: OrganizationView, { board }: CabinetFilter): Condition[] {
  if (board === undefined) return [];
  const ids = async (limit: number) => {
    const rows = await view[TABLES].selectFrom("cabinets").select("id").where(isOwned(view))
      .where("board", "=", board).limit(limit).execute();
    return rows.map(({ id }) => id);
  };
  return [{ fits: sql`1 = 1`, ids }];
}

function placesOf(
  view: OrganizationView,
  { online, board }: CabinetFilter,
  { byOrganizationIndex = true }: { byOrganizationIndex?: boolean } = {},
) {
  let query = view[TABLES].selectFrom("cabinets").select("id").where(isOwned(view, { byOrganizationIndex }));
  if (online !== undefined) query = query.where("online", "=", Number(online));
  if (board !== undefined) query = query.where(equalsUnindexed("board", board));
  return query;
}

/** Counts those that fit, of so many as one page tests at most. */
async function countTested(
  view: OrganizationView,
  query: ReturnType<typeof placesOf>,
  fits: RawBuilder<boolean>,
): Promise<Count> {
  const max = DATABASE.scanMax;
  const each = query.select(sql<number>`case when ${fits} then 1 else 0 end`.as("fits"));
  const { rows: [row] } = await sql<{ tested: number; fit: number | null }>`
    select count(*) as tested, sum(fits) as fit from (${each.limit(max)}) as tested`.execute(view[TABLES]);
  return { rows: Number(row?.fit ?? 0), isAll: Number(row?.tested ?? 0) < max };
}

function hasTag(tags: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`exists (select 1 from cabinet_tags
    where cabinet_tags.cabinet = cabinets.id and cabinet_tags.tag in (${sql.join(tags)}) ${FOR_EACH})`;
}

/** Up to `limit` of the organization's cabinets that have the tag. */
async function tagged(
  { [TABLES]: db, organization }: OrganizationView,
  { tag, limit }: { tag: string; limit: number },
): Promise<string[]> {
  const rows = await db.selectFrom("cabinet_tags").select("cabinet")
    .where("organization", "=", organization).where("tag", "=", tag).limit(limit).execute();
  return rows.map(({ cabinet }) => cabinet);
}

function ofAlarm(view: OrganizationView, alarm: AlarmKind | boolean): Condition {
  const ofKind = typeof alarm === "string" ? sql`and alarms.kind = ${alarm}` : sql``;
  const active = sql`alarms.ended_at is null and alarms.cabinet <> '' ${ofKind}`;
  const exists = sql<boolean>`exists (
    select 1 from alarms where alarms.cabinet = cabinets.id and ${active} ${FOR_EACH})`;
  if (alarm === false) return { fits: sql<boolean>`not ${exists}` };
  const ids = async (limit: number) => {
    const { rows } = await sql<{ cabinet: string }>`select distinct cabinet from alarms
      where ${equalsUnindexed("organization", view.organization)} and ${active} limit ${limit}`.execute(
      view[TABLES],
    );
    return rows.map(({ cabinet }) => cabinet);
  };
  return { fits: exists, ids };
}

/** Up to `limit` of the ids. */
function firstOf(ids: ReadonlySet<string>): (limit: number) => Promise<string[]> {
  return (limit) => Promise.resolve([...ids.values().take(limit)]);
}
