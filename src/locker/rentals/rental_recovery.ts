import { delay } from "../../lib/concurrency/delay.ts";
import { timingSafeEqual } from "node:crypto";
import { voidCodes } from "../../db/queries/codes.ts";
import type { Database, PersonTable, RentalTable, Tables } from "../../db/mod.ts";
import {
  endSessions,
  hasActiveRental,
  isSessionOver,
  lockPerson,
  lockSessionPerson,
} from "../../db/queries/people.ts";
import { changeRental, lockRental, rentalByNumber } from "../../db/queries/rentals.ts";
import { type CabinetRouter, personTopic } from "../../cabinet/requests.ts";
import { isNumber } from "../../lib/text/short_numbers.ts";
import { publish, rentalView } from "../changes.ts";
import { unavailable } from "../journal.ts";
import { KeyedHash, newNonce } from "../codes/keyed.ts";
import { note } from "./outcomes.ts";
import { withNumber } from "../codes/rental_numbers.ts";
import type { GuessLimiter } from "../codes/guess_limiter.ts";
import type { RentalState } from "../../cabinet/kinds.ts";

/** States in which there is something to come back to. */
const ACTIVE: readonly RentalState[] = ["held", "returning"];

/** What a person needs to come back to a rental. */
export interface RecoveryCode {
  /** The rental's public number. */
  readonly number: string;
  /** Eight digits. */
  readonly secret: string;
}

/** A person wants something of a rental. */
export interface RentalWish {
  readonly cabinet: string;
  readonly rental: string;
  readonly person: string;
  /** The person's `sessionsFrom` by which the wish was let in. @default {undefined} whatever it is */
  readonly sessionsFrom?: number | undefined;
}

/** A person's claim to a rental. */
export interface RecoveryClaim extends RecoveryCode {
  /** On whose page. */
  readonly cabinet: string;
  readonly person: string;
  /** The person's `sessionsFrom` by which the claim was let in. */
  readonly sessionsFrom: number;
  /** From where. */
  readonly address: string;
}

/**
 * How it went. `bad-number`: no rental has such a number. `wrong-code`: number and secret do not belong together, or
 * not any more. `over`: they do, but the rental has ended. `blocked`: too many wrong ones; later again.
 */
export type RecoveryResult =
  | { readonly type: "claimed"; readonly rental: string; readonly cell: number }
  | { readonly type: "bad-number" | "wrong-code" | "over" | "blocked" | "forbidden" };

/** A rental that moved, and whether its last person's sessions ended. */
interface Moved {
  readonly rental: RentalTable;
  readonly from: string;
  readonly isSignedOut: boolean;
}

/**
 * How a guest who has lost the session comes back to a rental: its number, which is public, and a secret of eight
 * digits, which the page shows to be photographed. Only guests need one: others come back by their login.
 *
 * The secret is not stored, see `keyed.ts`. It works once: the person to whom it moves the rental gets another one.
 */
export class RentalRecovery {
  readonly #db: Database;
  readonly #keyed: KeyedHash;
  readonly #tries: GuessLimiter;
  readonly #router: CabinetRouter;
  readonly #wallClock: () => number;

  /** @param options.secret known to the programs of the service alone */
  constructor(
    db: Database,
    options: { secret: string; tries: GuessLimiter; router: CabinetRouter; wallClock: () => number },
  ) {
    this.#db = db;
    this.#keyed = new KeyedHash(options.secret);
    this.#tries = options.tries;
    this.#router = options.router;
    this.#wallClock = options.wallClock;
  }

  /**
   * The way back of a guest's rental, the same one until it is used; `undefined`: it is not the guest's, or there is
   * nothing to come back to.
   *
   * @throws {UnavailableError} if the database does not answer
   */
  async show(wish: RentalWish): Promise<RecoveryCode | undefined> {
    return await this.#written("show", (trx) => this.#shown(trx, wish));
  }

  /**
   * Moves the rental to the person who knows its secret. Its last person loses it, and the session with it, unless that
   * person has something else; pickup codes work no more.
   *
   * @throws {UnavailableError} if the database does not answer
   */
  async claim(claim: RecoveryClaim): Promise<RecoveryResult> {
    if (!isNumber(claim.number)) return { type: "bad-number" };
    for (let hasTurn = false;; hasTurn = true) {
      const done = await this.#written("move", (trx) => this.#claimed(trx, claim, hasTurn));
      if ("waitMs" in done) await delay(done.waitMs);
      else if ("from" in done) return this.#told(done);
      else return done;
    }
  }

