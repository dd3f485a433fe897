export interface SimulatedLock {
  /** The board's address on the bus, as its family counts. */
  readonly board: number;
  /** The lock's number on the board, from 1. */
  readonly lock: number;
}

/** How the feedback switch of the locks is wired. A short contact sets a bit, or the larger state byte. */
export type SwitchWiring = "short-when-locked" | "short-when-open";

/** What made a coil fire. */
export type PulseCause = "open" | "open-all" | "hold";

/** One firing of a lock's coil, whether or not the door moved. */
export interface LockPulse extends SimulatedLock {
  /** When it fired, in ms of the clock that was handed in. */
  readonly at: number;
  readonly cause: PulseCause;
}

/** What happens on a bus. `at` is in ms of the clock that was handed in. */
export type BusEvent =
  /** A whole request with a right checksum, while no board was sending. */
  | { readonly type: "request"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly type: "reply"; readonly at: number; readonly bytes: Uint8Array }
  /** An unsolicited change report. */
  | { readonly type: "report"; readonly at: number; readonly bytes: Uint8Array }
  /** A reply or a report that the service will never see, see {@linkcode FrameLoss}. */
  | { readonly type: "lost"; readonly at: number; readonly bytes: Uint8Array }
  /** A request that came while a reply was pending: garbled and not obeyed. */
  | { readonly type: "collision"; readonly at: number; readonly bytes: Uint8Array }
  /** Bytes that belong to no request: line noise or a wrong checksum. */
  | { readonly type: "garbage"; readonly at: number; readonly byteCount: number }
  | ({ readonly type: "pulse" } & LockPulse)
  | ({ readonly type: "door"; readonly at: number; readonly open: boolean } & SimulatedLock);

/** Which frames of the boards get lost on their way to the service. */
export type FrameLoss =
  | "nothing"
  /** Replies to requests that fire coils; readings and change reports come through. */
  | "openings"
  | "everything";

/** A serial bus with its boards. Pure: bytes and the time in ms go in, bytes come out. */
export interface SimulatedBus {
  /** When {@linkcode SimulatedBus.poll} has something to do next, in ms; `Infinity` when it waits for a request. */
  readonly nextAt: number;
  /** Takes bytes from the master. Poll up to `now` before, so that a reply that is due is not seen as pending. */
  receive(bytes: Uint8Array, now: number): void;
  /** Does what is due at `now` and returns the frames that the boards sent, in order. */
  poll(now: number): Uint8Array[];
}
