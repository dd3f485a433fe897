import { lockTries, setTries } from "../../db/queries/codes.ts";
import type { CodeTriesTable, PersonTable, Tables } from "../../db/mod.ts";
import { raiseAlarm } from "../../db/queries/alarms/alarms.ts";
import { subscriberAt } from "../../lib/ip_address.ts";
import { backoffMs } from "../../lib/concurrency/backoff.ts";
import { ADDRESS, CODE } from "../../lib/limits.ts";
import type { KeyedHash } from "./keyed.ts";

/** A guess of a code or secret. */
export interface Guess {
  /** On whose page. */
  readonly cabinet: string;
  readonly person: PersonTable;
  /** From where. */
  readonly address: string;
  /** The number of the rental whose secret is guessed; not given: it is a pickup code. */
  readonly rental?: string;
}

/** What a guess counts against. */
interface Subject {
  readonly name: string;
  /** Guesses within the window before any has to wait. */
  readonly free: number;
  /** How long the next one waits after so many more, in milliseconds. */
  readonly pauseMs: (over: number) => number;
  /** Wrong ones within the window from which on there is an alarm. */
  readonly alarmFrom: number;
  /** A place, which all people use, has turns once its free guesses are used up. */
  readonly isPlace?: true;
  /** Wrong ones from which on there is no turn. */
  readonly noTurnFrom?: number;
}

/** How it stands with a subject. */
interface GuessCount {
  readonly of: Subject;
  readonly row: CodeTriesTable;
}

/**
 * Limits guesses of what eight digits keep: a pickup code, or the secret that moves a rental to another person.
 *
 * Each guess counts as wrong before it is looked at, against the person, the address and the place, and is taken
 * off again when it was right; so however many come at once, none is looked at that was not counted. A person and
 * an address run out of tries. A place, which all people use, does not: its guesses are looked at one after the
 * other, and a person who had too many wrong ones gets no turn. The arithmetic is in `limits.ts`.
 */
export class GuessLimiter {
  readonly #keyed: KeyedHash;

  constructor(keyed: KeyedHash) {
    this.#keyed = keyed;
  }

  /**
   * Counts one more guess. Where `waitMs` is more than 0, it has to wait for its turn, without holding a transaction
   * meanwhile, and is then tried again as one that has its turn.
   *
   * @returns `blocked`: it must not be looked at, and does not count
   */
  async begin(
    trx: Tables,
    guess: Guess,
    { now, hasTurn }: { now: number; hasTurn: boolean },
  ): Promise<{ attempt: Attempt; waitMs: number } | "blocked"> {
    const counts = await this.#countsOf(trx, guess, now);
    if (hasTurn) return { attempt: new Attempt(counts), waitMs: 0 };
    const turn = Math.max(now, ...counts.map(({ row }) => row.blocked_until));
    if (turn - now > CODE.waitMaxMs || isShutOut(counts)) return "blocked";
    const counted = counts.map((count) => withGuess(count, turn));
    for (const { row } of counted) await setTries(trx, row);
    return { attempt: new Attempt(counted), waitMs: turn - now };
  }

  /** Kept from others until the transaction ends. */
  async #countsOf(trx: Tables, guess: Guess, now: number): Promise<GuessCount[]> {
    const subjects = this.#subjectsOf(guess, now);
    const rows = await lockTries(trx, subjects.map(keyOf), now);
    const byKey = new Map(rows.map((row) => [row.subject, row]));
    return subjects.flatMap((of) => {
      const row = byKey.get(keyOf(of));
      return row ? [{ of, row: fresh(row, now) }] : [];
    });
  }

  /** People whom WeChat vouches for cost an attacker more: guests take no turn from them, and their address is nothing. */
  #subjectsOf({ cabinet, person, address, rental }: Guess, now: number): Subject[] {
    const isGuest = person.kind === "guest";
    const lane = isGuest ? "" : ":wechat";
    const subjects = [
      personSubject(person, now),
      placeSubject(`cabinet:${cabinet}${lane}`, CODE.wrongPerCabinetFree),
    ];
    if (rental !== undefined) {
      subjects.push(placeSubject(`rental:${rental}${lane}`, CODE.wrongPerRentalFree));
    }
    if (isGuest) subjects.push(...this.#addressSubjects(address, cabinet));
    return subjects;
  }

  #addressSubjects(address: string, cabinet: string): Subject[] {
    const { network, wider } = subscriberAt(address);
    const subjects = this.#networkSubjects(network, { cabinet, times: 1 });
    if (wider !== undefined) {
      subjects.push(...this.#networkSubjects(wider, { cabinet, times: ADDRESS.widerTimes }));
    }
    return subjects;
  }

  /** The address is hashed: it says where a person was. */
  #networkSubjects(network: string, { cabinet, times }: { cabinet: string; times: number }): Subject[] {
    const hash = this.#keyed.hash(`address ${network}`);
    const max = CODE.wrongPerAddressMax * times;
    const usual = { free: max, pauseMs: () => CODE.blockMs };
    return [
      { ...usual, name: `address:${hash}`, alarmFrom: max },
      // Others behind the same NAT may mistype at other cabinets.
      {
        ...usual,
        name: `address:${hash}@${cabinet}`,
        alarmFrom: Infinity,
        noTurnFrom: CODE.wrongAtTurnsMax * times,
      },
    ];
  }
}

