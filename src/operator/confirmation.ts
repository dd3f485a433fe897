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
 * The second confirmation: a token that stands for exactly the rentals that would be ended, so that an operator
 * ends none that the first answer did not show. Nothing of it is kept, so every program that has the operator token
 * understands it.
 */
export class ClearConfirmations {
  readonly #key: Uint8Array;
  readonly #wallClock: () => number;

  constructor(operatorToken: string, options: { wallClock: () => number }) {
    this.#key = createHmac("sha256", operatorToken).update("kaigui confirmation").digest();
    this.#wallClock = options.wallClock;
  }

  /** A token for this clearing, as it is now. */
  offer(clearing: Clearing): Confirmation {
    const expiresAt = this.#wallClock() + OPERATOR.confirmMs;
    return { confirm: `${expiresAt}.${this.#mac(clearing, expiresAt).toHex()}`, expiresAt };
  }

  /** Whether the token was made for this clearing and is not too old. */
  confirms(confirm: string, clearing: Clearing): boolean {
    const [, expiresAt, mac] = /^(\d{1,15})\.([0-9a-f]{64})$/.exec(confirm) ?? [];
    if (expiresAt === undefined || mac === undefined || Number(expiresAt) <= this.#wallClock()) return false;
    return timingSafeEqual(Uint8Array.fromHex(mac), this.#mac(clearing, Number(expiresAt)));
  }

  #mac({ cabinet, cell = 0, rentals }: Clearing, expiresAt: number): Uint8Array {
    const what = JSON.stringify([cabinet, cell, rentals.toSorted(), expiresAt]);
    return createHmac("sha256", this.#key).update(what).digest();
  }
}
