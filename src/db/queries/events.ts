/**
 * Queries about events: lists of them in the order in which they were written.
 *
 * @module
 */
import { type SelectQueryBuilder, sql } from "kysely";
import { settledUpTo } from "../event_order.ts";
import type { EventTable, Schema, Tables } from "../schema.ts";
import { type Cursor, type Page, type PageOf, readPart } from "../statements/page.ts";

/** Which events. */
export interface EventFilter {
  readonly cabinet?: string | undefined;
  readonly kind?: string | undefined;
  readonly limit: number;
}

/** The columns of a row, without the type that says how one is inserted. */
type Query = SelectQueryBuilder<Schema, "events", EventTable>;

/** A page of events, newest first: all that are committed. */
export async function eventsPage(
  db: Tables,
  filter: EventFilter & { readonly before?: Cursor | undefined },
): Promise<Page<EventTable>> {
  const { before, limit } = filter;
  const from = before && [await numberBehind(db, before)];
  const { query, keep } = narrowed(db, filter);
  const { items, last } = await readPart(query, { order: ["seq"], from, limit, keep });
  return { items, next: last && cursorOf(last) };
}

/** Events, and the number of the last one that was looked at. */
export interface EventsAfter {
  readonly items: EventTable[];
  /** Where to go on from; `undefined`: there is nothing at all. */
  readonly next: number | undefined;
}

/**
 * Events that were written after the one with that number, oldest first. Whoever goes on from `next` misses none: one that
 * may still be committed under a smaller number is waited for.
 *
 * @param filter.after the number, or the end of a page of {@linkcode eventsPage} @default from the oldest on
 */
export async function eventsAfter(
  db: Tables,
  filter: EventFilter & { readonly after?: number | Cursor | undefined },
): Promise<EventsAfter> {
  const { limit } = filter;
  const after = typeof filter.after === "object" ? await numberOf(db, filter.after.id) : filter.after;
  const upTo = await settledUpTo(db);
  if (upTo === undefined) return { items: [], next: after };
  const from = after === undefined ? undefined : [after];
  const { query, keep } = narrowed(db, filter);
  const page = { order: ["seq"], direction: "oldest first", from, limit, keep } as const;
  const { items, last = items.at(-1) } = await readPart(query.where("seq", "<=", upTo), page);
  return { items, next: last?.seq ?? after };
}

function narrowed(
  db: Tables,
  { cabinet, kind }: EventFilter,
): { query: Query; keep: PageOf<EventTable>["keep"] } {
  const all = db.selectFrom("events").selectAll().where("seq", "is not", null) as Query;
  if (cabinet === undefined) {
    return { query: kind === undefined ? all : all.where("kind", "=", kind), keep: undefined };
  }
  const keep = kind === undefined ? undefined : (row: EventTable) => row.kind === kind;
  return { query: all.where("cabinet", "=", cabinet), keep };
}

/** The number of the event; where it was removed since, one above that of the last one that is older by time. */
async function numberBehind(db: Tables, { at, id }: Cursor): Promise<number> {
  const number = await numberOf(db, id);
  if (number !== undefined) return number;
  const older = await db.selectFrom("events").select("seq").where(sql<boolean>`(at, id) < (${at}, ${id})`)
    .orderBy("at", "desc").orderBy("id", "desc").limit(1).executeTakeFirst();
  return older ? older.seq + 1 : Number.MIN_SAFE_INTEGER;
}

async function numberOf(db: Tables, id: string): Promise<number | undefined> {
  return (await db.selectFrom("events").select("seq").where("id", "=", id).executeTakeFirst())?.seq;
}

function cursorOf({ at, id }: EventTable): Cursor {
  return { at, id };
}
