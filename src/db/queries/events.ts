import { type SelectQueryBuilder, sql } from "kysely";
import { FIRST_ORGANIZATION } from "../../cabinet/roles.ts";
import { DATABASE, OPERATOR } from "../../lib/limits.ts";
import { isPostgres } from "../dialects.ts";
import { committedUpTo, highestEventNumber } from "../event_order.ts";
import { isOwned, type OrganizationView, TABLES, testedIn } from "../organization_view.ts";
import { matching } from "../statements/conditions.ts";
import type { EventTable, Schema, Tables } from "../schema.ts";
import {
  type Count,
  countOf,
  countOfFirst,
  type Cursor,
  type ListPosition,
  type ListQuery,
  type Page,
  readPage,
  readPart,
} from "../statements/page.ts";
import { isInRange, isLimited, type TimeRange } from "../statements/time_range.ts";
import type { EventKind } from "../../cabinet/kinds.ts";

/** Which events are read. */
export interface EventFilter {
  readonly cabinet?: string | undefined;
  readonly cell?: number | undefined;
  readonly kind?: EventKind | undefined;
  readonly person?: string | undefined;
  readonly limit: number;
}

/** The highest number that an event ever had; see {@linkcode highestEventNumber}. */
export async function lastEventNumber(view: OrganizationView): Promise<number> {
  return await highestEventNumber(view[TABLES]);
}

/** A query of whole rows; `seq` is a plain number when it is read. */
type Query = SelectQueryBuilder<Schema, "events", EventTable>;

/**
 * A page of events, newest first: all that are committed. They are ordered by their numbers; those of a range, which is
 * about when they happened, by time where an index has that order.
 */
export async function eventsPage(
  view: OrganizationView,
  filter: EventFilter & TimeRange & { readonly before?: Cursor | undefined },
): Promise<Page<EventTable>> {
  const { before, limit } = filter;
  if (isLimited(filter) && isReadByTime(view, filter)) return await pageByTime(view, filter);
  const { query, order, positionOf, ends, fits, scan } = byNumber(view, filter);
  const from = before ? positionOf(await numberBehind(view, before)) : ends.newest;
  const { items, last } = await readPart(query, { order, from, until: ends.oldest, limit, fits, scan });
  const page = { items, next: last && cursorOf(last) };
  const counted = { query: between(query, { order, ...ends }), fits, by: order };
  return { ...page, count: await countOfFirst(page, { before, count: countedBy(view, counted) }) };
}

/** The indexes over times know no organizations: so they are for the first one, which has most of the rows. */
function isReadByTime({ organization, ...view }: OrganizationView, filter: EventFilter): boolean {
  const [narrow = "kind"] = narrowing(view[TABLES], filter);
  return narrow === "kind" && organization === FIRST_ORGANIZATION;
}

async function pageByTime(
  view: OrganizationView,
  filter: EventFilter & TimeRange & { readonly before?: Cursor | undefined },
): Promise<Page<EventTable>> {
  const { before, limit, from, until, ...rest } = filter;
  const narrow = narrowed(view, { ...rest, limit, byOrganizationIndex: false });
  const { query, fits, scan } = narrow;
  const range = { from, until };
  const count = countedBy(view, { query: query.where(isInRange("at", range)), fits, by: ["at"] });
  return await readPage(query, { time: "at", before, range, limit, fits, scan, count });
}

function countedBy(
  view: OrganizationView,
  { query, fits, by }: Pick<ReturnType<typeof narrowed>, "query" | "fits"> & { by: readonly string[] },
): (() => Promise<Count>) | undefined {
  return fits ? undefined : () => countOf(view[TABLES], query.clearSelect().select("id"), { by });
}

/**
 * Events that were written after the one with that number, oldest first. A reader that goes on from `next` misses none:
 * events that may still be committed under a smaller number are waited for.
 *
 * @param filter.after the number, or the end of a page of {@linkcode eventsPage} @default from the oldest on
 * @returns `next` is the `after` of the next call; `undefined`: there are no events yet
 */
export async function eventsAfter(
  view: OrganizationView,
  filter: EventFilter & { readonly after?: number | Cursor | undefined },
): Promise<{ items: EventTable[]; next: number | undefined }> {
  const { limit } = filter;
  const db = view[TABLES];
  const after = typeof filter.after === "object" ? await numberBefore(view, filter.after) : filter.after;
  const upTo = await committedUpTo(db);
  if (upTo === undefined) return { items: [], next: after };
  const { query, order, positionOf, ends, fits, scan } = byNumber(view, filter);
  const from = after === undefined ? ends.oldest : positionOf(after);
  const page = { order, direction: "oldest first", from, until: ends.newest, limit, fits, scan } as const;
  const { items, last = items.at(-1) } = await readPart(query.where("seq", "<=", upTo), page);
  return { items, next: last?.seq ?? after };
}

/** A column with an index in the order of events' numbers. */
type Narrowing = "person" | "cabinet" | "kind";

/** Which of these columns are asked for, fewest rows first. SQLite has no index over people, which would cost each tap a page. */
function narrowing(db: Tables, filter: EventFilter): Narrowing[] {
  const columns: Narrowing[] = isPostgres(db) ? ["person", "cabinet", "kind"] : ["cabinet", "kind"];
  return columns.filter((column) => filter[column] !== undefined);
}

