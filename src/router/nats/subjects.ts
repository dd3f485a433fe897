import { NATS } from "../../lib/limits.ts";

/** The subjects on which the programs of one fleet exchange messages. */
export class Subjects {
  /** Isolates that run, and that stop. */
  readonly hello: string;
  /** Which isolate has claimed what, in which epoch. */
  readonly claims: string;
  readonly #prefix: string;

  /** @param prefix tells fleets on one server apart; may contain dots */
  constructor(prefix: string) {
    this.#prefix = prefix;
    this.hello = `${prefix}.hello`;
    this.claims = `${prefix}.claim`;
  }

  /**
   * On which the owner of the address receives its requests.
   *
   * @throws {RangeError} if the address is too long
   */
  own(address: string): string {
    return `${this.#prefix}.own.${token(address)}`;
  }

  /**
   * On which the events of the address are published.
   *
   * @throws {RangeError} if the address is too long
   */
  events(address: string): string {
    return `${this.#prefix}.news.${token(address)}`;
  }

  /** On which an isolate receives the answers to its requests; the last part is the request's number. */
  inbox(isolate: string, request: number | "*"): string {
    return `${this.#prefix}.in.${token(isolate)}.${request}`;
  }

  /** On which an isolate publishes to itself, to check that two servers exchange messages. */
  probe(isolate: string): string {
    return `${this.#prefix}.probe.${token(isolate)}`;
  }
}

/** The number of the request that a message on this inbox subject answers. */
export function requestNumber(inbox: string): number {
  return Number(inbox.slice(inbox.lastIndexOf(".") + 1));
}

/**
 * Escapes any text to one part of a subject, which holds no space, dot, `*` or `>`.
 *
 * @throws {RangeError} if the part is longer than `NATS.tokenBytesMax`
 */
export function token(text: string): string {
  const escaped = encodeURIComponent(text.toWellFormed()).replaceAll(".", "%2E").replaceAll("*", "%2A");
  if (escaped.length > NATS.tokenBytesMax) {
    throw new RangeError(`An address of ${text.length} characters is too long`);
  }
  // No part may be empty, and no other text is escaped to a lone %.
  return escaped === "" ? "%" : escaped;
}
