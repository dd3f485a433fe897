import { KeyedCounts } from "../../lib/concurrency/keyed_counts.ts";
import { GuessAlarm, type GuessAlarmOptions } from "./guess_alarm.ts";
import { subscriberAt } from "../../lib/ip_address.ts";
import { AddressRateLimiter, KeyedRateLimiter, type Rate } from "../../lib/keyed_rate_limiter.ts";
import { LOG_IN } from "../../lib/limits.ts";
import type { HashOrigin } from "./hash_queue.ts";

/** A try to log in. */
export interface LoginTry {
  /** In its one spelling; there may be no such account. */
  readonly login: string;
  /** Network address. */
  readonly address: string;
  /** Whether the account was logged in to from that address before. */
  readonly isKnown: boolean;
}

/** Why a try was refused, for the log: neither the login nor what was tried. */
export interface LoginRefusal {
  readonly what: "password" | "second-factor";
  /** `too-many`: it was not even checked. */
  readonly why: "wrong" | "too-many";
  /** Network address. */
  readonly address: string;
}

/** A try that was let in. It is over when this is disposed of. */
export interface LoginPlace extends Disposable {
  /** In which order its password is hashed. */
  readonly origin: HashOrigin;
}

/** What the guard works with. */
export interface LoginGuardOptions extends GuessAlarmOptions {
  /** Is told of each refused try. */
  readonly refused: (refusal: LoginRefusal) => void;
}

/**
 * Says which tries to log in are checked, before anything costly is done. An address is known to an account that was logged in
 * to from there: its tries have a limit of their own, so nothing that happens elsewhere touches them. Other addresses have a
 * limit each; of one account they may try a little each, and together a little more. So a stranger slows nobody down but
 * other users of the stranger's own address. Each isolate counts for itself.
 */
export class LoginGuard {
  readonly #options: LoginGuardOptions;
  readonly #alarm: GuessAlarm;
  readonly #known = new KeyedRateLimiter(LOG_IN.triesOfKnown);
  readonly #addresses = new AddressRateLimiter(LOG_IN.triesOfAddress);
  readonly #newcomers = new KeyedRateLimiter(LOG_IN.triesOfNewcomer);
  readonly #strangers = new KeyedRateLimiter(LOG_IN.triesOfStrangers);
  readonly #codes = new KeyedRateLimiter(LOG_IN.wrongCodes);
  readonly #atOnce = new KeyedCounts(LOG_IN.triesAtOnce);

  constructor(options: LoginGuardOptions) {
    this.#options = options;
    this.#alarm = new GuessAlarm(options);
  }

  /**
   * Lets a try in, until what is returned is disposed of.
   *
   * @returns `undefined`: too many; try again after {@linkcode retryAfterMs}
   */
  enter(tried: LoginTry): LoginPlace | undefined {
    const origin = this.#originOf(tried);
    const place = this.#atOnce.enter(tried.isKnown ? placeOf(tried) : networkOf(tried));
    if (place && this.#admits(tried)) return { ...place, origin };
    place?.[Symbol.dispose]();
    this.#refuse({ what: "password", why: "too-many", address: tried.address });
    return undefined;
  }

  /** How long a caller should wait whose try was not let in, in milliseconds. */
  retryAfterMs({ isKnown }: LoginTry): number {
    return intervalMs(isKnown ? LOG_IN.triesOfKnown : LOG_IN.triesOfAddress);
  }

  /** The password was wrong. */
  wrongPassword({ address }: LoginTry): void {
    this.#refuse({ what: "password", why: "wrong", address });
  }

  /**
   * Whether a code of the second factor may be checked. It counts as wrong until {@linkcode rightCode} is called.
   *
   * @returns how long the caller should wait, in milliseconds; 0: it may
   */
  codeWaitMs(tried: LoginTry): number {
    if (this.#codes.takes(codesOf(tried), this.#options.now())) return 0;
    this.#refuse({ what: "second-factor", why: "too-many", address: tried.address });
    return intervalMs(LOG_IN.wrongCodes);
  }

  /** The code was right. */
  rightCode(tried: LoginTry): void {
    this.#codes.giveBack(codesOf(tried), this.#options.now());
  }

  /** The code was wrong. */
  wrongCode({ address }: LoginTry): void {
    this.#refuse({ what: "second-factor", why: "wrong", address });
  }

  #admits(tried: LoginTry): boolean {
    const now = this.#options.now();
    if (tried.isKnown) return this.#known.takes(placeOf(tried), now);
    if (!this.#addresses.takes(tried.address, now)) return false;
    return this.#newcomers.takes(placeOf(tried), now) || this.#strangers.takes(tried.login, now);
  }

  /**
   * Tries from known addresses never wait behind others, and the first one of an address not behind those that came
   * before it: so a flood from other addresses does not delay it.
   */
  #originOf({ isKnown, address }: LoginTry): HashOrigin {
    const isFirst = this.#addresses.isUnused(address, this.#options.now());
    return [isKnown ? "known" : isFirst ? "first" : "stranger", ...subscriberAt(address).blocks];
  }

  #refuse(refusal: LoginRefusal): void {
    this.#options.refused(refusal);
    this.#alarm.count();
  }
}

function networkOf({ address }: LoginTry): string {
  return subscriberAt(address).network;
}

/** One account and one network. A login has no spaces. */
function placeOf(tried: LoginTry): string {
  return `${tried.login} ${networkOf(tried)}`;
}

function codesOf(tried: LoginTry): string {
  return tried.isKnown ? placeOf(tried) : tried.login;
}

/** From one try to the next, once the burst is used up. */
function intervalMs({ perSecond }: Rate): number {
  return Math.ceil(1000 / perSecond);
}
