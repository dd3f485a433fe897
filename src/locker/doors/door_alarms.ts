import { KAIGUI } from "../../boards/mod.ts";
import { type OfflineAlarmKind, offlineTooLong, onlineSince } from "../../db/queries/offline.ts";
import type { Database } from "../../db/mod.ts";
import { DOOR } from "../../lib/limits.ts";
import type { CabinetRouter } from "../../cabinet/requests.ts";
import { askStatus } from "../cabinets/door_requests.ts";
import { noteAway, noteConnected, raiseAbsent, raiseLeftOpen } from "../jobs.ts";

/**
 * Raises the alarms that come by time alone: doors that stand open, and cabinets that are away or never came.
 * Several programs may do so at once: each alarm is raised once.
 */
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
    const limit = DOOR.alarmsStepMax;
    while (await this.#db.writer.run(raiseLeftOpen, { now, limit }) === limit);
  }

  /** A program that died could not say that its cabinets went away; one of the version before says it in part. */
  async #findAway(now: number): Promise<void> {
    const before = now - DOOR.surelySeenMs;
    const limit = DOOR.cabinetsStepMax;
    const some = await onlineSince(this.#db.tables, { before, after: this.#last, limit });
    this.#last = some.length < limit ? "" : some.at(-1)?.id ?? "";
    await Promise.all(some.map(async ({ id: cabinet, online }) => {
      const status = await askStatus(this.#router, cabinet);
      if (status.type === "offline") {
        await this.#db.writer.run(noteAway, { cabinet, since: now, before });
      } else if (status.type === "status" && online === 0) {
        await this.#db.writer.run(noteConnected, { cabinet, since: status.connectedAt, askedAt: now });
      }
    }));
  }

  /**
   * The cabinet is asked first: that it left may have been written after it had come back elsewhere, and that it came
   * may not be written yet.
   */
  async #raiseAbsent(kind: OfflineAlarmKind, now: number): Promise<void> {
    const of = { controllers: KAIGUI };
    const limit = DOOR.alarmsStepMax;
    const some = await offlineTooLong(this.#db.tables, kind, { now, started: this.#startedAt, limit, ...of });
    await Promise.all(some.map(async (cabinet) => {
      const { type } = await askStatus(this.#router, cabinet);
      if (type === "unreachable") return;
      await this.#db.writer.run(raiseAbsent, { kind, cabinet, isBack: type === "status", now, ...of });
    }));
  }
}
