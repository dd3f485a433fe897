/**
 * What every family of lock boards offers to the rest of the program: frames out of bytes, and the bytes of
 * each request. Pure, so it can be tested without a socket, a clock or a permission.
 *
 * @module
 */

/** Where a lock is: the board's address on the bus, and the channel on it, as the family counts them. */
export interface LockAddress {
  readonly board: number;
  readonly channel: number;
}

/** What a door's feedback switch shows, with the wiring taken into account. */
export type SensedDoor = "open" | "closed";

/** How the feedback switch is wired; the same bit means the opposite in the other wiring. */
export type SensorWiring = "short-when-locked" | "short-when-open";

/** One frame of a board. A door is `undefined` where the board answers without knowing. */
export type Frame =
  /**
   * The answer to an open. `ok`: the board did not refuse, so the coil has fired; `door`: where the door is
   * after the pulse, as far as the board saw.
   */
  | {
    readonly type: "open-reply";
    readonly lock: LockAddress;
    readonly ok: boolean;
    readonly door: SensedDoor | undefined;
  }
  /** The answer to a read of one lock. */
  | { readonly type: "door"; readonly lock: LockAddress; readonly door: SensedDoor | undefined }
  /** The answer to a read of a whole board, lowest channel first. */
  | { readonly type: "doors"; readonly board: number; readonly doors: readonly (SensedDoor | undefined)[] }
  /** A change that the board reports unsolicited. */
  | { readonly type: "report"; readonly lock: LockAddress; readonly door: SensedDoor | undefined }
  /** The answer to a release: the coils of the board are without power. */
  | { readonly type: "released"; readonly board: number }
  /** The answer to a request for the board's own address. */
  | { readonly type: "address"; readonly board: number };

/** The answer of a board that names no lock. It is about the lock that was asked for, if only one was. */
export interface FrameWithoutLock {
  readonly type: "without-lock";
  readonly board: number;
  /** The answers that it may be. */
  readonly mayAnswer: readonly PendingRequest["answer"][];
  /** As in the answer to an open. */
  readonly ok: boolean;
  readonly door: SensedDoor | undefined;
}

/** A request; if it is unanswered it helps to tell apart replies that look alike. */
export interface PendingRequest {
  readonly bytes: Uint8Array;
  /** The frame that answers it; `nothing`: no answer is worth waiting for. */
  readonly answer: Frame["type"] | "nothing";
  readonly board: number;
  /** `undefined` for a whole board. */
  readonly channel: number | undefined;
  /** How many channels of the board are in use: a reply that shows fewer is not the answer. */
  readonly channels: number;
}

/** What a codec needs to know besides the bytes. */
export interface DecodeContext {
  readonly wiring: SensorWiring;
  readonly pending?: PendingRequest | undefined;
  /** The requests whose answers may still come, `pending` among them. */
  readonly outstanding?: readonly PendingRequest[];
  /** The length of a whole board's readings so far, in bytes; `undefined`: none was understood yet. */
  readonly readingBytes?: (board: number) => number | undefined;
}

/**
 * What begins at one place of the bytes. `incomplete`: all bytes up to the end could be the beginning of a frame;
 * `undefined`: no frame begins there.
 */
export type FrameSearch = DecodedFrame | "incomplete" | undefined;

/** A frame with a right checksum. */
export interface DecodedFrame {
  /** `undefined`: it says nothing of interest, such as the reply to a hold. */
  readonly frame: Frame | FrameWithoutLock | undefined;
  /** In bytes. */
  readonly length: number;
  /** All bytes up to the end could also be the beginning of a longer frame. @default {false} */
  readonly mayContinue?: boolean;
}

/** One family of lock boards. */
export interface BoardFamily {
  /** The name in a cabinet's `board` field. */
  readonly name: string;
  /** The wiring that the vendor documents as default. */
  readonly wiring: SensorWiring;
  /** Lowest and highest address that a board may have. */
  readonly boards: readonly [first: number, last: number];
  /** Lowest and highest channel of the largest board that is sold. */
  readonly channels: readonly [first: number, last: number];
  /** Where a cabinet gives only a number of cells, the next board begins after so many channels. */
  readonly channelsPerBoard: number;
  /** The longest frame that a board sends, in bytes: nothing longer is ever kept. */
  readonly frameBytesMax: number;
  /**
   * How long a door may take to be seen open after the board is known to have received the open, in
   * milliseconds. A door that is seen shut later than that did not open.
   */
  readonly doorOpensWithinMs: number;
  /** Whether a frame of one of these boards may begin with the byte. */
  isHead(byte: number, boards: readonly number[]): boolean;
  /** The request that opens one lock. */
  open(lock: LockAddress): PendingRequest;
  /** The request that reads one lock; a family without one has the whole board read. */
  read?(lock: LockAddress): PendingRequest;
  /** The request that reads a board of which `channels` are in use; without one doors cannot be known. */
  readAll?(board: number, channels: number): PendingRequest;
  /** Takes the power off a board's coils; sent on connecting, in families where a coil can be left live. */
  releaseAll?(board: number, channels: number): PendingRequest;
  /** Ends the pulse, `pulseMs` milliseconds after the open, in families whose boards do not end it. */
  release?: { readonly pulseMs: number; request(lock: LockAddress): PendingRequest };
  /** Looks for a frame that begins exactly at `bytes[at]`. Never throws, whatever the bytes are. */
  frameAt(bytes: Uint8Array, at: number, context: DecodeContext): FrameSearch;
  /**
   * Whether a frame that {@linkcode frameAt} found may be no board's answer but the echo of a request, from an adapter
   * that sends back what it puts on the bus. Left out where no request reads as a frame.
   *
   * @param bytes the frame's
   * @param request the request that it may echo; left out: any request that there can be
   */
  mayBeEcho?(bytes: Uint8Array, request?: PendingRequest): boolean;
}

/** The request with these bytes, for this board and lock and with this answer. */
export function pendingOf(
  bytes: Uint8Array,
  of: { answer: PendingRequest["answer"]; board: number; channel?: number; channels?: number },
): PendingRequest {
  return { bytes, answer: of.answer, board: of.board, channel: of.channel, channels: of.channels ?? 1 };
}

/** Whether both are the same lock; a request for a whole board has no channel. */
export function isSameLock(a: Pick<PendingRequest, "board" | "channel">, b: LockAddress): boolean {
  return a.board === b.board && a.channel === b.channel;
}

/**
 * The doors of eight locks a byte, lowest bit first. A bit that is 1 means a short contact.
 *
 * @param options.lastFirst the last byte has the first locks @default {false}
 */
export function doorsOf(
  bytes: Uint8Array,
  wiring: SensorWiring,
  { lastFirst = false }: { lastFirst?: boolean } = {},
): SensedDoor[] {
  // A loop over the bytes as they are, since each reply of a board comes here: with arrays of arrays it took twice as long.
  const doors: SensedDoor[] = [];
  for (let n = 0; n < bytes.length; n++) {
    const byte = bytes[lastFirst ? bytes.length - 1 - n : n] as number;
    for (let bit = 0; bit < 8; bit++) doors.push(doorOf((byte >> bit & 1) === 1 ? "short" : "open", wiring));
  }
  return doors;
}

/** What the feedback switch's contact means in this wiring. */
export function doorOf(contact: "short" | "open", wiring: SensorWiring): SensedDoor {
  return (contact === "short") === (wiring === "short-when-locked") ? "closed" : "open";
}
