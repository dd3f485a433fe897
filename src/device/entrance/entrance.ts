import { subscriberAt } from "../../lib/ip_address.ts";
import { FairQueue } from "../../lib/concurrency/fair_queue.ts";
import { Semaphore } from "../../lib/concurrency/semaphore.ts";
import { DEVICE } from "../../lib/limits.ts";
import { UnidentifiedConnections } from "../../lib/unidentified_connections.ts";
import { type ArrivingConnection, type EntranceContext, QueuedAdmission } from "./queued_admission.ts";
import { type Flood, UnknownDevices } from "./unknown_devices.ts";

export interface EntranceOptions {
  /** How many connections may be open that serve no cabinet. */
  readonly newcomersMax: number;
  /** Is told of floods of unknown devices. */
  readonly flooded: (flood: Flood) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/** Admits new connections: limits how many are open, and how many are looked up; networks take turns. */
export class DeviceEntrance implements Disposable {
  readonly #context: EntranceContext;
  /** With more newcomers than that, only those stay that have just connected. */
  readonly #crowd: number;

  constructor({ newcomersMax, flooded, now }: EntranceOptions) {
    this.#crowd = newcomersMax * DEVICE.newcomersPart;
    const unknownDevices = new UnknownDevices(flooded, { now });
    const newcomers = new UnidentifiedConnections<ArrivingConnection>({
      max: newcomersMax,
      perNetworkMax: (network) => unknownDevices.isSlowed(network) ? DEVICE.newcomersOfFloodMax : Infinity,
    });
    // The blocks of addresses take turns, so that a flood from one of them does not delay the others.
    const places = new Semaphore(DEVICE.placesMax, new FairQueue());
    this.#context = { places, newcomers, unknownDevices, now };
  }

  /** Whether connections wait for a place. */
  get isCrowded(): boolean {
    return this.#context.places.waiting > 0;
  }

  /**
   * Admits a connection, for which one that has waited longer may be closed; `undefined`: there is no room.
   *
   * @param hostname the peer's address
   * @param close closes this connection to make room for another one
   */
  enter(hostname: string, close: () => void): QueuedAdmission | undefined {
    const { newcomers, now } = this.#context;
    const { network, blocks } = subscriberAt(hostname);
    const newcomer: ArrivingConnection = { network, blocks, close, since: now() };
    if (!newcomers.enter(newcomer)) return undefined;
    if (newcomers.size > this.#crowd) newcomers.giveWay(({ since }) => now() - since >= DEVICE.newcomerMs);
    return new QueuedAdmission(newcomer, this.#context);
  }

  /** Closes a connection that serves no cabinet to make room for another one; `false`: there is none. */
  makeRoom(): boolean {
    return this.#context.newcomers.giveWay();
  }

  [Symbol.dispose](): void {
    this.#context.unknownDevices[Symbol.dispose]();
  }
}
