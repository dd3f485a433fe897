/**
 * Queries about cabinets that have no connection: those that went away, and those that never came.
 *
 * @module
 */
import { sql } from "kysely";
import type { Tables } from "../schema.ts";
import { endAlarms } from "./records.ts";

/**
 * The alarms about a cabinet that has no connection, of which it has one at most: `offline` where it had one,
 * `never-connected` where it had none since it was described, or since another device was described in it.
 */
export type Absence = "offline" | "never-connected";

/** Which cabinets lack a connection in that way, in the words of the partial indexes, and since when they do. */
const ABSENCES = {
  offline: {
    isAbsent: sql<boolean>`offline_since is not null and awaited_since is null`,
    since: sql<number>`offline_since`,
  },
  "never-connected": {
    isAbsent: sql<boolean>`(awaited_since is not null or last_seen_at is null)`,
    since: sql<number>`coalesce(awaited_since, created_at)`,
  },
} as const;

/** Nothing can connect as a cabinet without a registration, but for smart controllers, which have a secret instead. */
function canConnect(controllers: string) {
  return sql<boolean>`(registration is not null or board = ${controllers})`;
}

/**
 * Cabinets that have had no connection for longer than they may, and of which no alarm says so.
 *
 * @param options.started when this program began: nobody was there before to hear them
 * @param options.controllers the board of cabinets with a smart controller
 */
export async function absentTooLong(
  db: Tables,
  kind: Absence,
  { now, started, limit, controllers }: { now: number; started: number; limit: number; controllers: string },
): Promise<string[]> {
  const { isAbsent, since } = ABSENCES[kind];
  const rows = await db.selectFrom("cabinets").select("cabinets.id")
    .where(isAbsent).where(canConnect(controllers))
    .where(sql<boolean>`${since} + offline_ms <= ${now}`).where("offline_ms", "<=", now - started)
    .where(({ not, exists, selectFrom }) =>
      not(exists(
        selectFrom("alarms").select("alarms.id").whereRef("alarms.cabinet", "=", "cabinets.id")
          .where("alarms.cell", "=", 0).where("alarms.kind", "=", kind)
          .where("alarms.ended_at", "is", null),
      ))
    ).limit(limit).execute();
  return rows.map(({ id }) => id);
}

/** Whether the cabinet is absent in that way; nobody else changes that until the transaction is over. */
export async function lockAbsent(
  trx: Tables,
  kind: Absence,
  { cabinet, controllers }: { cabinet: string; controllers: string },
): Promise<boolean> {
  const row = await trx.selectFrom("cabinets").select("id").where("id", "=", cabinet)
    .where(ABSENCES[kind].isAbsent).where(canConnect(controllers)).forUpdate().executeTakeFirst();
  return row !== undefined;
}

/** Cabinets that count as online since before that time, in the order of their ids, behind the id `after`. */
export async function onlineSince(
  db: Tables,
  { before, after, limit }: { before: number; after: string; limit: number },
): Promise<string[]> {
  const rows = await db.selectFrom("cabinets").select("id").where("offline_since", "is", null)
    .where("last_seen_at", "<", before).where("id", ">", after).orderBy("id").limit(limit).execute();
  return rows.map(({ id }) => id);
}

/** Notes that the cabinet is away, unless it was heard of since `before`. */
export async function setAway(
  trx: Tables,
  cabinet: string,
  { since, before }: { since: number; before: number },
): Promise<void> {
  await trx.updateTable("cabinets").set({ offline_since: since }).where("id", "=", cabinet)
    .where("offline_since", "is", null).where("last_seen_at", "<", before).execute();
}

/** Notes that the cabinet is not away. */
export async function setBack(trx: Tables, cabinet: string): Promise<void> {
  await trx.updateTable("cabinets").set({ offline_since: null, awaited_since: null })
    .where("id", "=", cabinet).execute();
}

/** Notes that another device is awaited than before, so that what is raised about the one before is over. */
export async function awaitDevice(trx: Tables, cabinet: string, now: number): Promise<void> {
  await trx.updateTable("cabinets").set({ awaited_since: now }).where("id", "=", cabinet).execute();
  await endAlarms(trx, { kinds: Object.keys(ABSENCES) as Absence[], cabinet, cell: 0, now });
}
