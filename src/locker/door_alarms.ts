/**
 * Alarms that come by time alone: doors that stand open, and cabinets that are away or never came.
 *
 * @module
 */
import { KAIGUI } from "../boards/mod.ts";
import { type Absence, absentTooLong, lockAbsent, onlineSince, setAway, setBack } from "../db/absences.ts";
import { leftOpen, lockCell } from "../db/doors.ts";
import type { Database } from "../db/mod.ts";
import { raiseAlarm } from "../db/records.ts";
import { DOOR } from "../limits.ts";
import type { CabinetRouter } from "../router/mod.ts";
import { askStatus } from "./asking.ts";

/** Raises what is due. Several programs may do so at once: each alarm is raised once. */
export class DoorAlarms {
  readonly #db: Database;
  readonly #router: CabinetRouter;
  readonly #wallClock: () => number;
  /** Before, no cabinet could connect here. */
  readonly #startedAt: number;
  /** The cabinet that was looked at last. */
  #last = "";

  constructor(db: Database, options: { router: CabinetRouter; wallClock: () => number }) {
    this.#db = db;
    this.#router = options.router;
    this.#wallClock = options.wallClock;
    this.#startedAt = this.#wallClock();
  }

  /** Looks at all doors that stand open, and at some cabinets. */
  async look(): Promise<void> {
    const now = this.#wallClock();
    await this.#raiseLeftOpen(now);
    await this.#findAway(now);
    await this.#raiseAbsent("offline", now);
    await this.#raiseAbsent("never-connected", now);
  }

  async #raiseLeftOpen(now: number): Promise<void> {
    const cells = await leftOpen(this.#db.tables, { now, limit: DOOR.alarmsStepMax });
    await Promise.all(cells.map(({ cabinet, cell, door_at }) =>
      this.#db.writer.transaction(async (trx) => {
        const row = await lockCell(trx, cabinet, cell);
        if (row?.door !== "open" || row.door_at !== door_at) return;
        await raiseAlarm(trx, { kind: "left-open", cabinet, cell, subject: "", raised_at: now, until: null });
      })
    ));
  }

  /** A program that died could not say that its cabinets went away. */
  async #findAway(now: number): Promise<void> {
    const before = now - DOOR.surelySeenMs;
    const limit = DOOR.cabinetsStepMax;
    const some = await onlineSince(this.#db.tables, { before, after: this.#last, limit });
    this.#last = some.length < limit ? "" : some.at(-1) ?? "";
    await Promise.all(some.map(async (cabinet) => {
      if ((await askStatus(this.#router, cabinet)).type !== "offline") return;
      await this.#db.writer.transaction((trx) => setAway(trx, cabinet, { since: now, before }));
    }));
  }

  /**
   * The cabinet is asked first: that it left may have been written after it had come back elsewhere, and that it came
   * may not be written yet.
   */
  async #raiseAbsent(kind: Absence, now: number): Promise<void> {
    const of = { controllers: KAIGUI };
    const limit = DOOR.alarmsStepMax;
    const some = await absentTooLong(this.#db.tables, kind, { now, started: this.#startedAt, limit, ...of });
    await Promise.all(some.map(async (cabinet) => {
      const { type } = await askStatus(this.#router, cabinet);
      if (type === "unreachable") return;
      const alarm = { kind, cabinet, cell: 0, subject: "", raised_at: now, until: null };
      await this.#db.writer.transaction(async (trx) => {
        if (type === "status") await setBack(trx, cabinet);
        else if (await lockAbsent(trx, kind, { cabinet, ...of })) await raiseAlarm(trx, alarm);
      });
    }));
  }
}
