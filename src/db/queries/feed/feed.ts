import { delay } from "../../../lib/concurrency/delay.ts";
import { FEED } from "../../../lib/limits.ts";
import { committedUpTo, highestEventNumber } from "../../event_order.ts";
import { isOwned, type OrganizationView, TABLES } from "../../organization_view.ts";
import type { EventTable, Tables } from "../../schema.ts";
import { padToPowerOfTwo } from "../../statements/compiled.ts";

/** An event, and whose it is. */
export type OwnedEvent = EventTable & { readonly organization: string };

/** Events in their order. */
export interface EventsRead {
  readonly events: readonly OwnedEvent[];
  /** The number up to which all events were looked at. */
  readonly position: number;
}

/** To whom a cabinet belongs, and its tags. */
export interface CabinetTags {
  readonly organization: string;
  readonly tags: ReadonlySet<string>;
}

/** How often a reader begins anew to wait for events that are being written: longer than a statement may take. */
const WAITS_MAX = 20;

/**
 * The number up to which all events are committed now.
 *
 * @throws {Error} if a transaction takes too long
 */
export async function lastCommitted(db: Tables): Promise<number> {
  for (let waits = 0; waits < WAITS_MAX; waits++) {
    const last = await highestEventNumber(db);
    const upTo = await committedUpTo(db);
    if (upTo !== undefined) return Math.min(last, upTo);
  }
  throw new Error("Cannot find out which events are committed: a transaction takes too long");
}

/**
 * Up to `limit` events behind the number `after`, of all organizations: for the engine, which tells each reader only of
 * what is theirs. None is left out that may still be committed under a smaller number.
 */
export async function eventsBehind(
  db: Tables,
  { after, limit }: { after: number; limit: number },
): Promise<EventsRead> {
  const last = await highestEventNumber(db);
  const upTo = last > after ? await committedUpTo(db) : undefined;
  if (upTo === undefined) return { events: [], position: after };
  const events = await db.selectFrom("events").selectAll().where("seq", ">", after).where("seq", "<=", upTo)
    .orderBy("seq").limit(limit).execute();
  return { events, position: endOf(events, { limit, upTo: Math.min(last, upTo) }) };
}

/**
 * Up to `limit` of the organization's events behind the number `after`, up to and with `upTo`, which are all committed.
 *
 * @param part.cabinets only what is about these @default {[]} all of them
 */
export async function ownEventsBehind(
  view: OrganizationView,
  { after, upTo, cabinets, limit }: {
    after: number;
    upTo: number;
    cabinets: readonly string[];
    limit: number;
  },
): Promise<EventsRead> {
  const query = view[TABLES].selectFrom("events").selectAll().where("seq", ">", after)
    .where("seq", "<=", upTo).orderBy("seq").limit(limit);
  if (cabinets.length === 0) {
    const events = await query.where(isOwned(view)).execute();
    return { events, position: endOf(events, { limit, upTo }) };
  }
  // One after the other: each reads no more of its index than it needs.
  const found: OwnedEvent[] = [];
  for (const cabinet of cabinets) {
    const about = query.where("cabinet", "=", cabinet).where(isOwned(view, { byOrganizationIndex: false }));
    found.push(...await about.execute());
  }
  const events = found.toSorted((a, b) => a.seq - b.seq).slice(0, limit);
  return { events, position: endOf(events, { limit, upTo }) };
}

/**
 * Whose the cabinets are now, and their tags. A cabinet that was removed is not in it. Where they are many, other work of
 * the isolate has its turn meanwhile.
 */
export async function cabinetTagsOf(
  db: Tables,
  cabinets: readonly string[],
): Promise<ReadonlyMap<string, CabinetTags>> {
  const found = new Map<string, CabinetTags & { readonly tags: Set<string> }>();
  for (let from = 0; from < cabinets.length; from += FEED.cabinetsStepMax) {
    if (from > 0) await delay(FEED.batchGapMs);
    const step = padToPowerOfTwo(cabinets.slice(from, from + FEED.cabinetsStepMax));
    const rows = await db.selectFrom("cabinets").leftJoin("cabinet_tags", "cabinet", "id")
      .select(["id", "cabinets.organization", "tag"]).where("id", "in", step).execute();
    for (const { id, organization, tag } of rows) {
      const cabinet = found.get(id) ?? { organization, tags: new Set() };
      found.set(id, cabinet);
      if (tag !== null) cabinet.tags.add(tag);
    }
  }
  return found;
}

/** {@linkcode cabinetTagsOf}, within a view. */
export async function cabinetTagsWithin(
  view: OrganizationView,
  cabinets: readonly string[],
): Promise<ReadonlyMap<string, CabinetTags>> {
  return await cabinetTagsOf(view[TABLES], cabinets);
}

/**
 * Whether all events behind the number are still stored, and the number was given out at all.
 *
 * @param keptSince events that happened before that, in milliseconds since 1970, may have been removed
 */
export async function isReadable(
  db: Tables,
  { after, keptSince }: { after: number; keptSince: number },
): Promise<boolean> {
  const last = await highestEventNumber(db);
  if (after >= last) return after === last;
  const events = db.selectFrom("events").select(["seq", "at"]).limit(1);
  const before = await events.where("seq", "<=", after).orderBy("seq", "desc").executeTakeFirst();
  if (before && before.at > keptSince) return true;
  const next = await events.where("seq", ">", after).orderBy("seq").executeTakeFirst();
  return next?.seq === after + 1 && next.at > keptSince;
}

function endOf(events: readonly OwnedEvent[], { limit, upTo }: { limit: number; upTo: number }): number {
  const last = events.at(-1)?.seq;
  return events.length === limit && last !== undefined ? last : Math.max(upTo, last ?? upTo);
}
