/**
 * What every family of lock boards looks like to the rest of the program: bytes in, frames out, and the bytes
 * of each request. Pure, so it can be tested without a socket, a clock or a permission.
 *
 * @module
 */

/** Where a lock hangs: the board's address on the bus, and the channel on the board, as the family counts them. */
export interface Lock {
  readonly board: number;
  readonly channel: number;
}

/** What a door's feedback switch says, after the wiring was taken into account. */
export type Door = "open" | "closed";

/** How the feedback switch is wired; the same bit means the opposite in the other wiring. */
export type Wiring = "short-when-locked" | "short-when-open";

/** One thing that a board said. */
export type Frame =
  /** The answer to an open: where the door is after the pulse, as far as the board saw. */
  | { readonly type: "open-reply"; readonly lock: Lock; readonly door: Door }
  /** The answer to a read of one lock. */
  | { readonly type: "door"; readonly lock: Lock; readonly door: Door }
  /** The answer to a read of a whole board, lowest channel first. */
  | { readonly type: "doors"; readonly board: number; readonly doors: readonly Door[] }
  /** A change that the board reports unasked. */
  | { readonly type: "report"; readonly lock: Lock; readonly door: Door }
  /** The answer to a question for the board's own address. */
  | { readonly type: "address"; readonly board: number };

/** The request that is unanswered on the bus; helps to tell apart replies that look alike. */
export interface Pending {
  /** The bytes as they were sent. */
  readonly bytes: Uint8Array;
  /** The frame that answers it. */
  readonly answer: Frame["type"];
  readonly board: number;
  /** `undefined` for a whole board. */
  readonly channel: number | undefined;
  /** How many channels of the board are in use: a reply that shows fewer is not the answer. */
  readonly channels: number;
}

/** What a decoder needs to know besides the bytes. */
export interface DecodeContext {
  readonly wiring: Wiring;
  readonly pending?: Pending | undefined;
}

/** One frame and the bytes it was made of, which tell an echo from an answer. */
export interface Decoded {
  readonly frame: Frame;
  readonly bytes: Uint8Array;
}

/** What came out of a stretch of bytes. */
export interface DecodeResult {
  readonly decoded: readonly Decoded[];
  /** Bytes that are done with. The rest is the start of a frame, to be handed in again with what follows. */
  readonly consumed: number;
  /** Of the consumed ones, those that belonged to no frame. */
  readonly garbage: number;
}

/** One family of lock boards. */
export interface Family {
  /** The name in a cabinet's `board` field. */
  readonly name: string;
  /** The wiring that the vendor documents as default. */
  readonly wiring: Wiring;
  /** Lowest and highest address that a board may have. */
  readonly boards: readonly [first: number, last: number];
  /** Lowest and highest channel of a board. */
  readonly channels: readonly [first: number, last: number];
  /** The longest frame, in bytes: nothing longer is ever kept. */
  readonly frameBytesMax: number;
  /** The bytes that a board's frame may begin with. */
  readonly heads: Uint8Array;
  /** The request that opens one lock. */
  open(lock: Lock): Pending;
  /** The request that reads one lock. */
  read(lock: Lock): Pending;
  /** The request that reads a whole board of which `channels` are in use. */
  readAll(board: number, channels: number): Pending;
  /** Finds the frames in `bytes`. Never throws, whatever the bytes are. */
  decode(bytes: Uint8Array, context: DecodeContext): DecodeResult;
}

/** What the feedback switch's contact means in this wiring. */
export function doorOf(contact: "short" | "open", wiring: Wiring): Door {
  return (contact === "short") === (wiring === "short-when-locked") ? "closed" : "open";
}
