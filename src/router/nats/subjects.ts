import { NATS } from "../../lib/limits.ts";

/** The subjects on which programs of one fleet speak to each other. */
export class Subjects {
  /** Who is there and who leaves. */
  readonly hello: string;
  /** Who serves what, in which epoch. */
  readonly claims: string;
  readonly #prefix: string;

  /** @param prefix tells fleets on one server apart; may have dots */
  constructor(prefix: string) {
    this.#prefix = prefix;
    this.hello = `${prefix}.hello`;
    this.claims = `${prefix}.claim`;
  }

  /**
   * Where whoever serves the address is asked.
   *
   * @throws {RangeError} if the address is too long
   */
  own(address: string): string {
    return `${this.#prefix}.own.${token(address)}`;
  }

  /**
   * Where is published what happens at the address.
   *
   * @throws {RangeError} if the address is too long
   */
  news(address: string): string {
    return `${this.#prefix}.news.${token(address)}`;
  }

  /** Where an isolate hears of its requests; the last part is the request's number. */
  inbox(isolate: string, request: number | "*"): string {
    return `${this.#prefix}.in.${token(isolate)}.${request}`;
  }

  /** Where an isolate tells itself something, to see that two servers know each other. */
  probe(isolate: string): string {
    return `${this.#prefix}.probe.${token(isolate)}`;
  }
}

/** The number of the request of which something is said in an inbox. */
export function requestOf(inbox: string): number {
  return Number(inbox.slice(inbox.lastIndexOf(".") + 1));
}

/**
 * Any text as one part of a subject, which holds no space, dot, `*` or `>`.
 *
 * @throws {RangeError} if it is too long
 */
export function token(text: string): string {
  const escaped = encodeURIComponent(text.toWellFormed()).replaceAll(".", "%2E").replaceAll("*", "%2A");
  if (escaped.length > NATS.tokenBytesMax) {
    throw new RangeError(`An address of ${text.length} characters is too long`);
  }
  // No part may be empty, and a lone % is no other text's.
  return escaped === "" ? "%" : escaped;
}
