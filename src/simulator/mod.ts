/**
 * Cabinets made of nothing but bytes: lock boards behind DTUs that dial the service. Written from the vendors'
 * facts and not from the service's codecs, so that one can catch the mistakes of the other.
 *
 * @example
 * ```ts
 * await using cabinet = simulateCabinet({
 *   ...characters.jammedLock,
 *   hostname: "127.0.0.1",
 *   port: 8282,
 *   registration: new TextEncoder().encode("IMEI860000000000001"),
 * });
 * await cabinet.connected;
 * // … tap on the cabinet's page …
 * cabinet.pulses; // [{ board: 1, lock: 7, at: 1764000000000, cause: "open" }]
 * ```
 *
 * @module
 */
import { FAMILIES } from "./families.ts";
import type { SwitchWiring } from "./bus_events.ts";
import type { BoardName } from "./options_bus.ts";
import { SimulatedCabinet, type SimulatedCabinetOptions } from "./simulated_cabinet.ts";

export type { DtuDisconnectReason } from "./dtu/dtu_socket.ts";
export type { UplinkOptions } from "./dtu/dtu_uplink.ts";
export type {
  BusEvent,
  FrameLoss,
  LockPulse,
  PulseCause,
  SimulatedBus,
  SimulatedLock,
  SwitchWiring,
} from "./bus_events.ts";
export { type Character, type CharacterName, characters } from "./characters.ts";
export type { BoardName, OpenReply, VirtualBusOptions } from "./options_bus.ts";
export type { DialerOptions, DtuEvent, DtuState, VirtualDtuOptions } from "./options_dtu.ts";
export { SimulatedCabinet, type SimulatedCabinetOptions, type SimulatedEvent } from "./simulated_cabinet.ts";
export type { DelayRange, Random } from "./delay_range.ts";
export { VirtualBus } from "./bus/virtual_bus.ts";
export { VirtualDtu } from "./dtu/virtual_dtu.ts";

/** What an installer has to know of a family of boards. */
export interface BoardTraits {
  /** The address of the first board. */
  readonly boardFirst: number;
  /** How many boards a bus can have. */
  readonly boardsMax: number;
  /** How many locks a board has by default. */
  readonly locks: number;
  /** The wiring that the vendor documents as default. */
  readonly wiring: SwitchWiring;
}

/** All families that can be simulated, by name. */
export const BOARDS: Readonly<Record<BoardName, BoardTraits>> = FAMILIES;

/**
 * Starts a cabinet, which dials at once and runs until it is disposed of.
 *
 * @throws {RangeError} when a bus of the family cannot be built like that
 */
export function simulateCabinet(options: SimulatedCabinetOptions): SimulatedCabinet {
  return new SimulatedCabinet(options);
}

/** Many cabinets that start and end together. */
export interface SimulatedFleet extends AsyncDisposable {
  /** The cabinets by their index. */
  readonly cabinets: readonly SimulatedCabinet[];
  /** Resolves when all of them are connected. */
  readonly connected: Promise<void>;
}

/**
 * Starts `count` cabinets; `describe` gives the options of the cabinet with that index, from 0. A
 * `dialAfterMs` that grows with the index keeps thousands from dialling at the same moment.
 */
export function simulateFleet(
  count: number,
  describe: (index: number) => SimulatedCabinetOptions,
): SimulatedFleet {
  const cabinets = Array.from({ length: count }, (_, index) => simulateCabinet(describe(index)));
  return {
    cabinets,
    get connected() {
      return Promise.all(cabinets.map((cabinet) => cabinet.connected)).then(() => {});
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(cabinets.map((cabinet) => cabinet[Symbol.asyncDispose]()));
    },
  };
}