/** A guess that was counted and may be looked at. */
export class Attempt {
  readonly #counts: readonly GuessCount[];

  constructor(counts: readonly GuessCount[]) {
    this.#counts = counts;
  }

  /** It was right, so it does not count after all. */
  async right(trx: Tables): Promise<void> {
    for (const { of, row } of this.#counts) {
      const wrong = Math.max(0, row.wrong - 1);
      await setTries(trx, { ...row, wrong, blocked_until: wrong < of.free ? 0 : row.blocked_until });
    }
  }

  /** It was wrong. */
  async wrong(trx: Tables, { cabinet, now }: { cabinet: string; now: number }): Promise<void> {
    for (const { of, row } of this.#counts) {
      if (row.wrong < of.alarmFrom) continue;
      const until = Math.max(row.since + CODE.wrongWindowMs, row.blocked_until);
      const alarm = { kind: "wrong-codes", cabinet, cell: 0, subject: of.name } as const;
      await raiseAlarm(trx, { ...alarm, raised_at: now, until });
    }
  }
}

function personSubject({ id, kind, created_at }: PersonTable, now: number): Subject {
  const isNewGuest = kind === "guest" && now < created_at + CODE.newGuestMs;
  return {
    name: `person:${id}`,
    free: isNewGuest ? CODE.wrongPerNewGuestMax : CODE.wrongPerPersonMax,
    pauseMs: (over) => backoffMs(over, { firstMs: CODE.personPauseMs, maxMs: CODE.blockMs }),
    alarmFrom: CODE.wrongPerPersonMax,
    noTurnFrom: CODE.wrongAtTurnsMax,
  };
}

/** Where it is counted. The version before closes a place that was guessed at too often, and counts that by its name. */
function keyOf({ name, isPlace }: Subject): string {
  return isPlace ? `turns:${name}` : name;
}

function placeSubject(name: string, free: number): Subject {
  const pauseMs = (over: number) =>
    backoffMs(Math.floor(over / free), { firstMs: CODE.turnMs, maxMs: CODE.turnMaxMs });
  return { name, free, pauseMs, alarmFrom: free, isPlace: true };
}

/** What was wrong long ago does not count any more. */
function fresh(row: CodeTriesTable, now: number): CodeTriesTable {
  const isOld = now >= row.since + CODE.wrongWindowMs && now >= row.blocked_until;
  return isOld ? { ...row, wrong: 0, since: now, blocked_until: 0 } : row;
}

/** Where a place has turns, they are for those who had few wrong guesses. */
function isShutOut(counts: readonly GuessCount[]): boolean {
  const hasTurns = counts.some(({ of, row }) => of.isPlace && row.wrong >= of.free);
  return hasTurns && counts.some(({ of, row }) => row.wrong >= (of.noTurnFrom ?? Infinity));
}

function withGuess({ of, row }: GuessCount, turn: number): GuessCount {
  const wrong = row.wrong + 1;
  const blocked_until = wrong < of.free ? row.blocked_until : turn + of.pauseMs(wrong - of.free);
  return { of, row: { ...row, wrong, blocked_until } };
}
