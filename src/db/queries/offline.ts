import { sql } from "kysely";
import type { CabinetTable, Tables } from "../schema.ts";
import { endAlarms } from "./alarms/alarms.ts";
import type { AlarmKind } from "../../cabinet/kinds.ts";

/**
 * The alarms about a cabinet without a connection, of which it has one at most: `offline` if it had one,
 * `never-connected` if it had none since it was created, or since its description names another device.
 */
export type OfflineAlarmKind = Extract<AlarmKind, "offline" | "never-connected">;

/** Which cabinets each alarm is about, as the partial indexes have the condition, and since when. */
const CONDITIONS = {
  offline: {
    isOffline: sql<boolean>`offline_since is not null and awaited_since is null`,
    since: sql<number>`offline_since`,
  },
  "never-connected": {
    isOffline: sql<boolean>`(awaited_since is not null or last_seen_at is null)`,
    since: sql<number>`coalesce(awaited_since, created_at)`,
  },
} as const;

/** No device can connect as a cabinet without a registration, except smart controllers, which have a secret instead. */
function canConnect(controllers: string) {
  return sql<boolean>`(registration is not null or part is not null or board = ${controllers})`;
}

/**
 * Cabinets that have had no connection for longer than they may, and have no such alarm yet.
 *
 * @param options.started when this program started: before, no cabinet could connect to it
 * @param options.controllers the board family of cabinets with a smart controller
 */
export async function offlineTooLong(
  db: Tables,
  kind: OfflineAlarmKind,
  { now, started, limit, controllers }: { now: number; started: number; limit: number; controllers: string },
): Promise<string[]> {
  const { isOffline, since } = CONDITIONS[kind];
  const rows = await db.selectFrom("cabinets").select("cabinets.id")
    .where(isOffline).where(canConnect(controllers))
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

/** Locks the cabinet until the transaction ends. @returns whether the alarm's condition holds for it */
export async function lockOffline(
  trx: Tables,
  kind: OfflineAlarmKind,
  { cabinet, controllers }: { cabinet: string; controllers: string },
): Promise<boolean> {
  const row = await trx.selectFrom("cabinets").select("id").where("id", "=", cabinet)
    .where(CONDITIONS[kind].isOffline).where(canConnect(controllers)).forUpdate().executeTakeFirst();
  return row !== undefined;
}

/** Up to `limit` cabinets that count as online since before that time, in the order of their ids, behind the id `after`. */
export async function onlineSince(
  db: Tables,
  { before, after, limit }: { before: number; after: string; limit: number },
): Promise<Pick<CabinetTable, "id" | "online">[]> {
  return await db.selectFrom("cabinets").select(["id", "online"])
    .where(sql<boolean>`(offline_since is null or online = 1)`)
    .where("last_seen_at", "<", before).where("id", ">", after).orderBy("id").limit(limit).execute();
}

/** Notes that the cabinet is offline, unless it was seen since `before`. */
export async function setOffline(
  trx: Tables,
  cabinet: string,
  { since, before }: { since: number; before: number },
): Promise<void> {
  await trx.updateTable("cabinets")
    .set({ offline_since: sql<number>`coalesce(offline_since, ${since})`, online: 0, online_at: since })
    .where("id", "=", cabinet).where(sql<boolean>`(offline_since is null or online = 1)`)
    .where("last_seen_at", "<", before).execute();
}

/**
 * Notes that the cabinet has a connection since then, of which no owner has told: it is one of the version before. What was
 * noted after the connection was asked for, at `askedAt`, stays: the connection may be over.
 */
export async function setConnected(
  trx: Tables,
  cabinet: string,
  { since, askedAt }: { since: number; askedAt: number },
): Promise<void> {
  await trx.updateTable("cabinets").set({ online: 1, online_at: since }).where("id", "=", cabinet)
    .where("online", "=", 0).where("online_at", "<=", askedAt).execute();
}

/** Notes that the cabinet is online. */
export async function setOnline(trx: Tables, cabinet: string): Promise<void> {
  await trx.updateTable("cabinets").set({ offline_since: null, awaited_since: null })
    .where("id", "=", cabinet).execute();
}

/** Notes that a different device is awaited, and ends the alarms about the one before. */
export async function awaitDevice(trx: Tables, cabinet: string, now: number): Promise<void> {
  await trx.updateTable("cabinets").set({ awaited_since: now }).where("id", "=", cabinet).execute();
  await endAlarms(trx, { kinds: Object.keys(CONDITIONS) as OfflineAlarmKind[], cabinet, cell: 0, now });
}
