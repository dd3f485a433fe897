import { doorsOf, eventLog } from "../db/doors.ts";
import { type Database, isAway } from "../db/mod.ts";
import { extendAlarm } from "../db/records.ts";
import { DOOR } from "../limits.ts";
import { type Move, newsOf, type NumberedMove, takeNews, takeNumbered } from "./door_moves.ts";

/** Something about a cabinet that is not stored yet. */
interface Waiting {
  readonly cabinet: string;
  /** How much it counts towards the limit: its moves. */
  readonly size: number;
  /** Does so once, however often it is called. */
  readonly store: () => Promise<void>;
}

/**
 * Keeps where doors are and what they did. Moves that are only told are stored soon, each cabinet's in their order, and
 * over a database that is away for a while.
 */
export class DoorLog implements AsyncDisposable {
  readonly #db: Database;
  readonly #wallClock: () => number;
  readonly #failed: (error: unknown) => void;
  #waiting: Waiting[] = [];
  /** Of all that is not stored. */
  #size = 0;
  /** How many moves were given up since that was reported. */
  #lost = 0;
  #writing: Promise<void> | undefined;
  #endPause: () => void = () => {};
  #isStopping = false;

  /** @param options.failed is told of database errors, and of moves that are lost */
  constructor(db: Database, options: { wallClock: () => number; failed: (error: unknown) => void }) {
    this.#db = db;
    this.#wallClock = options.wallClock;
    this.#failed = options.failed;
  }

  /** Doors moved. Never throws. */
  moved(cabinet: string, moves: readonly Move[]): void {
    this.#add({ cabinet, size: moves.length, store: () => this.#storeMoves(cabinet, moves) });
  }

  /** Somebody else tried to take the cabinet's place, at that time in milliseconds since 1970. Never throws. */
  intruded(cabinet: string, at: number): void {
    this.#add({ cabinet, size: 1, store: () => this.#storeIntrusion(cabinet, Math.round(at)) });
  }

  /**
   * The last event of that log that is stored; 0 for a log that was not seen yet.
   *
   * @throws {Error} if the database is away
   */
  async acknowledged(cabinet: string, log: string): Promise<number> {
    const row = await eventLog(this.#db.tables, cabinet);
    return row?.event_log === log ? row.event_seq : 0;
  }

  /**
   * Stores what a smart controller tells, each event once.
   *
   * @throws {Error} if the database is away: then nothing is acknowledged
   */
  async heard(cabinet: string, log: string, moves: readonly NumberedMove[]): Promise<void> {
    await this.#db.writer.transaction((trx) => takeNumbered(trx, cabinet, { log, moves }));
  }

  /** Resolves when all that was told is stored, or lost. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  /** Tries once more to store what waits: what the database does not take then is lost, and reported. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    this.#endPause();
    await this.idle();
  }

  #add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#size += waiting.size;
    while (this.#size > DOOR.waitingMax && this.#waiting.length > 1) this.#lose(this.#waiting.splice(0, 1));
    this.#writing ??= this.#storeAll();
  }

  async #storeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      if (this.#waiting.length < DOOR.batchMax) await this.#pause(DOOR.gatherMs);
      const isBack = await this.#storeSome();
      if (!isBack && this.#isStopping) this.#lose(this.#waiting.splice(0));
      this.#reportLost();
      if (!isBack) await this.#pause(DOOR.retryMs);
    }
    this.#writing = undefined;
  }

  /** Stores what was told first. What a database that is away did not take waits again; then it is `false`. */
  async #storeSome(): Promise<boolean> {
    const some = Map.groupBy(this.#waiting.splice(0, DOOR.batchMax), ({ cabinet }) => cabinet);
    const left = await Promise.all(Array.from(some.values(), (ofOne) => this.#storeInOrder(ofOne)));
    this.#waiting.unshift(...left.flat());
    return left.every(({ length }) => length === 0);
  }

  /** Returns those that a database that is away did not take. */
  async #storeInOrder(waiting: readonly Waiting[]): Promise<readonly Waiting[]> {
    for (const [index, one] of waiting.entries()) {
      try {
        await one.store();
        this.#size -= one.size;
      } catch (error) {
        this.#failed(error);
        if (isAway(error)) return waiting.slice(index);
        this.#lose([one]);
      }
    }
    return [];
  }

  async #storeMoves(cabinet: string, moves: readonly Move[]): Promise<void> {
    // One alone is news.
    const news = moves.length === 1
      ? { shut: [], moved: moves }
      : newsOf(moves, await doorsOf(this.#db.tables, cabinet));
    if (news.shut.length + news.moved.length === 0) return;
    const now = this.#wallClock();
    await this.#db.writer.transaction((trx) => takeNews(trx, cabinet, { news, now }));
  }

  async #storeIntrusion(cabinet: string, at: number): Promise<void> {
    const kind = "second-connection";
    const alarm = { kind, cabinet, cell: 0, subject: "", raised_at: at, until: at + DOOR.intrusionMs };
    await this.#db.writer.transaction((trx) => extendAlarm(trx, alarm));
  }

  #lose(waiting: readonly Waiting[]): void {
    for (const { size } of waiting) {
      this.#size -= size;
      this.#lost += size;
    }
  }

  #reportLost(): void {
    if (this.#lost === 0) return;
    this.#failed(new Error(`Cannot keep ${this.#lost} moves of doors: the database did not take them`));
    this.#lost = 0;
  }

  async #pause(pauseMs: number): Promise<void> {
    if (this.#isStopping) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, pauseMs);
    this.#endPause = resolve;
    await promise;
    clearTimeout(timer);
  }
}
