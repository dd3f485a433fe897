import { codeById, insertCode, useCode, voidCodes } from "../../db/queries/codes.ts";
import type { CodeTable, RentalTable, Tables } from "../../db/mod.ts";
import { insertEvent } from "../../db/queries/records.ts";
import { lockRental } from "../../db/queries/rentals.ts";
import { CODE } from "../../lib/limits.ts";
import type { Cabinet } from "../cabinets/cabinet.ts";
import { KeyedHash, newNonce } from "./keyed.ts";
import type { Rules } from "../../cabinet/rules.ts";
import { GuessLimiter } from "./guess_limiter.ts";

/** A person's request for a rental's code. */
export interface Share {
  /** UUID that the page made; the same one again gets the same code. */
  readonly id: string;
  readonly cabinet: Pick<Cabinet, "id" | "rules">;
  readonly rental: string;
  readonly person: string;
}

/** How it went. `conflict`: the id belongs to another share. `forbidden`: it is not, or no longer, the person's to share. */
export type ShareResult =
  | { readonly type: "shared"; readonly code: string; readonly until: number }
  | { readonly type: "forbidden" | "conflict" };

/**
 * Pickup codes: eight digits that let another person take a thing out, once. A code is not stored: it comes from a
 * random nonce and the service's secret, and what is tried is compared by a keyed hash, so neither the database
 * alone nor the time an answer takes tells one.
 */
export class PickupCodes {
  /** Counts each guess before it is looked at. */
  readonly tries: GuessLimiter;
  readonly #keyed: KeyedHash;

  /** @param secret known to the programs of the service alone */
  constructor(secret: string) {
    this.#keyed = new KeyedHash(secret);
    this.tries = new GuessLimiter(this.#keyed);
  }

  /** Makes a code for the rental; the ones before it work no more. */
  async share(trx: Tables, share: Share, now: number): Promise<ShareResult> {
    const { id, cabinet, person } = share;
    // Before it is looked for: the same share that comes elsewhere at the same time is known when its transaction is over.
    const rental = await lockRental(trx, share.rental);
    const known = await codeById(trx, id);
    if (known) return this.#again(known, share, now);
    if (rental?.cabinet !== cabinet.id || rental.person !== person || rental.state !== "held") {
      return { type: "forbidden" };
    }
    await voidCodes(trx, rental.id, now);
    const until = untilOf(rental, cabinet.rules, now);
    const made = await this.#make(trx, { ...share, cabinet: cabinet.id, until, now });
    const about = { cabinet: cabinet.id, cell: rental.cell, person, rental: rental.id };
    await insertEvent(trx, { at: now, kind: "shared", ...about });
    return { type: "shared", code: this.#codeOf(made), until };
  }

  /** The code that this share made, for as long as it works. */
  async madeBy(trx: Tables, share: string, now: number): Promise<string | undefined> {
    const code = await codeById(trx, share);
    return code && works(code, now) ? this.#codeOf(code.nonce) : undefined;
  }

  /** Uses up the code, for good; `undefined` whatever was wrong with it. */
  async use(
    trx: Tables,
    { cabinet, code, person }: { cabinet: string; code: string; person: string },
    now: number,
  ): Promise<CodeTable | undefined> {
    return await useCode(trx, { cabinet, hash: this.#hash(cabinet, code), by: person, now });
  }

  #again(known: CodeTable, share: Share, now: number): ShareResult {
    const isSame = known.rental === share.rental && known.person === share.person &&
      known.cabinet === share.cabinet.id;
    if (!isSame) return { type: "conflict" };
    if (!works(known, now)) return { type: "forbidden" };
    return { type: "shared", code: this.#codeOf(known.nonce), until: known.until };
  }

  /** A code that the cabinet has not among those that still work; returns its nonce. */
  async #make(
    trx: Tables,
    row: Pick<CodeTable, "id" | "cabinet" | "rental" | "person" | "until"> & { now: number },
  ): Promise<string> {
    const { id, cabinet, rental, person, until, now } = row;
    for (let tries = 0; tries < CODE.makeTries; tries++) {
      const nonce = newNonce();
      const hash = this.#hash(cabinet, this.#codeOf(nonce));
      const made = { id, cabinet, rental, person, nonce, hash, until };
      const isNew = await insertCode(trx, {
        ...made,
        created_at: now,
        used_at: null,
        used_by: null,
        void_at: null,
      });
      if (isNew) return nonce;
    }
    throw new Error(`Cannot make a code for cabinet ${cabinet}: ${CODE.makeTries} were taken`);
  }

  #codeOf(nonce: string): string {
    return this.#keyed.digits(`pickup code ${nonce}`);
  }

  #hash(cabinet: string, code: string): string {
    return this.#keyed.hash(`pickup hash ${cabinet} ${code}`);
  }
}

function works({ used_at, void_at, until }: CodeTable, now: number): boolean {
  return used_at === null && void_at === null && until > now;
}

/** Until when a new code works: no longer than the rental may be opened. */
function untilOf({ until, overdue_at }: RentalTable, rules: Rules, now: number): number {
  const usual = now + rules.codeMinutes * 60_000;
  const isOpenToTheEnd = rules.overdue === "record" || until === null || overdue_at !== null;
  return isOpenToTheEnd ? usual : Math.min(usual, until);
}
