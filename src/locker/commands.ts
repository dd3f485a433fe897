/**
 * A tap's way from the journal to the lock and back.
 *
 * @module
 */
import { cellAt } from "../db/cells.ts";
import type { CommandTable, Database } from "../db/mod.ts";
import { COMMAND, RENTAL } from "../limits.ts";
import type { CabinetRouter } from "../router/mod.ts";
import { giveAnotherCell, type Wish } from "./allocation.ts";
import { Beginnings, type StorageTap } from "./beginnings.ts";
import { publish } from "./changes.ts";
import type { Codes } from "./codes.ts";
import { TooManyTapsError, UnavailableError, UnknownCellError } from "./errors.ts";
import { insisting, type Journal, type Outcome } from "./journal.ts";
import type { Notices } from "./notices.ts";
import { Opening } from "./opening.ts";
import { endCommand, raiseDidNotOpen } from "./outcomes.ts";
import type { Recovery } from "./recovery.ts";
import { refusalOf } from "./rights.ts";
import { Settling } from "./settling.ts";
import { TapCounts, type TapsElsewhere } from "./tap_counts.ts";
import {
  conflict,
  isSame,
  isSameAs,
  type OpenTap,
  type Result,
  resultOf,
  type Step,
  type Tap,
  wishOf,
} from "./taps.ts";

interface Running {
  readonly tap: Tap;
  readonly listeners: Set<(step: Step) => void>;
  step: Step;
  readonly result: Promise<Result>;
  readonly since: number;
}

/** What became of a tap, for the log. */
export type CommandReport =
  | { readonly type: "finished"; readonly tap: Tap; readonly result: Result; readonly tookMs: number }
  | { readonly type: "settled"; readonly id: string; readonly cabinet: string; readonly cell: number }
  | { readonly type: "journal-failed"; readonly id: string; readonly error: unknown };

/** What taps go through. */
export interface CommandsOptions {
  readonly db: Database;
  readonly journal: Journal;
  readonly router: CabinetRouter;
  readonly recovery: Recovery;
  readonly codes: Codes;
  /** Writes what people are told of it. @default {undefined} nothing is */
  readonly notices?: Notices | undefined;
  readonly elsewhere: TapsElsewhere;
  readonly report: (report: CommandReport) => void;
  /** The rental may have been given back: then its door's closing ends it. */
  readonly returning: (rental: string) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/** See the module. */
export class Commands {
  readonly #options: CommandsOptions;
  readonly #beginnings: Beginnings;
  readonly #opening: Opening;
  readonly #running = new Map<string, Running>();
  readonly #counts: TapCounts;
  readonly #settling: Settling;
  /** What goes on when a tap is over. */
  readonly #afterwards = new Set<Promise<void>>();
  #stopping = false;
  /** How many commands were begun, in all. */
  started = 0;

  constructor(options: CommandsOptions) {
    this.#options = options;
    this.#beginnings = new Beginnings(options.codes);
    this.#counts = new TapCounts(options.elsewhere);
    this.#opening = new Opening(options);
    this.#settling = new Settling(options.router);
  }

  /** How many commands are not over. */
  get running(): number {
    return this.#running.size;
  }

  /**
   * Does what the tap wants, once for each id: who asks again hears the same.
   *
   * @param onStep hears each step before the final one, after it is on disk; and, after a command had to be
   * called unconfirmed, that its door was seen open after all
   * @throws {UnknownCellError} if the cabinet has no such cell
   * @throws {ConflictError} if the id belongs to somebody else's command or to another wish
   * @throws {TooManyTapsError} if too many taps of this person, or of all, are not over
   * @throws {UnavailableError} if the database does not answer
   */
  async run(tap: Tap, onStep: (step: Step) => void = () => {}): Promise<Result> {
    const running = this.#running.get(tap.id);
    if (running) return await this.#join(running, { tap, onStep });
    if (tap.command === "open" && !tap.cabinet.cells.some(({ cell }) => cell === tap.cell)) {
      throw new UnknownCellError(`Cannot open cell ${tap.cell}: cabinet ${tap.cabinet.id} has no such cell`);
    }
    if (!this.#counts.hasRoom(tap) || this.#running.size >= COMMAND.inFlightMax) {
      throw new TooManyTapsError(`Cannot ${tap.command}: too many taps are not over yet`);
    }
    this.#counts.begun(tap);
    this.started++;
    const { promise: result, resolve, reject } = Promise.withResolvers<Result>();
    const step: Step = { state: "requested", cell: tap.command === "open" ? tap.cell : 0 };
    const since = this.#options.now();
    const entry: Running = { tap, listeners: new Set([onStep]), step, result, since };
    this.#running.set(tap.id, entry);
    // The answer belongs to all who joined; each of them hears the failure itself.
    result.catch(() => {});
    this.#do(entry).then(resolve, reject).finally(() => this.#end(tap));
    return await result;
  }

