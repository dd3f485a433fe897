import type { Context } from "hono";
import { timingSafeEqual } from "hono/utils/buffer";
import { clientOf } from "../http/client_address.ts";
import { GuessAlarm, type GuessAlarmOptions } from "../staff/mod.ts";
import { AddressRateLimiter } from "../lib/keyed_rate_limiter.ts";
import { delay } from "../lib/concurrency/delay.ts";
import { GUESS } from "../lib/limits.ts";

/** What the check works with. */
export interface TokenCheckOptions extends GuessAlarmOptions {
  readonly token: string;
  /** How many connections of HTTP the isolate has room for: answers that wait take a part of it. */
  readonly connectionsMax: number;
  /** Is told of each wrong token, with the address that it came from. */
  readonly refused: (address: string) => void;
  /** @default {delay} */
  readonly wait?: (ms: number) => Promise<void>;
}

/**
 * Checks the operator's token. The right one is taken at once, always; the answer to a wrong one waits, the longer
 * the more of them came from that address. So neither a mistake nor an attacker locks the operator out. The wait
 * slows a script that goes on with an old token. It does not bound guessing, since an attacker need not wait for
 * the answer: against guesses there are the alarm and the token's length.
 */
export class TokenCheck {
  readonly #options: TokenCheckOptions;
  readonly #allowance = new AddressRateLimiter(GUESS.perAddress);
  readonly #waitingMax: number;
  readonly #guesses: GuessAlarm;
  #waiting = 0;

  constructor(options: TokenCheckOptions) {
    this.#options = options;
    this.#guesses = new GuessAlarm(options);
    this.#waitingMax = Math.floor(options.connectionsMax * GUESS.waitingPart);
  }

  /** Whether the request carries the operator's token. */
  async admits(c: Context): Promise<boolean> {
    const authorization = c.req.header("authorization");
    if (await isOperator(authorization, this.#options.token)) return true;
    // A request without any has not guessed.
    if (authorization !== undefined) await this.#refuse(clientOf(c).address);
    return false;
  }

  async #refuse(address: string): Promise<void> {
    const { refused, now, wait = delay } = this.#options;
    refused(address);
    this.#guesses.count();
    const waitMs = this.#allowance.overdraw(address, { now: now(), waitMaxMs: GUESS.waitMaxMs });
    if (waitMs === 0 || this.#waiting >= this.#waitingMax) return;
    this.#waiting++;
    try {
      await wait(waitMs);
    } finally {
      this.#waiting--;
    }
  }
}

/** Whether the `Authorization` header carries the operator token. Takes as long whether much or little fits. */
export async function isOperator(authorization: string | undefined, token: string): Promise<boolean> {
  const sent = sentToken(authorization);
  return sent !== undefined && await timingSafeEqual(sent, token);
}

/** The token in an `Authorization` header, right or wrong; `undefined`: there is none. */
export function sentToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
}
