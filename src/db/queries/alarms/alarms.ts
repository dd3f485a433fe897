/**
 * Alarms: raised once, and ended once. Both are events, too, written in the same transaction; that an alarm which is active
 * happens again is none.
 *
 * @module
 */
import { type RawBuilder, sql } from "kysely";
import type { AlarmKind } from "../../../cabinet/kinds.ts";
import { organizationOfRecord } from "../../organization_view.ts";
import type { AlarmTable, Tables } from "../../schema.ts";
import { type RowStatement, runWith } from "../../statements/compiled.ts";
import { tellOfAlarms } from "./alarm_events.ts";

/** The active alarms of these cabinets. */
export async function activeAlarmsOf(
  trx: Tables,
  cabinets: readonly string[],
): Promise<Pick<AlarmTable, "kind" | "cabinet" | "cell">[]> {
  return await runWith(trx, ACTIVE, cabinets.map((cabinet) => [cabinet]));
}

const ACTIVE: RowStatement = {
  name: "active alarms",
  columns: ["text"],
  build: (db, values) =>
    db.selectFrom("alarms").select(["kind", "cabinet", "cell"]).where(sql<boolean>`cabinet in (${values})`)
      .where("ended_at", "is", null).compile(),
};

/** An alarm to be raised; without `until` it ends when its condition does. */
export type NewAlarm =
  & Pick<AlarmTable, "kind" | "cabinet" | "cell" | "raised_at">
  & Partial<Pick<AlarmTable, "subject" | "until">>
  & { readonly count?: number };

/** Raises an alarm; `false` if the same one is active already. */
export async function raiseAlarm(trx: Tables, alarm: NewAlarm): Promise<boolean> {
  const raised = await trx.insertInto("alarms")
    .values({
      id: crypto.randomUUID(),
      organization: organizationOfRecord(alarm.cabinet),
      subject: "",
      until: null,
      ended_at: null,
      count: null,
      ...alarm,
    })
    .onConflict((on) => on.doNothing()).returning(["id", "raised_at as at"]).executeTakeFirst();
  if (raised) await tellOfAlarms(trx, "alarm-raised", [raised]);
  return raised !== undefined;
}

/** Raises an alarm that ends by itself, or extends the active one and adds to its count. */
export async function extendAlarm(trx: Tables, alarm: NewAlarm & Pick<AlarmTable, "until">): Promise<void> {
  if (await raiseAlarm(trx, alarm)) return;
  const { kind, cabinet, cell, until, count } = alarm;
  await trx.updateTable("alarms")
    .set(({ eb, ref }) => ({ until, ...count !== undefined && { count: eb(ref("count"), "+", count) } }))
    .where("cabinet", "=", cabinet).where("cell", "=", cell)
    .where("kind", "=", kind).where("ended_at", "is", null).execute();
}

/** Ends all alarms of that cabinet; with `cells`, only those of these cells. */
export async function endAlarmsOf(
  trx: Tables,
  cabinet: string,
  { now, cells }: { now: number; cells?: readonly number[] },
): Promise<void> {
  if (cells?.length === 0) return;
  const all = endingAt(trx, endOf(now)).where("cabinet", "=", cabinet);
  await end(trx, cells ? all.where("cell", "in", cells) : all);
}

/** Whether an alarm of that kind is active there. */
export async function isAlarmActive(
  trx: Tables,
  { kind, cabinet, cell }: { kind: AlarmKind; cabinet: string; cell: number },
): Promise<boolean> {
  return await trx.selectFrom("alarms").select("id").where("cabinet", "=", cabinet).where("cell", "=", cell)
    .where("kind", "=", kind).where("ended_at", "is", null).limit(1).executeTakeFirst() !== undefined;
}

/** Ends the alarms of these kinds there. */
export async function endAlarms(
  trx: Tables,
  { kinds, cabinet, cell, now }: { kinds: readonly AlarmKind[]; cabinet: string; cell: number; now: number },
): Promise<void> {
  const there = endingAt(trx, endOf(now)).where("cabinet", "=", cabinet).where("cell", "=", cell);
  await end(trx, there.where("kind", "in", kinds));
}

/** Ends the alarms of that kind that are about these cabinets and not about one of their cells. */
export async function endAlarmsOfAll(
  trx: Tables,
  cabinets: readonly string[],
  { kind, now }: { kind: AlarmKind; now: number },
): Promise<void> {
  const there = endingAt(trx, endOf(now)).where("cabinet", "in", cabinets).where("cell", "=", 0);
  await end(trx, there.where("kind", "=", kind));
}

/** Ends up to `limit` alarms whose `until` has passed. @returns how many */
export async function endExpiredAlarms(
  trx: Tables,
  { now, limit }: { now: number; limit: number },
): Promise<number> {
  const expired = trx.selectFrom("alarms").select("id").where("until", "<=", now)
    .where("ended_at", "is", null).limit(limit);
  // After Postgres has waited for a row, it tests the update's own conditions again, and not the subquery's.
  return await end(
    trx,
    endingAt(trx, sql<number>`until`).where("id", "in", expired).where("until", "<=", now),
  );
}

/** No alarm ends before it was raised, although the report that ends it may be about an earlier time. */
function endOf(now: number): RawBuilder<number> {
  return sql<number>`case when raised_at > ${now} then raised_at else ${now} end`;
}

/** The update that ends active alarms at that time; the caller says which. */
function endingAt(trx: Tables, ended_at: RawBuilder<number>) {
  return trx.updateTable("alarms").set({ ended_at }).where("ended_at", "is", null);
}

async function end(trx: Tables, alarms: ReturnType<typeof endingAt>): Promise<number> {
  const ended = await alarms.returning(["id", sql<number>`ended_at`.as("at")]).execute();
  await tellOfAlarms(trx, "alarm-ended", ended);
  return ended.length;
}