  /** From now on taps are refused; resolves when the running ones are over. */
  async drain(): Promise<void> {
    this.#stopping = true;
    while (this.#running.size > 0) {
      await Promise.allSettled(Array.from(this.#running.values(), ({ result }) => result));
    }
    this.#settling[Symbol.dispose]();
    await Promise.all(this.#afterwards);
    await this.#options.journal.idle();
  }

  #end(tap: Tap): void {
    this.#running.delete(tap.id);
    this.#counts.ended(tap);
  }

  async #join(
    running: Running,
    { tap, onStep }: { tap: Tap; onStep: (step: Step) => void },
  ): Promise<Result> {
    if (!isSame(running.tap, tap)) throw conflict(tap);
    onStep(running.step);
    running.listeners.add(onStep);
    return await running.result;
  }

  async #do(entry: Running): Promise<Result> {
    const { tap, since } = entry;
    const result = tap.command === "open" ? await this.#open(entry, tap) : await this.#useStorage(entry, tap);
    if ("known" in result) return await this.#resultOf(result.known, tap);
    const { report, now } = this.#options;
    report({ type: "finished", tap, result, tookMs: now() - since });
    if (result.state === "unconfirmed") this.#settleLater(entry, result.cell);
    return result;
  }

  /**
   * Where the cabinet is in this isolate, the tap is on its way to the bus while it is being written down. That is
   * safe, since nothing leaves the bus before {@linkcode Journal.sending} has committed behind it; and where the bus
   * is free, both are one commit. Elsewhere the sending would come to the database before the tap.
   */
  async #open(entry: Running, tap: OpenTap): Promise<Result | { known: CommandTable }> {
    const { cell } = tap;
    const refused = await this.#refusal(tap);
    const journaled = this.#journaled(tap, refused);
    const early = !refused && this.#opening.isHere(tap.cabinet.id) ? this.#route(entry, cell) : undefined;
    // Where the tap is known already, nobody asks how this went.
    early?.catch(() => {});
    const known = await journaled.catch(async (error) => {
      // A connection that broke may have lost the answer only. What left the bus was written down before.
      if (!early || (await early).state === "refused") throw error;
    });
    if (known) return { known };
    if (refused) return { ...refused, cell };
    // Where both were one commit, the bytes may be on their way already.
    if (entry.step.state === "requested") this.#tell(entry, { state: "requested", cell });
    const outcome = await (early ?? this.#route(entry, cell));
    const isNews = await this.#written(tap, () => this.#options.journal.finish(tap.id, outcome));
    if (isNews && outcome.state === "failed") this.#goOn(tap.id, () => this.#raiseDidNotOpen(tap));
    return isNews ? { ...outcome, cell } : await this.#asWritten(tap);
  }

  /** How the tap ended is on disk already: nobody waits for this. */
  async #raiseDidNotOpen({ cabinet, cell }: OpenTap): Promise<void> {
    const { db, wallClock } = this.#options;
    const place = { cabinet: cabinet.id, cell };
    await insisting(() => db.writer.transaction((trx) => raiseDidNotOpen(trx, place, wallClock())));
  }

