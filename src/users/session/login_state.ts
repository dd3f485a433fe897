import { createHmac, timingSafeEqual } from "node:crypto";
import { PERSON } from "../../lib/limits.ts";
import type { RejectionReason } from "./rejected_credentials.ts";

/** What a state is bound to. */
export interface Bound {
  readonly cabinet: string;
  /** Random and known to the browser alone. */
  readonly browser: string;
}

/** What is left to be seen of a state that is right but may have been used. */
export interface Checked {
  /** Stands for the state where it is remembered that it was used. */
  readonly nonce: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** 16 bytes each but the time: nonce, until, what it is bound to, proof; in hex. */
const STATE = /^([0-9a-f]{32})([0-9a-f]{12})([0-9a-f]{32})([0-9a-f]{32})$/;

/**
 * Makes and checks the `state` of a login, which goes to WeChat with the person and comes back. It says that we
 * sent this browser, for this cabinet, a short while ago; it works once. WeChat takes a-z, A-Z and 0-9, up to 128
 * bytes.
 */
export class LoginStates {
  readonly #secret: string;
  readonly #wallClock: () => number;

  /** @param options.secret known to the programs of the service alone */
  constructor(options: { secret: string; wallClock: () => number }) {
    this.#secret = options.secret;
    this.#wallClock = options.wallClock;
  }

  make(bound: Bound): string {
    const nonce = crypto.getRandomValues(new Uint8Array(16)).toHex();
    const until = (this.#wallClock() + PERSON.loginMs).toString(16).padStart(12, "0");
    const body = `${nonce}${until}${this.#bindingOf(bound)}`;
    return `${body}${this.#hash(`login state ${body}`)}`;
  }

  /** Whether we made it for that, and in time; that it was not used is for the caller to see. */
  check(state: string, bound: Bound): Checked | RejectionReason {
    const [, nonce, until, binding, proof] = STATE.exec(state) ?? [];
    if (!nonce || !until || !binding || !proof) return "forged";
    if (!isSame(proof, this.#hash(`login state ${nonce}${until}${binding}`))) return "forged";
    if (!isSame(binding, this.#bindingOf(bound))) return "foreign";
    const untilMs = Number.parseInt(until, 16);
    return this.#wallClock() < untilMs ? { nonce, until: untilMs } : "expired";
  }

  #bindingOf({ cabinet, browser }: Bound): string {
    return this.#hash(`login of ${browser} at ${cabinet}`);
  }

  #hash(text: string): string {
    return createHmac("sha256", this.#secret).update(text).digest("hex").slice(0, 32);
  }
}

function isSame(a: string, b: string): boolean {
  const encoder = new TextEncoder();
  return a.length === b.length && timingSafeEqual(encoder.encode(a), encoder.encode(b));
}
