import { subscriberAt } from "../../lib/ip_address.ts";
import { DEVICE } from "../../lib/limits.ts";
import { UnidentifiedConnections } from "../../lib/unidentified_connections.ts";
import { AdmissionQueue } from "./admission_queue.ts";
import { type AdmissionContext, type ArrivingConnection, QueuedAdmission } from "./queued_admission.ts";
import { type Flood, UnknownDevices } from "./unknown_devices.ts";

/** What an entrance is made with. */
export interface EntranceOptions {
  /** Connections that serve no cabinet, at most. */
  readonly newcomersMax: number;
  /** Is told of floods of unknownDevices. */
  readonly flooded: (flood: Flood) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/** The way in of new connections: so many may there be, so many are looked up at once, and networks take turns. */
export class DeviceEntrance implements Disposable {
  readonly #context: AdmissionContext;
  /** From so many newcomers on only those stay that have just come. */
  readonly #crowd: number;

  constructor({ newcomersMax, flooded, now }: EntranceOptions) {
    this.#crowd = newcomersMax * DEVICE.newcomersPart;
    const unknownDevices = new UnknownDevices(flooded, { now });
    const newcomers = new UnidentifiedConnections<ArrivingConnection>({
      max: newcomersMax,
      perNetworkMax: (network) => unknownDevices.isSlowed(network) ? DEVICE.newcomersOfFloodMax : Infinity,
    });
    this.#context = { queue: new AdmissionQueue(), newcomers, unknownDevices, now };
  }

  /** Whether some wait for a place. */
  get isCrowded(): boolean {
    return this.#context.queue.waiting > 0;
  }

  /**
   * Lets a connection in, for which one that has waited longer may be closed; `undefined`: there is no room.
   *
   * @param hostname the peer's address
   * @param close makes room for another one
   */
  enter(hostname: string, close: () => void): QueuedAdmission | undefined {
    const { newcomers, now } = this.#context;
    const { network, blocks } = subscriberAt(hostname);
    const newcomer: ArrivingConnection = { network, blocks, close, since: now() };
    if (!newcomers.enter(newcomer)) return undefined;
    if (newcomers.size > this.#crowd) newcomers.giveWay(({ since }) => now() - since >= DEVICE.newcomerMs);
    return new QueuedAdmission(newcomer, this.#context);
  }

  /** Closes a connection that serves no cabinet, so that another one has room; `false`: there is none. */
  makeRoom(): boolean {
    return this.#context.newcomers.giveWay();
  }

  [Symbol.dispose](): void {
    this.#context.unknownDevices[Symbol.dispose]();
  }
}
