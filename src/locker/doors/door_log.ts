import { eventLog } from "../../db/journal/doors.ts";
import { type Database, isDatabaseUnavailable } from "../../db/mod.ts";
import { delay } from "../../lib/concurrency/delay.ts";
import { DOOR } from "../../lib/limits.ts";
import { type PassingAlarm, storeDoors, storeNumbered } from "../jobs.ts";
import type { CabinetMoves, DoorMove, NumberedDoorMove } from "../../cabinet/doors.ts";

/** Moves that are not stored yet. */
interface WaitingMoves extends CabinetMoves {
  readonly type: "moves";
  moves: readonly DoorMove[];
  /** Whether it is lost, or was tried to be stored once, so that it may be stored: then it goes on as it is. */
  isTaken: boolean;
}

/** Something about a cabinet that is not stored yet. */
type UnstoredRecord = WaitingMoves | ({ readonly type: "alarm" } & PassingAlarm);

/** What a {@linkcode DoorLog} goes by. */
export interface DoorLogOptions {
  /** Is told of database errors, and of moves that are lost. */
  readonly failed: (error: unknown) => void;
  /** Moves that wait to be stored at most. @default {DOOR.waitingMax} */
  readonly waitingMax?: number;
}

/**
 * Keeps where doors are and what they did. Moves that are only told are stored soon, each cabinet's in their order, and
 * over a database that is away for a while.
 */
