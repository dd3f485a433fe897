import { createHmac, timingSafeEqual } from "node:crypto";
import { OPERATOR } from "../lib/limits.ts";
import type { RentalScope } from "../locker/mod.ts";

/** What would be ended. */
export interface Clearing extends RentalScope {
  /** Ids of the rentals, in any order. */
  readonly rentals: readonly string[];
}

/** What confirms it, and until when (milliseconds since 1970). */
export interface Confirmation {
  readonly confirm: string;
  readonly expiresAt: number;
}

/**
 * The second confirmation: a token that stands for exactly what the first answer showed. Nothing of it is kept, so every
 * program that has the operator token understands it.
 */
export class Confirmations {
  readonly #key: Uint8Array;
  readonly #wallClock: () => number;

  /** @param options.purpose tells the tokens of one kind of act from all others' */
  constructor(operatorToken: string, options: { purpose: string; wallClock: () => number }) {
    this.#key = createHmac("sha256", operatorToken).update(options.purpose).digest();
    this.#wallClock = options.wallClock;
  }

  /** A token for this, as it is now. */
  offer(what: readonly unknown[]): Confirmation {
    const expiresAt = this.#wallClock() + OPERATOR.confirmMs;
    return { confirm: `${expiresAt}.${this.#mac(what, expiresAt).toHex()}`, expiresAt };
  }

  /**
   * Whether the token was made for this and was not too old when it came.
   *
   * @param cameAt milliseconds since 1970 @default {now}
   */
  confirms(confirm: string, what: readonly unknown[], cameAt = this.#wallClock()): boolean {
    const [, expiresAt, mac] = /^(\d{1,15})\.([0-9a-f]{64})$/.exec(confirm) ?? [];
    if (expiresAt === undefined || mac === undefined || Number(expiresAt) <= cameAt) return false;
    return timingSafeEqual(Uint8Array.fromHex(mac), this.#mac(what, Number(expiresAt)));
  }

  #mac(what: readonly unknown[], expiresAt: number): Uint8Array {
    return createHmac("sha256", this.#key).update(JSON.stringify([...what, expiresAt])).digest();
  }
}

/** Confirms clearings: an operator ends no rentals that the first answer did not show. */
export class ClearConfirmations {
  readonly #confirmations: Confirmations;

  constructor(operatorToken: string, { wallClock }: { wallClock: () => number }) {
    this.#confirmations = new Confirmations(operatorToken, { purpose: "kaigui confirmation", wallClock });
  }

  /** A token for this clearing, as it is now. */
  offer(clearing: Clearing): Confirmation {
    return this.#confirmations.offer(wordsOf(clearing));
  }

  /** Whether the token was made for this clearing and is not too old. */
  confirms(confirm: string, clearing: Clearing): boolean {
    return this.#confirmations.confirms(confirm, wordsOf(clearing));
  }
}

function wordsOf({ cabinet, cell = 0, rentals }: Clearing): readonly unknown[] {
  return [cabinet, cell, rentals.toSorted()];
}