  /** Rights and cells are settled in the transaction that writes the tap down, so the lock waits for it. */
  async #useStorage(entry: Running, tap: StorageTap): Promise<Result | { known: CommandTable }> {
    const { db, router, wallClock } = this.#options;
    const refused = this.#stopping ? "stopping" as const : undefined;
    const began = await this.#written(
      tap,
      () => db.writer.transaction((trx) => this.#beginnings.begin(trx, tap, { now: wallClock(), refused })),
    );
    if (began.type === "known") return { known: began.row };
    publish(router, began.changes);
    if (began.type === "refused") return { state: "refused", reason: began.reason, cell: 0 };
    let { cell } = began;
    for (let tries = 1;; tries++) {
      this.#tell(entry, { state: "requested", cell });
      const outcome = await this.#route(entry, cell);
      const wish = outcome.state === "failed" && this.#mayTryAnother(entry, tries) ? wishOf(tap) : undefined;
      const ended = await this.#written(
        tap,
        () => insisting(() => this.#ended(tap, { cell, outcome, wish })),
      );
      if (!ended.isNews) return await this.#asWritten(tap);
      if (ended.next === undefined) return { ...outcome, cell };
      cell = ended.next;
    }
  }

  /** Somebody else ended it, as when the database was away for longer than a tap may take: that is what counts. */
  async #asWritten(tap: Tap): Promise<{ known: CommandTable }> {
    const known = await this.#written(tap, () => this.#options.journal.find(tap.id));
    if (!known) throw new UnavailableError(`Cannot say how ${tap.id} ended: it is not in the journal`);
    return { known };
  }

  /**
   * Writes how the tap ended, with all that follows from it; `next` is another cell to try. Not `isNews`: it had
   * been ended already.
   */
  async #ended(
    tap: StorageTap,
    { cell, outcome, wish }: { cell: number; outcome: Outcome; wish: Wish | undefined },
  ): Promise<{ isNews: boolean; next: number | undefined }> {
    const { db, router, notices, returning, wallClock } = this.#options;
    const { ended, next } = await db.writer.transaction(async (trx) => {
      const now = wallClock();
      const ended = await endCommand(trx, { id: tap.id, cell }, { outcome, now, notices });
      const next = wish && ended && await giveAnotherCell(trx, wish, { failed: ended.row, now });
      return { ended, next };
    });
    publish(router, [...ended?.changes ?? [], ...next?.changes ?? []]);
    if (ended?.row.rental && tap.command !== "store") returning(ended.row.rental);
    return { isNews: ended !== undefined, next: next?.rental.cell };
  }

  #mayTryAnother({ since }: Running, tries: number): boolean {
    return !this.#stopping && tries < RENTAL.cellsTried &&
      this.#options.now() - since < RENTAL.anotherWithinMs;
  }

  /** Writes the tap down. Returns the command that has this id already, if one has. */
  async #journaled(tap: OpenTap, refused: Outcome | undefined): Promise<CommandTable | undefined> {
    const { id, cabinet, cell, command, by, note = null } = tap;
    const row = { id, cabinet: cabinet.id, cell, command, by, note };
    return await this.#written(tap, () => this.#options.journal.request(row, refused));
  }

  /** @throws {UnavailableError} if the database does not take it */
  async #written<T>(tap: Tap, write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      this.#options.report({ type: "journal-failed", id: tap.id, error });
      throw new UnavailableError(`Cannot ${tap.command}: the database does not answer`, { cause: error });
    }
  }

  /**
   * How the command of the journal ended that has the tap's id. One that is not over runs in another program, or
   * was left by one that died.
   *
   * @throws {ConflictError} if it is another tap's
   */
  async #resultOf(known: CommandTable, tap: Tap): Promise<Result> {
    if (!isSameAs(known, tap)) throw conflict(tap);
    const { journal, recovery } = this.#options;
    for (let row: CommandTable | undefined = known; row;) {
      const asIs: CommandTable = row;
      const over = await this.#written(tap, () => recovery.settled(asIs));
      if (over) return resultOf(over);
      await new Promise((resolve) => setTimeout(resolve, COMMAND.awaitEndMs));
      row = await this.#written(tap, () => journal.find(known.id));
    }
    throw new UnavailableError(`Cannot say how ${tap.id} ended: it is not in the journal any more`);
  }

  #settleLater(entry: Running, cell: number): void {
    const { tap: { id, cabinet } } = entry;
    const { db, journal, report } = this.#options;
    const settle = async () => {
      // Whoever keeps what doors do may have settled it already.
      if (!await journal.settle(id) && (await journal.find(id))?.state !== "opened") return;
      this.#tell(entry, { state: "opened", cell });
      report({ type: "settled", id, cabinet: cabinet.id, cell });
    };
    const seenOpen = this.#settling.add({
      id,
      cabinet: cabinet.id,
      cell,
      seenOpen: () => this.#goOn(id, settle),
    });
    this.#goOn(id, async () => {
      // Its door may have been seen before it was watched.
      if ((await cellAt(db.tables, cabinet.id, cell))?.door_command === id) seenOpen();
    });
  }

  #goOn(id: string, work: () => Promise<void>): void {
    const { report } = this.#options;
    const going: Promise<void> = work().catch((error) => report({ type: "journal-failed", id, error }))
      .finally(() => this.#afterwards.delete(going));
    this.#afterwards.add(going);
  }

  async #refusal(tap: OpenTap): Promise<Outcome | undefined> {
    if (this.#stopping) return { state: "refused", reason: "stopping" };
    const { db, wallClock } = this.#options;
    const reason = await this.#written(tap, () => refusalOf(tap, { db, now: wallClock() }));
    return reason && { state: "refused", reason };
  }

  #route(entry: Running, cell: number): Promise<Outcome> {
    const { id, cabinet } = entry.tap;
    return this.#opening.open(
      { id, cabinet: cabinet.id, cell },
      () => this.#tell(entry, { state: "sent", cell }),
    );
  }

  #tell(entry: Running, step: Step): void {
    entry.step = step;
    for (const listener of entry.listeners) listener(step);
  }
}