export class DoorLog implements AsyncDisposable {
  readonly #db: Database;
  readonly #failed: (error: unknown) => void;
  readonly #waitingMax: number;
  #waiting: UnstoredRecord[] = [];
  /** Of all that is not stored. */
  #size = 0;
  /** Where the first openings of the commands that opened doors lately were put, by command. */
  readonly #openings = new Map<string, WaitingMoves>();
  /** How many moves were given up since that was reported. */
  #lost = 0;
  #writing: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(db: Database, { failed, waitingMax = DOOR.waitingMax }: DoorLogOptions) {
    this.#db = db;
    this.#failed = failed;
    this.#waitingMax = waitingMax;
  }

  /** Doors moved. Never throws. */
  moved(cabinet: string, moves: readonly DoorMove[]): void {
    for (let from = 0; from < moves.length; from += DOOR.batchMax) {
      const waiting: WaitingMoves = {
        type: "moves",
        cabinet,
        moves: moves.slice(from, from + DOOR.batchMax),
        isTaken: false,
      };
      for (const command of openingsIn(waiting)) this.#noteOpening(command, waiting);
      this.#add(waiting);
    }
  }

  /**
   * The command's first opening is written with its end: where it waits, it is not news any more. What follows it is
   * another opening. Never throws.
   */
  openingWritten(command: string): void {
    const waiting = this.#openings.get(command);
    this.#openings.delete(command);
    if (!waiting || waiting.isTaken) return;
    const first = waiting.moves.findIndex((move) => move.door === "open" && move.command === command);
    waiting.moves = waiting.moves.toSpliced(first, 1);
    this.#size--;
  }

  /** Another device tried to take the cabinet's place, at that time in milliseconds since 1970. Never throws. */
  intruded(cabinet: string, at: number): void {
    this.#add({ type: "alarm", kind: "second-connection", cabinet, cell: 0, at: Math.round(at) });
  }

  /** The switch of that cell's door moves again and again, at that time in milliseconds since 1970. Never throws. */
  fluttered(cabinet: string, cell: number, at: number): void {
    this.#add({ type: "alarm", kind: "contact-flutters", cabinet, cell, at: Math.round(at) });
  }

  /** The cabinet's device sends too much, at that time in milliseconds since 1970. Never throws. */
  sentTooFast(cabinet: string, at: number): void {
    this.#add({ type: "alarm", kind: "device-too-fast", cabinet, cell: 0, at: Math.round(at) });
  }

  /** So many more of those who are not a cabinet came than usually do, by that time in milliseconds since 1970. Never throws. */
  flooded(count: number, at: number): void {
    const kind = "unknown-registrations";
    this.#add({ type: "alarm", kind, cabinet: "", cell: 0, count, at: Math.round(at) });
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
  async heard(cabinet: string, log: string, moves: readonly NumberedDoorMove[]): Promise<void> {
    await this.#db.writer.run(storeNumbered, { cabinet, log, moves });
  }

  /** Resolves when all that was told is stored, or lost. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  /** Tries once more to store what waits: what the database does not take then is lost, and reported. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.idle();
  }

  #noteOpening(command: string, waiting: WaitingMoves): void {
    if (this.#openings.has(command)) return;
    this.#openings.set(command, waiting);
    if (this.#openings.size <= DOOR.openingsMax) return;
    for (const oldest of this.#openings.keys()) return void this.#openings.delete(oldest);
  }

  #add(waiting: UnstoredRecord): void {
    this.#waiting.push(waiting);
    this.#size += sizeOf(waiting);
    while (this.#size > this.#waitingMax && this.#waiting.length > 1) this.#lose(this.#waiting.splice(0, 1));
    this.#writing ??= this.#storeAll();
  }

  async #storeAll(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#waiting.length > 0) {
      if (this.#waiting.length < DOOR.batchMax) await delay(DOOR.gatherMs, { signal });
      const isBack = await this.#storeSome();
      if (!isBack && signal.aborted) this.#lose(this.#waiting.splice(0));
      this.#reportLost();
      if (!isBack) await delay(DOOR.retryMs, { signal });
    }
    this.#writing = undefined;
  }

  /** Stores what was told first. What a database that is away did not take waits again; then it is `false`. */
  async #storeSome(): Promise<boolean> {
    const some = this.#waiting.splice(0, countWithin(this.#waiting, DOOR.batchMax));
    take(some);
    const left = await this.#stored(some.filter((one) => sizeOf(one) > 0));
    this.#waiting.unshift(...left);
    return left.length === 0;
  }

  /** Stores it together, and returns what a database that is away did not take. What it refuses is lost alone. */
  async #stored(some: readonly UnstoredRecord[]): Promise<readonly UnstoredRecord[]> {
    if (some.length === 0) return [];
    try {
      await this.#store(some);
      for (const one of some) this.#size -= sizeOf(one);
      return [];
    } catch (error) {
      if (!isDatabaseUnavailable(error) && some.length > 1) return await this.#storedOneByOne(some);
      this.#failed(error);
      if (isDatabaseUnavailable(error)) return some;
      this.#lose(some);
      return [];
    }
  }

  async #storedOneByOne(some: readonly UnstoredRecord[]): Promise<readonly UnstoredRecord[]> {
    for (const [index, one] of some.entries()) {
      const left = await this.#stored([one]);
      if (left.length > 0) return some.slice(index);
    }
    return [];
  }

  async #store(some: readonly UnstoredRecord[]): Promise<void> {
    const told = some.filter((one) => one.type === "moves");
    const alarms = some.filter((one) => one.type === "alarm");
    await this.#db.writer.run(storeDoors, { told, alarms });
  }

  #lose(waiting: readonly UnstoredRecord[]): void {
    take(waiting);
    for (const one of waiting) {
      this.#size -= sizeOf(one);
      this.#lost += sizeOf(one);
    }
  }

  #reportLost(): void {
    if (this.#lost === 0) return;
    this.#failed(new Error(`Cannot keep ${this.#lost} moves of doors: the database did not take them`));
    this.#lost = 0;
  }
}

/** From now on they may be stored, or are lost. */
function take(some: readonly UnstoredRecord[]): void {
  for (const one of some) if (one.type === "moves") one.isTaken = true;
}

/** How many of the first ones count so much at most together; one at least. */
function countWithin(waiting: readonly UnstoredRecord[], max: number): number {
  let size = 0;
  const past = waiting.findIndex((one) => (size += sizeOf(one)) > max);
  return past === -1 ? waiting.length : Math.max(past, 1);
}

/** The commands that doors were opened by. */
function openingsIn({ moves }: CabinetMoves): string[] {
  return moves.flatMap(({ door, command }) => door === "open" && command !== undefined ? [command] : []);
}

/** How much it counts towards limits. */
function sizeOf(waiting: UnstoredRecord): number {
  return waiting.type === "moves" ? waiting.moves.length : 1;
}
