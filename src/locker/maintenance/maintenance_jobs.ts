import type { Database } from "../../db/mod.ts";
import { numberPeople } from "../../db/queries/lists/people_numbers.ts";
import { delay } from "../../lib/concurrency/delay.ts";
import { COMMAND, DOOR, PERSON, PROCESS, RENTAL, RETENTION, SEALING } from "../../lib/limits.ts";
import type { ControllerSecrets } from "../cabinets/controller_secrets.ts";
import { doWhatIsDue } from "../rentals/due.ts";
import type { DoorAlarms } from "../doors/door_alarms.ts";
import type { Notices } from "../notices/notices.ts";
import type { People } from "../people/people.ts";
import type { Recovery } from "../commands/recovery.ts";
import { refreshWords } from "./cabinet_words.ts";
import { type KeptDays, removeWhatIsOld } from "./retention.ts";

interface MaintenanceJob {
  readonly everyMs: number;
  readonly work: () => Promise<unknown>;
}

/**
 * Does periodically what is due, what a dead program left, and the removal of what is old: never one job twice at
 * once. A job that fails is tried again when its time comes.
 */
export class MaintenanceJobs implements AsyncDisposable {
  readonly #failed: (error: unknown) => void;
  readonly #timers = new Map<MaintenanceJob, ReturnType<typeof setTimeout>>();
  readonly #running = new Set<Promise<void>>();
  #stopped = false;

  constructor(
    db: Database,
    options: {
      recovery: Recovery;
      people: People;
      doorAlarms: DoorAlarms;
      secrets: ControllerSecrets;
      /** @default {undefined} people are told nothing outside of the page */
      notices?: Notices | undefined;
      keptDays: KeptDays;
      wallClock: () => number;
      failed: (error: unknown) => void;
    },
  ) {
    const { recovery, people, doorAlarms, secrets, notices, keptDays: days, wallClock } = options;
    this.#failed = options.failed;
    const pause = async () => {
      await delay(RETENTION.stepPauseMs);
      return !this.#stopped;
    };
    const chores: MaintenanceJob[] = [
      { everyMs: RENTAL.dueEveryMs, work: () => doWhatIsDue(db, wallClock(), { notices }) },
      { everyMs: COMMAND.recoverEveryMs, work: () => recovery.endLeft({ atStart: false }) },
      { everyMs: DOOR.alarmsEveryMs, work: () => doorAlarms.look() },
      { everyMs: PERSON.leavingEveryMs, work: () => people.finishLeaving() },
      { everyMs: PERSON.numberEveryMs, work: () => numberAll(db, pause) },
      { everyMs: SEALING.everyMs, work: () => secrets.sealLeft(db, wallClock()) },
      { everyMs: PROCESS.wordsEveryMs, work: () => refreshWords(db, pause) },
      { everyMs: RETENTION.everyMs, work: () => removeWhatIsOld(db, { days, now: wallClock(), pause }) },
    ];
    for (const chore of chores) this.#later(chore);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#running);
  }

  #later(chore: MaintenanceJob): void {
    if (this.#stopped) return;
    this.#timers.set(chore, setTimeout(() => this.#do(chore), chore.everyMs));
  }

  #do(chore: MaintenanceJob): void {
    const running: Promise<void> = chore.work().then(() => {}, this.#failed).finally(() => {
      this.#running.delete(running);
      this.#later(chore);
    });
    this.#running.add(running);
  }
}

/** Gives a number to each person who has none, in steps, until none is given or `pause` says to stop. */
async function numberAll(db: Database, pause: () => Promise<boolean>): Promise<void> {
  const limit = PERSON.numberStepMax;
  while (await db.writer.run(numberPeople, { limit }) > 0 && await pause());
}
