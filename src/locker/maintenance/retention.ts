import type { Database } from "../../db/mod.ts";
import { type RemovalRule, removeOldRows } from "../../db/queries/retention.ts";
import { LOG_IN, RETENTION, STAFF, UNKNOWN_DEVICES } from "../../lib/limits.ts";
import { EVENT_KINDS } from "../../cabinet/kinds.ts";

/** Kinds of records that may be kept for different times. */
export const KEPT_KINDS = [
  "commands",
  "rentals",
  "codes",
  "alarms",
  "acts",
  "notices",
  ...EVENT_KINDS.map((kind) => `events.${kind}` as const),
] as const;

/** One of {@linkcode KEPT_KINDS}. */
export type KeptKind = (typeof KEPT_KINDS)[number];

/** How many days each kind is kept; 0: for ever. */
export type KeptDays = Readonly<Record<KeptKind, number>>;

/** What is kept for how long where the operator says nothing. */
const USUAL_DAYS: KeptDays = {
  commands: 400,
  rentals: 1_100,
  codes: 30,
  alarms: 400,
  acts: 1_100,
  notices: 30,
  "events.stored": 400,
  "events.ended": 400,
  "events.kept": 400,
  "events.moved": 400,
  "events.shared": 400,
  "events.code-used": 400,
  "events.reminder": 90,
  "events.overdue": 400,
  "events.extended": 400,
  "events.door-opened": 400,
  "events.door-closed": 400,
  "events.events-lost": 400,
  "events.alarm-raised": 400,
  "events.alarm-ended": 400,
};

/**
 * How long each kind is kept. `events` stands for all kinds of events.
 *
 * @throws {TypeError} if there is no such kind
 */
export function keptDaysFrom(asked: Readonly<Record<string, number>>): KeptDays {
  const days: Record<KeptKind, number> = { ...USUAL_DAYS };
  for (const [name, count] of Object.entries(asked)) {
    const kinds = KEPT_KINDS.filter((kind) => kind === name || kind.startsWith(`${name}.`));
    if (kinds.length === 0) throw new TypeError(`"${name}" is none of events, ${KEPT_KINDS.join(", ")}`);
    for (const kind of kinds) days[kind] = count;
  }
  return days;
}

const DAY_MS = 24 * 3600 * 1000;

/** How long the events are kept that are removed first, in milliseconds; `Infinity`: all are kept for ever. */
export function eventsKeptMs(days: KeptDays): number {
  const limited = EVENT_KINDS.map((kind) => days[`events.${kind}`]).filter((count) => count > 0);
  return Math.min(Infinity, ...limited) * DAY_MS;
}

/** Where each kind lies but events. Only what is over is removed, however old it is. */
const OLD: Readonly<Record<Exclude<KeptKind, `events.${string}`>, RemovalRule>> = {
  commands: { table: "commands", time: "requested_at", over: "finished_at" },
  rentals: { table: "rentals", time: "ended_at", where: { state: "ended" } },
  codes: { table: "codes", time: "until" },
  alarms: { table: "alarms", time: "raised_at", over: "ended_at" },
  acts: { table: "acts", time: "at" },
  notices: { table: "notices", time: "finished_at" },
};

function oldOf(kind: KeptKind): RemovalRule {
  const [table, event] = kind.split(".");
  return event === undefined
    ? OLD[table as keyof typeof OLD]
    : { table: "events", time: "at", where: { kind: event } };
}

/**
 * Removes what is older than it is kept, in steps so small that other transactions do not wait.
 *
 * @param options.pause waits between two steps; `false` ends it
 * @returns how many rows are gone
 */
export async function removeWhatIsOld(
  db: Database,
  { days, now, pause }: { days: KeptDays; now: number; pause: () => Promise<boolean> },
): Promise<number> {
  let gone = 0;
  const all = KEPT_KINDS.filter((kind) => days[kind] > 0)
    .map((kind) => ({ old: oldOf(kind), before: now - days[kind] * DAY_MS }));
  if (days.acts > 0) {
    const before = now - days.acts * DAY_MS;
    all.push({ old: { table: "bulk_parts", time: "at" }, before });
    all.push({ old: { table: "bulk_jobs", time: "finished_at" }, before });
    all.push({ old: { table: "bulk_targets", time: "created_at", neededBy: "bulk_jobs" }, before });
  }
  all.push({ old: { table: "code_tries", time: "since" }, before: now - DAY_MS });
  // Another program's clock may be behind, and there a key would work once more.
  for (const table of ["used", "leases"] as const) {
    all.push({ old: { table, time: "until" }, before: now - DAY_MS });
  }
  // The address of a session counts as known for that long; the session itself is over long before.
  all.push({ old: { table: "staff_sessions", time: "used_at" }, before: now - LOG_IN.knownDays * DAY_MS });
  all.push({ old: { table: "invitations", time: "until" }, before: now });
  all.push({
    old: { table: "unknown_devices", time: "last_at" },
    before: now - UNKNOWN_DEVICES.keptDays * DAY_MS,
  });
  for (const time of ["until", "revoked_at"]) {
    all.push({ old: { table: "staff_tokens", time }, before: now - STAFF.tokensKeptDays * DAY_MS });
  }
  for (const { old, before } of all) {
    while (true) {
      const removed = await db.writer.run(removeOldRows, { old, before, limit: RETENTION.stepMax });
      gone += removed;
      if (removed < RETENTION.stepMax) break;
      if (!await pause()) return gone;
    }
  }
  return gone;
}
