/**
 * What a family of lock boards has to say of itself so that a bus of it can be simulated.
 *
 * @module
 */
import type { LockSensors } from "./lock_sensors.ts";
import type { SimulatedLock, SwitchWiring } from "../bus_events.ts";
import type { OpenReply, VirtualBusOptions } from "../options_bus.ts";

/** What a request does to the locks of a board. Locks count from 1 and are ones that the board has. */
export type LockCommand =
  /** The coil fires; it stays live for `liveMs` where the board is told so. */
  | { readonly kind: "open"; readonly lock: number; readonly liveMs?: number }
  /** The coil stays live until it is released. */
  | { readonly kind: "hold" | "release"; readonly lock: number }
  | { readonly kind: "open-all" | "release-all" };

/** One request with a right checksum, and what a board makes of it. */
export interface BoardRequest {
  readonly bytes: Uint8Array;
  /** The address that is meant. `any`: every board obeys and answers. */
  readonly board: number | "any";
  /** What it does to locks; nothing where the board lacks the lock. */
  readonly lockCommand?: LockCommand;
  /**
   * Made when the reply goes out: the board reads the feedback then, not when it was asked. Without it the board
   * does not answer.
   */
  readonly reply?: (board: number) => Uint8Array;
}

/** How the boards of one bus understand and speak. */
export interface Dialect {
  /** The request that the bytes begin with; `more` when the rest of one may still come, else `none`. */
  read(bytes: Uint8Array): BoardRequest | "more" | "none";
  /** The frame that tells where a door is now without being asked; `undefined` where the board sends none. */
  report?(cell: SimulatedLock): Uint8Array | undefined;
}

/** A family of boards: what it can have, and what is usual. */
export interface SimulatedFamily {
  /** The lowest address of a board. */
  readonly boardFirst: number;
  readonly boardsMax: number;
  /** Locks of a board unless told otherwise. */
  readonly locks: number;
  readonly locksMax: number;
  /** The wiring that the vendor's documents take for granted. */
  readonly wiring: SwitchWiring;
  /** From a request to its reply unless told otherwise. */
  readonly replyMs: number;
  /** How the boards may answer an opening; the first is the usual one. */
  readonly openReplies: readonly [OpenReply, ...OpenReply[]];
  /** The options that this family has and not every other. */
  readonly options: readonly (keyof VirtualBusOptions)[];
  /** Makes the dialect of one bus; `openReply` is one of the family's. */
  readonly createDialect: (
    sensors: LockSensors,
    options: VirtualBusOptions & { readonly openReply: OpenReply },
  ) => Dialect;
}
