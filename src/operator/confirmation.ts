import { createHmac, timingSafeEqual } from "node:crypto";
import { OPERATOR } from "../lib/limits.ts";
import { timestamp } from "./contract/shared/fields.ts";
import { Problem } from "./problem.ts";

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
   * Whether the token was made for this and is not too old.
   *
   * @param options.at when it was sent, in milliseconds since 1970 @default {undefined} now
   */
  confirms(
    confirm: string,
    what: readonly unknown[],
    { at = this.#wallClock() }: { at?: number } = {},
  ): boolean {
    const [, expiresAt, mac] = /^(\d{1,15})\.([0-9a-f]{64})$/.exec(confirm) ?? [];
    if (expiresAt === undefined || mac === undefined || Number(expiresAt) <= at) return false;
    return timingSafeEqual(Uint8Array.fromHex(mac), this.#mac(what, Number(expiresAt)));
  }

  #mac(what: readonly unknown[], expiresAt: number): Uint8Array {
    return createHmac("sha256", this.#key).update(JSON.stringify([...what, expiresAt])).digest();
  }
}

/** What confirms it, as it is answered. */
export function offerAnswer({ confirm, expiresAt }: Confirmation): { confirm: string; expiresAt: string } {
  return { confirm, expiresAt: timestamp(expiresAt) };
}

/** The problem that something is done only once it was confirmed. @param members what it would do */
export function confirmationNeeded(offer: Confirmation, members: Readonly<Record<string, unknown>>): Problem {
  return new Problem(409, "Look at what this would do, then send it again with this `confirm`", {
    title: "Confirmation needed",
    code: "confirmation-needed",
    members: { ...offerAnswer(offer), ...members },
  });
}
