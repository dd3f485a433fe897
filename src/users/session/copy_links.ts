import { createHmac, timingSafeEqual } from "node:crypto";
import { PERSON } from "../../lib/limits.ts";

/** Whose copy a link gives, and since when it does. */
export interface CopyLink {
  readonly person: string;
  /** When it was made, in milliseconds since 1970. */
  readonly since: number;
}

/** Bytes in hex: the person's UUID, the time, and the proof. */
const LINK = /^([0-9a-f]{32})([0-9a-f]{12})([0-9a-f]{64})$/;

/**
 * Makes and checks the last part of an address that gives a person's copy without a session, for some minutes: the
 * browser that can store files is not the one in WeChat, which has the session.
 */
export class CopyLinks {
  readonly #secret: string;
  readonly #wallClock: () => number;

  /** @param options.secret known to the programs of the service alone */
  constructor(options: { secret: string; wallClock: () => number }) {
    this.#secret = options.secret;
    this.#wallClock = options.wallClock;
  }

  make(person: string): string {
    const since = this.#wallClock().toString(16).padStart(12, "0");
    const body = `${person.replaceAll("-", "")}${since}`;
    return body + this.#proofOf(body).toHex();
  }

  /** What the link is for; `undefined`: it is too old, or not from here. */
  read(text: string): CopyLink | undefined {
    const [, person, since, proof] = LINK.exec(text) ?? [];
    if (!person || !since || !proof) return undefined;
    if (!timingSafeEqual(Uint8Array.fromHex(proof), this.#proofOf(person + since))) return undefined;
    const made = Number.parseInt(since, 16);
    if (this.#wallClock() >= made + PERSON.copyLinkMs) return undefined;
    return { person: person.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"), since: made };
  }

  #proofOf(body: string): Uint8Array {
    return createHmac("sha256", this.#secret).update(`copy link ${body}`).digest();
  }
}
