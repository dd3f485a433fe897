import { GuessAlarm, type GuessAlarmOptions } from "./guess_alarm.ts";
import { AddressRateLimiter } from "../../lib/keyed_rate_limiter.ts";
import { LOG_IN } from "../../lib/limits.ts";

/** Why a link was refused, for the log. */
export interface LinkRefusal {
  readonly what: "link";
  /** `too-many`: it was not even looked for. */
  readonly why: "wrong" | "too-many";
  /** Network address. */
  readonly address: string;
}

/** What the guard works with. */
export interface LinkGuardOptions extends GuessAlarmOptions {
  /** Is told of each refused link. */
  readonly refused: (refusal: LinkRefusal) => void;
}

/**
 * Says which links of staff are looked for. Nobody finds one by guessing, since it has 256 random bits: this keeps guesses
 * from the database, and tells of them. Each isolate counts for itself.
 */
export class LinkGuard {
  readonly #options: LinkGuardOptions;
  readonly #alarm: GuessAlarm;
  readonly #addresses = new AddressRateLimiter(LOG_IN.linksOfAddress);

  constructor(options: LinkGuardOptions) {
    this.#options = options;
    this.#alarm = new GuessAlarm(options);
  }

  /**
   * Whether a link from that address may be looked for.
   *
   * @returns how long the caller should wait, in milliseconds; 0: it may
   */
  waitMs(address: string): number {
    if (this.#addresses.takes(address, this.#options.now())) return 0;
    this.#refuse({ what: "link", why: "too-many", address });
    return Math.ceil(1000 / LOG_IN.linksOfAddress.perSecond);
  }

  /** There is no such link. */
  wrong(address: string): void {
    this.#refuse({ what: "link", why: "wrong", address });
  }

  #refuse(refusal: LinkRefusal): void {
    this.#options.refused(refusal);
    this.#alarm.count();
  }
}
