/**
 * Alarms that come by time alone: doors that stand open, and cabinets that are away.
 *
 * @module
 */
import { awayTooLong, leftOpen, lockCell, onlineSince, setAway } from "../db/doors.ts";
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
  /** The cabinet that was looked at last. */
  #last = "";

  constructor(db: Database, options: { router: CabinetRouter; wallClock: () => number }) {
    this.#db = db;
    this.#router = options.router;
    this.#wallClock = options.wallClock;
  }

  /** Looks at all doors that stand open, and at some cabinets. */
  async look(): Promise<void> {
    await this.#raiseLeftOpen();
    await this.#findAway();
    await this.#raiseOffline();
  }

  async #raiseLeftOpen(): Promise<void> {
    const now = this.#wallClock();
    for (const { cabinet, cell } of await leftOpen(this.#db.tables, { now, limit: DOOR.alarmsStepMax })) {
      await this.#db.writer.transaction(async (trx) => {
        if ((await lockCell(trx, cabinet, cell))?.door !== "open") return;
        await raiseAlarm(trx, { kind: "left-open", cabinet, cell, subject: "", raised_at: now, until: null });
      });
    }
  }

  /** A program that died could not say that its cabinets went away. */
  async #findAway(): Promise<void> {
    const now = this.#wallClock();
    const some = await onlineSince(this.#db.tables, {
      before: now - DOOR.surelySeenMs,
      after: this.#last,
      limit: DOOR.cabinetsStepMax,
    });
    this.#last = some.length < DOOR.cabinetsStepMax ? "" : some.at(-1) ?? "";
    for (const cabinet of some) {
      if ((await askStatus(this.#router, cabinet)).type !== "offline") continue;
      await this.#db.writer.transaction((trx) => setAway(trx, cabinet, now));
    }
  }

  /** That a cabinet left may have been written after it had come back elsewhere, so it is asked. */
  async #raiseOffline(): Promise<void> {
    const now = this.#wallClock();
    for (const cabinet of await awayTooLong(this.#db.tables, { now, limit: DOOR.alarmsStepMax })) {
      const { type } = await askStatus(this.#router, cabinet);
      if (type === "unreachable") continue;
      const alarm = { kind: "offline", cabinet, cell: 0, subject: "", raised_at: now, until: null };
      await this.#db.writer.transaction(async (trx) => {
        if (type === "status") await setAway(trx, cabinet, null);
        else await raiseAlarm(trx, alarm);
      });
    }
  }
}
