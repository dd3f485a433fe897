import { type SelectQueryBuilder, sql } from "kysely";
import { committedUpTo } from "../event_order.ts";
import type { EventTable, Schema, Tables } from "../schema.ts";
import { type Cursor, type ListQuery, type Page, readPart } from "../statements/page.ts";
import type { EventKind } from "../../cabinet/kinds.ts";

/** Which events are read. */
export interface EventFilter {
  readonly cabinet?: string | undefined;
  readonly kind?: EventKind | undefined;
  readonly limit: number;
}

/** A query of whole rows; `seq` is a plain number when it is read. */
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

/**
 * Events that were written after the one with that number, oldest first. A reader that goes on from `next` misses none:
 * events that may still be committed under a smaller number are waited for.
 *
 * @param filter.after the number, or the end of a page of {@linkcode eventsPage} @default from the oldest on
 * @returns `next` is the `after` of the next call; `undefined`: there are no events yet
 */
export async function eventsAfter(
  db: Tables,
  filter: EventFilter & { readonly after?: number | Cursor | undefined },
): Promise<{ items: EventTable[]; next: number | undefined }> {
  const { limit } = filter;
  const after = typeof filter.after === "object" ? await numberOf(db, filter.after.id) : filter.after;
  const upTo = await committedUpTo(db);
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
): { query: Query; keep: ListQuery<EventTable>["keep"] } {
  const all = db.selectFrom("events").selectAll().where("seq", "is not", null) as Query;
  if (cabinet === undefined) {
    return { query: kind === undefined ? all : all.where("kind", "=", kind), keep: undefined };
  }
  const keep = kind === undefined ? undefined : (row: EventTable) => row.kind === kind;
  return { query: all.where("cabinet", "=", cabinet), keep };
}

/** The number of the cursor's event; if it was removed, the one after the newest event that is older by time. */
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