/** Events in the order of their numbers, by the index that begins with what they are narrowed by. */
interface ByNumber extends Pick<ReturnType<typeof narrowed>, "query" | "fits" | "scan"> {
  readonly order: readonly (keyof EventTable)[];
  readonly positionOf: (number: number) => ListPosition;
  /** Before the oldest and behind the newest, where the columns that the list is ordered by narrow it. */
  readonly ends: Partial<Record<"oldest" | "newest", ListPosition>>;
}

/**
 * Of an equal column Postgres knows that the list needs no order by it, and may go through all newer events by the index over
 * numbers. So there the list is ordered by both columns and has two ends.
 */
function byNumber(view: OrganizationView, filter: EventFilter & TimeRange): ByNumber {
  const db = view[TABLES];
  const [column] = narrowing(db, filter);
  if (column === undefined || !isPostgres(db)) {
    return { ...narrowed(view, filter), order: ["seq"], positionOf: (number) => [number], ends: {} };
  }
  const positionOf = (number: number) => [filter[column] ?? "", number];
  return {
    ...narrowed(view, { ...filter, isNarrowedByOrder: true }),
    order: [column, "seq"],
    positionOf,
    ends: { oldest: positionOf(Number.MIN_SAFE_INTEGER), newest: positionOf(Number.MAX_SAFE_INTEGER) },
  };
}

/** Narrows the query to what is between the ends. */
function between(
  query: Query,
  { order, oldest, newest }: Pick<ByNumber, "order"> & ByNumber["ends"],
): Query {
  if (!oldest || !newest) return query;
  const place = sql.join(order.map((column) => sql.ref(column)));
  return query.where(sql<boolean>`(${place}) > (${sql.join(oldest)})`)
    .where(sql<boolean>`(${place}) < (${sql.join(newest)})`);
}

function narrowed(
  view: OrganizationView,
  { byOrganizationIndex = true, isNarrowedByOrder = false, ...filter }: EventFilter & TimeRange & {
    /** Whether the index over organizations has the list's order. @default {true} */
    byOrganizationIndex?: boolean;
    /** Whether the ends of the list narrow it to the first column of its index. @default {false} */
    isNarrowedByOrder?: boolean;
  },
): { query: Query } & Pick<ListQuery<EventTable>, "fits" | "scan"> {
  const { cabinet, cell, kind, person } = filter;
  const [narrow] = narrowing(view[TABLES], filter);
  const isScanned = person !== undefined && narrow === undefined;
  const { owned, fits } = testedIn(view, "events", {
    conditions: [
      ...matching({ person, cabinet, cell, kind, ...narrow && { [narrow]: undefined } }),
      ...isLimited(filter) ? [isInRange("at", filter)] : [],
    ],
    byOrganizationIndex: byOrganizationIndex && narrow === undefined && !isScanned,
  });
  const query = view[TABLES].selectFrom("events").selectAll().where("seq", "is not", null)
    .where(owned) as Query;
  return {
    query: narrow === undefined
      ? query
      // The index over people has only rows with one, and a position does not say that there is one.
      : isNarrowedByOrder
      ? query.where(narrow, "is not", null)
      : query.where(narrow, "=", filter[narrow] ?? ""),
    fits,
    scan: isScanned ? DATABASE.scanIndex : undefined,
  };
}

/** The number of the cursor's event; if it was removed, the one after the newest event that is older by time. */
async function numberBehind(view: OrganizationView, cursor: Cursor): Promise<number> {
  const number = await numberOf(view, cursor.id);
  if (number !== undefined) return number;
  const [newest] = await numbersOlder(view, cursor, { limit: 1 });
  return newest === undefined ? Number.MIN_SAFE_INTEGER : newest + 1;
}

/**
 * The number of the cursor's event; if it was removed, the least of those that are a little older by time: what was told late
 * has a great number, and what is behind the cursor is rather repeated than missed. `undefined`: none is older.
 */
async function numberBefore(view: OrganizationView, cursor: Cursor): Promise<number | undefined> {
  const number = await numberOf(view, cursor.id);
  if (number !== undefined) return number;
  const older = await numbersOlder(view, cursor, { limit: OPERATOR.pageMax });
  return older.length === 0 ? undefined : Math.min(...older);
}

/** The numbers of events that are older by time than the cursor's was, newest first. */
async function numbersOlder(
  view: OrganizationView,
  { at, id }: Cursor,
  { limit }: { limit: number },
): Promise<number[]> {
  const rows = await view[TABLES].selectFrom("events").select("seq")
    .where(sql<boolean>`(at, id) < (${at}, ${id})`).where("seq", "is not", null)
    .orderBy("at", "desc").orderBy("id", "desc").limit(limit).execute();
  return rows.map(({ seq }) => seq);
}

/** The number of the organization's event; `undefined`: it has none of this id. */
async function numberOf(view: OrganizationView, id: string): Promise<number | undefined> {
  const event = view[TABLES].selectFrom("events").select("seq").where("id", "=", id)
    .where(isOwned(view, { byOrganizationIndex: false }));
  return (await event.executeTakeFirst())?.seq;
}

function cursorOf({ at, id }: EventTable): Cursor {
  return { at, id };
}
