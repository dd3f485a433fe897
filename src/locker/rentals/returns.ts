import type { Database, RentalTable } from "../../db/mod.ts";
import { rentalById, returningAfter } from "../../db/queries/rentals.ts";
import { RENTAL } from "../../lib/limits.ts";
import type { CabinetRouter } from "../../cabinet/requests.ts";
import { readDoor } from "../cabinets/door_requests.ts";
import { publish } from "../changes.ts";
import { endReturned } from "../jobs.ts";

/**
 * Ends rentals that are being given back, once the door is closed. It watches doors close, and has them read now
 * and then, so that what happened during a restart is found as well. That a door closed is only heard, and may be
 * older than what was opened since: so it is read before a rental ends.
 */
export class Returns implements AsyncDisposable {
  readonly #db: Database;
  readonly #router: CabinetRouter;
  readonly #wallClock: () => number;
  readonly #failed: (error: unknown) => void;
  readonly #watched = new Map<string, Disposable>();
  readonly #running = new Set<Promise<void>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /** @param options.failed is told of database errors; the next look tries again */
  constructor(
    db: Database,
    options: { router: CabinetRouter; wallClock: () => number; failed: (error: unknown) => void },
  ) {
    this.#db = db;
    this.#router = options.router;
    this.#wallClock = options.wallClock;
    this.#failed = options.failed;
  }

  /** Looks at all rentals that are being given back, now and then. */
  start(): void {
    this.#own(
      this.#lookAtAll().finally(() => {
        if (!this.#stopped) this.#timer = setTimeout(() => this.start(), RENTAL.returnsEveryMs);
      }),
    );
  }

  /** Something happened to the rental's door: ends it once the door is closed, if it is being given back. */
  look(rental: string): void {
    this.#own(
      rentalById(this.#db.tables, rental).then((row) => row ? this.#follow(row) : this.#unwatch(rental)),
    );
  }

  /** Resolves when all that was begun is over. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const watch of this.#watched.values()) watch[Symbol.dispose]();
    await this.idle();
  }

  async #lookAtAll(): Promise<void> {
    let last: RentalTable | undefined;
    do {
      const after = last && { at: last.since, id: last.id };
      const rows = await returningAfter(this.#db.tables, { after, limit: RENTAL.returnsStepMax });
      for (const row of rows) await this.#follow(row);
      last = rows.length === RENTAL.returnsStepMax ? rows.at(-1) : undefined;
    } while (last && !this.#stopped);
  }

  /**
   * Listens first and asks then, so that no closing is missed in between. A cabinet that is not reached is asked
   * again when all rentals are checked.
   */
  async #follow({ id, cabinet, cell, state, opens }: RentalTable): Promise<void> {
    if (state !== "returning") return this.#unwatch(id);
    if (this.#stopped) return;
    if (!this.#watched.has(id) && this.#watched.size < RENTAL.returnsWatchedMax) {
      const watch = this.#router.watch(cabinet, (event) => {
        if (event.type !== "doors") return;
        if (event.cells.some((one) => one.cell === cell && one.door === "closed")) this.look(id);
      }, () => this.look(id));
      this.#watched.set(id, watch);
    }
    const { door } = await readDoor(this.#router, { cabinet, cell });
    if (door === "closed") await this.#end({ id, opens });
  }

  /** Ends the rental, unless it was opened once more since it was looked at: its door was read before. */
  async #end({ id, opens }: Pick<RentalTable, "id" | "opens">): Promise<void> {
    const changes = await this.#db.writer.run(endReturned, { rental: id, opens, now: this.#wallClock() });
    if (changes.length === 0) return;
    this.#unwatch(id);
    publish(this.#router, changes);
  }

  #unwatch(id: string): void {
    this.#watched.get(id)?.[Symbol.dispose]();
    this.#watched.delete(id);
  }

  #own(work: Promise<unknown>): void {
    const owned: Promise<void> = work.then(() => {}, this.#failed).finally(() => this.#running.delete(owned));
    this.#running.add(owned);
  }
}
