import { concat } from "@std/bytes";
import { DEVICE } from "../../lib/limits.ts";

const NOTHING = new Uint8Array();
const CR = 0x0d;
const LF = 0x0a;

export interface RegistrationStripperOptions {
  readonly registration: Uint8Array;
  readonly heartbeat: Uint8Array | undefined;
  /** Whether a board's frame may begin with the byte. */
  readonly isHead: (byte: number) => boolean;
}

/**
 * Removes the registration that some DTUs put before every packet of serial bytes. A packet may begin within
 * a frame, since DTUs cut the bytes of the bus as they like.
 */
export class RegistrationStripper {
  readonly #registration: Uint8Array;
  readonly #heartbeat: Uint8Array;
  /** Where the registration stands within the heartbeat, as when both are the IMEI; below 0: nowhere. */
  readonly #offsetInHeartbeat: number;
  readonly #isHead: (byte: number) => boolean;
  /** The line end behind each registration; `undefined` until bytes came behind the first one. */
  #lineEnd: Uint8Array | undefined;
  /** What has been received of the line end that may come next; `undefined`: none may come. */
  #partialLineEnd: Uint8Array | undefined = NOTHING;
  /** Nothing was received yet behind the registration with which the connection began. */
  #isFirst = true;

  constructor({ registration, heartbeat = NOTHING, isHead }: RegistrationStripperOptions) {
    this.#registration = registration;
    this.#heartbeat = heartbeat;
    this.#isHead = isHead;
    this.#offsetInHeartbeat = registration.length > 0 ? indexOf(heartbeat, registration) : -1;
  }

  /**
   * The bytes without registrations and the line ends behind them, and how many registrations were part of a
   * heartbeat.
   *
   * @param options.final no more bytes will come
   */
  strip(bytes: Uint8Array, { final }: { final: boolean }): { bytes: Uint8Array; heartbeats: number } {
    let heartbeats = 0;
    const kept: Uint8Array[] = [];
    let from = 0;
    for (let at = this.#next(bytes, 0); at >= 0; at = this.#next(bytes, from)) {
      let start = at;
      let end = at + this.#registration.length;
      const beatAt = at - this.#offsetInHeartbeat;
      if (this.#offsetInHeartbeat >= 0 && beatAt >= from) {
        const length = matchingLength(bytes, beatAt, this.#heartbeat);
        const isBeat = length === this.#heartbeat.length;
        if (!isBeat && beatAt + length === bytes.length && !final) break;
        if (isBeat) [start, end, heartbeats] = [beatAt, beatAt + length, heartbeats + 1];
      }
      kept.push(bytes.subarray(from, start));
      this.#partialLineEnd = NOTHING;
      from = bytes.length - this.stripLineEnd(bytes.subarray(end)).length;
    }
    if (from === 0) return { bytes, heartbeats };
    return { bytes: concat([...kept, bytes.subarray(from)]), heartbeats };
  }

  /** Whether the registration is part of the heartbeat, so that packets may begin like a heartbeat. */
  get heartbeatsMayPrefixPackets(): boolean {
    return this.#offsetInHeartbeat >= 0;
  }

  /** The bytes without the line end of the registration that came last. */
  stripLineEnd(chunk: Uint8Array): Uint8Array {
    if (!this.#partialLineEnd || chunk.length === 0) return chunk;
    const bytes = this.#partialLineEnd.length > 0 ? concat([this.#partialLineEnd, chunk]) : chunk;
    this.#partialLineEnd = undefined;
    const lineEnd = this.#lineEnd ?? this.#learnLineEnd(bytes);
    if (!lineEnd || lineEnd.length > bytes.length && matchingLength(bytes, 0, lineEnd) === bytes.length) {
      this.#partialLineEnd = bytes.slice();
      return NOTHING;
    }
    return isAt(bytes, 0, lineEnd) ? bytes.subarray(lineEnd.length) : bytes;
  }

  /** Whether bytes are kept that may be the beginning of a line end or belong to the bus. */
  get isAwaitingLineEnd(): boolean {
    const isPartial = this.#partialLineEnd !== undefined && this.#partialLineEnd.length > 0;
    return isPartial && (this.#lineEnd !== undefined || this.#isHead(CR));
  }

  /** No more bytes came right away: returns those that began like a line end and are none. */
  takeUnfinishedLineEnd(): Uint8Array {
    const bytes = this.isAwaitingLineEnd ? this.#partialLineEnd : undefined;
    if (bytes) this.#partialLineEnd = undefined;
    return bytes ?? NOTHING;
  }

  /**
   * The line end with which these bytes begin, empty for none; `undefined`: more bytes are needed. A byte
   * that can begin a frame or a heartbeat is not a line end.
   */
  #learnLineEnd(bytes: Uint8Array): Uint8Array | undefined {
    const [first = 0, second] = bytes;
    const mayBeCrLf = first === CR && first !== this.#heartbeat[0];
    if (mayBeCrLf && second === undefined) return undefined;
    const length = mayBeCrLf && second === LF ? 2 : Number(this.#endsLine(first));
    const isAlone = !isLineEnd(first) && this.#isFirst;
    this.#isFirst = false;
    const lineEnd = bytes.slice(0, length);
    // On connecting a DTU may send its registration in another form than before packets.
    if (!isAlone) this.#lineEnd = lineEnd;
    return lineEnd;
  }

  /** How many bytes of line ends stand at `at`. */
  lineEndLengthAt(bytes: Uint8Array, at: number): number {
    let end = at;
    while (end < bytes.length && this.#endsLine(bytes[end] as number)) end++;
    return end - at;
  }

  #endsLine(byte: number): boolean {
    return isLineEnd(byte) && !this.#isHead(byte) && byte !== this.#heartbeat[0];
  }

  /** Where the beginning of a registration stands at the very end; the length of the bytes if it does not. */
  partialRegistrationAt(bytes: Uint8Array): number {
    const token = this.#offsetInHeartbeat >= 0 ? this.#heartbeat : this.#registration;
    for (let at = Math.max(0, bytes.length - token.length + 1); at < bytes.length; at++) {
      if (at + matchingLength(bytes, at, token) === bytes.length) return at;
    }
    return bytes.length;
  }

  /** Short registrations are removed before packets only: within frames such bytes belong to the frame. */
  #next(bytes: Uint8Array, from: number): number {
    const registration = this.#registration;
    if (registration.length === 0) return -1;
    if (registration.length >= DEVICE.registrationAnywhereBytesMin) return indexOf(bytes, registration, from);
    return isAt(bytes, from, registration) ? from : -1;
  }
}

/** How many bytes from `at` on equal those of `token`. */
export function matchingLength(bytes: Uint8Array, at: number, token: Uint8Array): number {
  const length = Math.min(token.length, bytes.length - at);
  for (let i = 0; i < length; i++) if (bytes[at + i] !== token[i]) return i;
  return length;
}

function isLineEnd(byte: number): boolean {
  return byte === CR || byte === LF;
}

function isAt(bytes: Uint8Array, at: number, token: Uint8Array): boolean {
  return matchingLength(bytes, at, token) === token.length;
}

function indexOf(bytes: Uint8Array, token: Uint8Array, from = 0): number {
  for (let at = from; at + token.length <= bytes.length; at++) {
    at = bytes.indexOf(token[0] as number, at);
    if (at < 0) return -1;
    if (isAt(bytes, at, token)) return at;
  }
  return -1;
}
