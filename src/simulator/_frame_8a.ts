/**
 * The bytes of the 8A family, as a board sees them: requests in, replies out.
 *
 * @module
 */

/** What a master can ask of a board. */
export type RequestKind = "open" | "open-all" | "read" | "read-all" | "hold" | "release" | "address";

/** One request with a right checksum. */
export interface Request {
  readonly kind: RequestKind;
  readonly board: number;
  /** From 1; 0 in requests that mean the whole board. */
  readonly lock: number;
  readonly bytes: Uint8Array;
}

/** All requests of the family have five bytes: head, board, lock, kind, BCC. */
const REQUEST_BYTES = 5;

const HEADS: ReadonlySet<number | undefined> = new Set([0x8a, 0x80, 0x9a, 0x9b]);

/** XOR of all bytes. */
export function bcc(bytes: Iterable<number>): number {
  let sum = 0;
  for (const byte of bytes) sum ^= byte;
  return sum;
}

/** The bytes with their BCC behind them. */
export function seal(bytes: readonly number[]): Uint8Array {
  return Uint8Array.of(...bytes, bcc(bytes));
}

/** A feedback contact as the byte STATE: `11` short, `00` not. */
export function stateByte(short: boolean): number {
  return short ? 0x11 : 0x00;
}

/**
 * The state bytes of a read-all reply: one per 8 locks, the highest group first, bit 0 the lowest lock.
 * `shorts` holds the contacts from lock 1 on; bits without a lock stay 0.
 */
export function groupBytes(shorts: readonly boolean[], groups: number): number[] {
  const bytes = new Array<number>(groups).fill(0);
  for (const [index, short] of shorts.entries()) {
    const place = groups - 1 - (index >> 3);
    if (short && place >= 0) bytes[place] = (bytes[place] ?? 0) | (1 << (index & 7));
  }
  return bytes;
}

/** Finds requests in what comes over the bus, however it is cut, and gets back into step after garbage. */
export class RequestReader {
  #rest: Uint8Array = new Uint8Array(0);
  #droppedBytes = 0;

  /** How many bytes belonged to no request so far. */
  get droppedBytes(): number {
    return this.#droppedBytes;
  }

  /** Takes bytes and returns the requests that they complete. */
  push(bytes: Uint8Array): Request[] {
    const all = Uint8Array.of(...this.#rest, ...bytes);
    const requests: Request[] = [];
    let at = 0;
    while (at < all.length) {
      const request = parse(all.slice(at, at + REQUEST_BYTES));
      if (request !== undefined) requests.push(request);
      else if (HEADS.has(all[at]) && all.length - at < REQUEST_BYTES) break;
      else this.#droppedBytes++;
      at += request === undefined ? 1 : REQUEST_BYTES;
    }
    this.#rest = all.slice(at);
    return requests;
  }
}

function parse(bytes: Uint8Array): Request | undefined {
  // A frame that ends with its own BCC has the XOR 0.
  if (bytes.length < REQUEST_BYTES || bcc(bytes) !== 0) return undefined;
  const [head = 0, board = 0, lock = 0, tail = 0] = bytes;
  const kind = kindOf(head << 8 | tail, { board, lock });
  return kind === undefined ? undefined : { kind, board, lock, bytes };
}

function kindOf(code: number, to: { board: number; lock: number }): RequestKind | undefined {
  switch (code) {
    case 0x8a11:
      return to.lock === 0 ? "open-all" : "open";
    case 0x8033:
      return to.lock === 0 ? "read-all" : "read";
    case 0x9a11:
      return "hold";
    case 0x9b11:
      return "release";
    case 0x8099:
      // Asked without knowing the address: always `80 01 00 99`.
      return to.board === 1 && to.lock === 0 ? "address" : undefined;
    default:
      return undefined;
  }
}