  async #shown(
    trx: Tables,
    wish: RentalWish,
  ): Promise<RecoveryCode | undefined> {
    const { cabinet, rental: id, person } = wish;
    if ((await lockSessionPerson(trx, wish))?.kind !== "guest") return undefined;
    const rental = await lockRental(trx, id);
    if (rental?.cabinet !== cabinet || rental.person !== person || !ACTIVE.includes(rental.state)) {
      return undefined;
    }
    const { number } = await withNumber(trx, rental);
    const nonce = rental.way_back ?? newNonce();
    if (rental.way_back === null) {
      await changeRental(trx, id, { from: ACTIVE, set: { way_back: nonce } });
    }
    return number === null ? undefined : { number, secret: this.#secretOf(id, nonce) };
  }

  async #claimed(
    trx: Tables,
    claim: RecoveryClaim,
    hasTurn: boolean,
  ): Promise<RecoveryResult | Moved | { readonly waitMs: number }> {
    const { cabinet, number } = claim;
    const now = this.#wallClock();
    const found = await rentalByNumber(trx, number);
    const person = await lockedPerson(trx, { id: claim.person, beside: found?.person });
    if (!person || isSessionOver(person, claim)) return { type: "forbidden" };
    if (found?.person === person.id && found.cabinet === cabinet) {
      return ACTIVE.includes(found.state) ? claimedBy(found) : { type: "over" };
    }
    const guess = { cabinet, person, address: claim.address, rental: number };
    const counted = await this.#tries.begin(trx, guess, { now, hasTurn });
    if (counted === "blocked") return { type: "blocked" };
    if (counted.waitMs > 0) return { waitMs: counted.waitMs };
    const { attempt } = counted;
    const rental = found && await lockRental(trx, found.id);
    if (!this.#isRight(rental, claim)) {
      await attempt.wrong(trx, { cabinet, now });
      return { type: "wrong-code" };
    }
    await attempt.right(trx);
    return await moved(trx, { rental, to: person.id, now });
  }

  /** All wrong ones take the same way. */
  #isRight(rental: RentalTable | undefined, { cabinet, secret }: RecoveryClaim): rental is RentalTable {
    const expected = this.#secretOf(rental?.id ?? "", rental?.way_back ?? "");
    const isSame = timingSafeEqual(bytesOf(expected), bytesOf(secret));
    return isSame && typeof rental?.way_back === "string" && rental.cabinet === cabinet;
  }

  #told({ rental, from, isSignedOut }: Moved): RecoveryResult {
    const { cabinet } = rental;
    const gone = { ...rentalView(rental, from), state: "ended", reason: "moved" } as const;
    this.#router.publish(personTopic(from), { type: "rental", cabinet, rental: gone });
    if (isSignedOut) this.#router.publish(personTopic(from), { type: "signed-out" });
    publish(this.#router, [{ type: "rental", row: rental }]);
    return claimedBy(rental);
  }

  #secretOf(rental: string, nonce: string): string {
    return this.#keyed.digits(`way back ${rental} ${nonce}`);
  }

  async #written<T>(what: string, work: (trx: Tables) => Promise<T>): Promise<T> {
    try {
      return await this.#db.writer.transaction(work);
    } catch (error) {
      throw unavailable(`Cannot ${what} a rental`, error);
    }
  }
}

/** The person, kept from others together with another, in an order in which no two wait for each other. */
async function lockedPerson(
  trx: Tables,
  { id, beside = id }: { id: string; beside: string | undefined },
): Promise<PersonTable | undefined> {
  const [first, second] = [id, beside].sort();
  const one = await lockPerson(trx, first ?? id);
  const other = first === second ? one : await lockPerson(trx, second ?? id);
  return id === first ? one : other;
}

/** A person who has something else in a cell keeps the session, and with it the way to that. */
async function moved(
  trx: Tables,
  { rental: before, to, now }: { rental: RentalTable; to: string; now: number },
): Promise<Moved | RecoveryResult> {
  const { id, person: from } = before;
  const own = before.picker === to ? { picker: null, collecting: 0 } : {};
  const end_reason = before.state === "returning" && before.picker === to ? "retrieved" : before.end_reason;
  const set = { person: to, way_back: null, end_reason, ...own };
  const rental = await changeRental(trx, id, { from: ACTIVE, set });
  if (!rental) return { type: "over" };
  await voidCodes(trx, id, now);
  await note(trx, rental, { kind: "moved", now, detail: from });
  const isSignedOut = !await hasActiveRental(trx, from) && await endSessions(trx, from, now);
  return { rental, from, isSignedOut };
}

function claimedBy({ id, cell }: RentalTable): RecoveryResult {
  return { type: "claimed", rental: id, cell };
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
