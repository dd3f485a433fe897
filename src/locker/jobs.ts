/**
 * The domain's book-keeping, for which no person waits: done in steps of some two milliseconds, on SQLite in the
 * database's thread.
 *
 * @module
 */
import {
  lockOffline,
  type OfflineAlarmKind,
  setConnected,
  setOffline,
  setOnline,
} from "../db/queries/offline.ts";
import { noteWords, removeWords } from "../db/queries/lists/cabinet_words.ts";
import { doorsOf, leftOpen, lockCell } from "../db/journal/doors.ts";
import { type AnyJob, type Job, type Tables, writeCheck } from "../db/mod.ts";
import { endExpiredAlarms, extendAlarm, raiseAlarm } from "../db/queries/alarms/alarms.ts";
import { numberPeople } from "../db/queries/lists/people_numbers.ts";
import { forgetUnknownDevices, noteUnknownDevices } from "../db/queries/devices/unknown_devices.ts";
import { addVisits } from "../db/queries/staff/visits.ts";
import { removeOldRows } from "../db/queries/retention.ts";
import { noteSeen } from "../db/queries/cabinets.ts";
import { hasUnfinishedCommand } from "../db/journal/commands.ts";
import { takeEpochs } from "../db/journal/epochs.ts";
import { lockRental } from "../db/queries/rentals.ts";
import { DOOR } from "../lib/limits.ts";
import type { DomainChange } from "./changes.ts";
import { type MovementEffects, newsOf, takeNews, takeNumbered } from "./doors/door_moves.ts";
import { endRental } from "./rentals/outcomes.ts";
import type { CabinetMoves, NumberedDoorMove } from "../cabinet/doors.ts";
import type { AlarmKind } from "../cabinet/kinds.ts";

/** An alarm that ends by itself when it is not told for a while. */
export interface PassingAlarm {
  readonly kind: Extract<
    AlarmKind,
    "second-connection" | "contact-flutters" | "device-too-fast" | "unknown-registrations"
  >;
  /** Empty: of no cabinet. */
  readonly cabinet: string;
  /** 0: the whole cabinet. */
  readonly cell: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** How often it happened since it was told last, where that is counted. */
  readonly count?: number;
}

/** Stores what doors did, and alarms that pass. */
export const storeDoors: Job<
  { readonly told: readonly CabinetMoves[]; readonly alarms: readonly PassingAlarm[] },
  void
> = {
  name: "store-doors",
  isLazy: true,
  async work(trx, { told, alarms }) {
    await takeNews(trx, await newsOfAll(trx, told));
    for (const { kind, cabinet, cell, at, count } of alarms) {
      const counted = count !== undefined && { count };
      await extendAlarm(trx, { kind, cabinet, cell, raised_at: at, until: at + DOOR.passingMs, ...counted });
    }
  },
};

/** Only of cabinets that tell all their doors it is looked up what is known: one move alone is news. */
async function newsOfAll(trx: Tables, told: readonly CabinetMoves[]): Promise<MovementEffects[]> {
  const readings = told.flatMap(({ cabinet, moves }) => moves.length > 1 ? [cabinet] : []);
  const doors = await doorsOf(trx, [...new Set(readings)]);
  const news = told.map(({ cabinet, moves }) => {
    const known = doors.get(cabinet);
    return known ? newsOf({ cabinet, moves }, known) : { cabinet, shut: [], moved: moves };
  });
  return news.filter(({ shut, moved }) => shut.length + moved.length > 0);
}

/** Stores what a smart controller tells, each event once. */
export const storeNumbered: Job<
  { readonly cabinet: string; readonly log: string; readonly moves: readonly NumberedDoorMove[] },
  void
> = {
  name: "store-numbered",
  work: (trx, { cabinet, ...numbered }) => takeNumbered(trx, cabinet, numbered),
};

/** Ends a rental that is being given back and whose door was read as closed, unless it was opened once more since. */
export const endReturned: Job<
  { readonly rental: string; readonly opens: number; readonly now: number },
  DomainChange[]
> = {
  name: "end-returned",
  async work(trx, { rental, opens, now }) {
    const isOpened = (await lockRental(trx, rental))?.opens !== opens ||
      await hasUnfinishedCommand(trx, rental);
    return isOpened ? [] : await endRental(trx, rental, { from: ["returning"], now });
  },
};

/** Raises alarms of doors that stand open for too long; answers how many. */
export const raiseLeftOpen: Job<{ readonly now: number; readonly limit: number }, number> = {
  name: "raise-left-open",
  async work(trx, { now, limit }) {
    const cells = await leftOpen(trx, { now, limit });
    for (const { cabinet, cell, door_at } of cells) {
      const row = await lockCell(trx, { cabinet, cell });
      if (row?.door !== "open" || row.door_at !== door_at) continue;
      await raiseAlarm(trx, { kind: "left-open", cabinet, cell, raised_at: now });
    }
    return cells.length;
  },
};

/** Notes that the cabinet is away, unless it was heard of since `before`. */
export const noteAway: Job<
  { readonly cabinet: string; readonly since: number; readonly before: number },
  void
> = {
  name: "note-away",
  work: (trx, { cabinet, ...seen }) => setOffline(trx, cabinet, seen),
};

/** Notes that the cabinet has a connection that no owner has told of. */
export const noteConnected: Job<
  { readonly cabinet: string; readonly since: number; readonly askedAt: number },
  void
> = {
  name: "note-connected",
  work: (trx, { cabinet, ...connection }) => setConnected(trx, cabinet, connection),
};

/** Raises the alarm of a cabinet that has had no connection for too long, or notes that it is back. */
export const raiseAbsent: Job<
  {
    readonly kind: OfflineAlarmKind;
    readonly cabinet: string;
    /** The board of cabinets with a smart controller. */
    readonly controllers: string;
    readonly isBack: boolean;
    readonly now: number;
  },
  void
> = {
  name: "raise-absent",
  async work(trx, { kind, cabinet, controllers, isBack, now }) {
    if (isBack) return await setOnline(trx, cabinet);
    if (!await lockOffline(trx, kind, { cabinet, controllers })) return;
    await raiseAlarm(trx, { kind, cabinet, cell: 0, raised_at: now });
  },
};

/** Ends alarms whose time is over; answers how many. */
export const endPastAlarms: Job<{ readonly now: number; readonly limit: number }, number> = {
  name: "end-past-alarms",
  work: endExpiredAlarms,
};

/** All there are, for the thread that does them. */
export const JOBS: readonly AnyJob[] = [
  takeEpochs,
  noteSeen,
  removeOldRows,
  writeCheck,
  storeDoors,
  storeNumbered,
  endReturned,
  raiseLeftOpen,
  noteAway,
  noteConnected,
  noteWords,
  removeWords,
  raiseAbsent,
  endPastAlarms,
  addVisits,
  numberPeople,
  noteUnknownDevices,
  forgetUnknownDevices,
];
