import { doorsOf, lockEventLog } from "../db/doors.ts";
import type { Database } from "../db/mod.ts";
import { extendAlarm } from "../db/records.ts";
import { DOOR } from "../limits.ts";
import { type Move, type NumberedMove, takeMove, takeNumbered } from "./door_moves.ts";

/** Moves of one cabinet's doors that are not stored yet. */
interface Waiting {
  readonly cabinet: string;
  readonly moves: readonly Move[];
  tries: number;
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
  #intruded = new Map<string, number>();
  #writing: Promise<void> | undefined;
  #pause: { readonly timer: ReturnType<typeof setTimeout>; readonly end: () => void } | undefined;
  #isStopping = false;

  /** @param options.failed is told of database errors, and of moves that are given up */
  constructor(db: Database, options: { wallClock: () => number; failed: (error: unknown) => void }) {
    this.#db = db;
    this.#wallClock = options.wallClock;
    this.#failed = options.failed;
  }

  /** Doors moved. Never throws. */
  moved(cabinet: string, moves: readonly Move[]): void {
    if (this.#waiting.length >= DOOR.waitingMax) {
      this.#waiting.shift();
      this.#failed(new Error(`Cannot keep all moves of doors: more than ${DOOR.waitingMax} wait`));
    }
    this.#waiting.push({ cabinet, moves, tries: 0 });
    this.#write();
  }

  /** Somebody else tried to take the cabinet's place, at that time in milliseconds since 1970. Never throws. */
  intruded(cabinet: string, at: number): void {
    if (this.#intruded.size >= DOOR.waitingMax) return;
    this.#intruded.set(cabinet, Math.round(at));
    this.#write();
  }

  /**
   * The last event of that log that is stored; 0 for a log that was not seen yet.
   *
   * @throws {Error} if the database is away
   */
  async acknowledged(cabinet: string, log: string): Promise<number> {
    const row = await lockEventLog(this.#db.tables, cabinet);
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

  /** Resolves when all that waits is stored or given up; a database that is away is tried once more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    this.#pause?.end();
    await this.#writing;
  }

  #write(): void {
    this.#writing ??= this.#drain().finally(() => this.#writing = undefined);
  }

  async #drain(): Promise<void> {
    // What else happens in this moment is one batch with it.
    await Promise.resolve();
    while (this.#waiting.length > 0 || this.#intruded.size > 0) {
      const some = this.#waiting.splice(0, DOOR.batchMax);
      const intruded = [...this.#intruded];
      this.#intruded.clear();
      const failed: Waiting[] = [];
      const byCabinet = Map.groupBy(some, ({ cabinet }) => cabinet);
      await Promise.all([
        ...Array.from(byCabinet.values(), (waiting) => this.#store(waiting, failed)),
        ...intruded.map(([cabinet, at]) => this.#raise(cabinet, at)),
      ]);
      if (failed.length === 0) continue;
      this.#waiting.unshift(...failed);
      if (this.#isStopping) return;
      await this.#rest();
    }
  }

  /** Stores one cabinet's moves in their order; those that could not be stored are added to `failed`. */
  async #store(waiting: readonly Waiting[], failed: Waiting[]): Promise<void> {
    for (const [index, one] of waiting.entries()) {
      try {
        await this.#storeOne(one);
      } catch (error) {
        this.#failed(error);
        if (++one.tries < DOOR.triesMax) return void failed.push(...waiting.slice(index));
      }
    }
  }

  /** Mostly nothing has moved: whoever connects tells where all doors are. */
  async #storeOne({ cabinet, moves }: Waiting): Promise<void> {
    const known = await doorsOf(this.#db.tables, cabinet);
    const news = moves.filter(({ cell, door }) => known.has(cell) && known.get(cell) !== door);
    if (news.length === 0) return;
    await this.#db.writer.transaction(async (trx) => {
      for (const move of news) await takeMove(trx, cabinet, move);
    });
  }

  async #raise(cabinet: string, at: number): Promise<void> {
    const until = at + DOOR.intrusionMs;
    const alarm = { kind: "second-connection", cabinet, cell: 0, subject: "", raised_at: at, until };
    try {
      await this.#db.writer.transaction((trx) => extendAlarm(trx, alarm));
    } catch (error) {
      this.#failed(error);
    }
  }

  async #rest(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pause = { timer: setTimeout(resolve, DOOR.retryMs), end: resolve };
    await promise;
    clearTimeout(this.#pause.timer);
    this.#pause = undefined;
  }
}
