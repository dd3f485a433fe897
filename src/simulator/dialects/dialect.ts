import type { LockSensors } from "./lock_sensors.ts";
import type { SimulatedLock, SwitchWiring } from "../bus_events.ts";
import type { OpenReply, VirtualBusOptions } from "../options_bus.ts";

/** What a request does to the locks of a board. Locks count from 1 and exist on the board. */
export type LockCommand =
  /** The coil fires; it stays live for `liveMs` if the request says so. */
  | { readonly kind: "open"; readonly lock: number; readonly liveMs?: number }
  /** The coil stays live until it is released. */
  | { readonly kind: "hold" | "release"; readonly lock: number }
  | { readonly kind: "open-all" | "release-all" };

/** One request with a right checksum, and how a board responds to it. */
export interface BoardRequest {
  readonly bytes: Uint8Array;
  /** The board's address; `any`: every board obeys and answers. */
  readonly board: number | "any";
  /** What the request does to locks; unset if the board lacks the lock. */
  readonly lockCommand?: LockCommand;
  /**
   * Called when the reply is sent: the board reads the feedback then, not when it was asked. Unset: the board
   * does not answer.
   */
  readonly reply?: (board: number) => Uint8Array;
}

/** How the boards of one bus read requests and write replies. */
export interface Dialect {
  /** The request that the bytes begin with; `more` when the rest of one may still come, else `none`. */
  read(bytes: Uint8Array): BoardRequest | "more" | "none";
  /** The frame that reports a door's state unsolicited; `undefined`: the board sends none. */
  report?(cell: SimulatedLock): Uint8Array | undefined;
}

/** A family of boards that can be simulated: what it can have, and what is usual. */
export interface SimulatedFamily {
  /** The lowest address of a board. */
  readonly boardFirst: number;
  readonly boardsMax: number;
  /** How many locks a board has by default. */
  readonly locks: number;
  readonly locksMax: number;
  /** The wiring that the vendor documents as default. */
  readonly wiring: SwitchWiring;
  /** The time from a request to its reply by default. */
  readonly replyMs: number;
  /** How the boards may answer an open; the first is the usual one. */
  readonly openReplies: readonly [OpenReply, ...OpenReply[]];
  /** The options that only some families have and this one has. */
  readonly options: readonly (keyof VirtualBusOptions)[];
  /** Makes the dialect of one bus; `openReply` is one of the family's. */
  readonly createDialect: (
    sensors: LockSensors,
    options: VirtualBusOptions & { readonly openReply: OpenReply },
  ) => Dialect;
}
