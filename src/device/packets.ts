/**
 * The registration that some DTUs put before every packet of serial bytes. A packet may begin within a frame, since
 * DTUs cut the bus's bytes as they like.
 *
 * @module
 */
import { concat } from "@std/bytes";
import { DEVICE } from "../limits.ts";

const NOTHING = new Uint8Array();
const CR = 0x0d;
const LF = 0x0a;

/** What a DTU says of itself, and that it is still there. */
export interface PacketsOptions {
  readonly registration: Uint8Array;
  readonly heartbeat: Uint8Array | undefined;
}

/** Finds registrations in what comes. */
export class Packets {
  readonly #registration: Uint8Array;
  readonly #heartbeat: Uint8Array;
  /** Where the heartbeat has the registration in it, as when both are the IMEI; below 0: nowhere. */
  readonly #within: number;

  constructor({ registration, heartbeat = NOTHING }: PacketsOptions) {
    this.#registration = registration;
    this.#heartbeat = heartbeat;
    this.#within = registration.length > 0 ? indexOf(heartbeat, registration) : -1;
  }

  /**
   * The bytes without registrations and the line ends behind them, and how many of those were heartbeats.
   *
   * @param options.final nothing more comes
   */
  unpacked(
    bytes: Uint8Array,
    { final }: { final: boolean },
  ): { bytes: Uint8Array; heartbeats: number } {
    let heartbeats = 0;
    const kept: Uint8Array[] = [];
    let from = 0;
    for (let at = this.#next(bytes, 0); at >= 0; at = this.#next(bytes, from)) {
      let start = at;
      let end = at + this.#registration.length;
      const beatAt = at - this.#within;
      if (this.#within >= 0 && beatAt >= from) {
        const length = agreeing(bytes, beatAt, this.#heartbeat);
        const isBeat = length === this.#heartbeat.length;
        if (!isBeat && beatAt + length === bytes.length && !final) break;
        if (isBeat) [start, end, heartbeats] = [beatAt, beatAt + length, heartbeats + 1];
      }
      kept.push(bytes.subarray(from, start));
      from = end + this.lineEndAt(bytes, end);
    }
    if (from === 0) return { bytes, heartbeats };
    return { bytes: concat([...kept, bytes.subarray(from)]), heartbeats };
  }

  /** How many bytes of a line end stand at `at`, unless heartbeats begin so. */
  lineEndAt(bytes: Uint8Array, at: number): number {
    return isLineEnd(this.#heartbeat[0]) ? 0 : lineEndAt(bytes, at);
  }

  /** Where the beginning of a registration stands at the very end; the length where none does. */
  beginningAt(bytes: Uint8Array): number {
    const token = this.#within >= 0 ? this.#heartbeat : this.#registration;
    for (let at = Math.max(0, bytes.length - token.length + 1); at < bytes.length; at++) {
      if (at + agreeing(bytes, at, token) === bytes.length) return at;
    }
    return bytes.length;
  }

  /** Short registrations stand before packets only: within frames the same bytes belong to the frame. */
  #next(bytes: Uint8Array, from: number): number {
    const registration = this.#registration;
    if (registration.length === 0) return -1;
    if (registration.length >= DEVICE.registrationAnywhereBytesMin) return indexOf(bytes, registration, from);
    return isAt(bytes, from, registration) ? from : -1;
  }
}

/** How many bytes from `at` on are the same as in `token`. */
export function agreeing(bytes: Uint8Array, at: number, token: Uint8Array): number {
  const length = Math.min(token.length, bytes.length - at);
  for (let i = 0; i < length; i++) if (bytes[at + i] !== token[i]) return i;
  return length;
}

function lineEndAt(bytes: Uint8Array, at: number): number {
  let end = at;
  while (isLineEnd(bytes[end])) end++;
  return end - at;
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === CR || byte === LF;
}

function isAt(bytes: Uint8Array, at: number, token: Uint8Array): boolean {
  return agreeing(bytes, at, token) === token.length;
}

function indexOf(bytes: Uint8Array, token: Uint8Array, from = 0): number {
  for (let at = from; at + token.length <= bytes.length; at++) {
    at = bytes.indexOf(token[0] as number, at);
    if (at < 0) return -1;
    if (isAt(bytes, at, token)) return at;
  }
  return -1;
}
