import type { CabinetDescription } from "../../cabinet/description.ts";
import type { UnknownDevice } from "../../cabinet/devices.ts";
import { bytesOf } from "../../cabinet/registration/written_bytes.ts";
import type { Database } from "../../db/mod.ts";
import {
  forgetUnknownDevices,
  noteUnknownDevices,
  unknownDevicesSaid,
  type UnknownDeviceVisits,
} from "../../db/queries/devices/unknown_devices.ts";
import { delay } from "../../lib/concurrency/delay.ts";
import { subscriberAt } from "../../lib/ip_address.ts";
import { KeyedRateLimiter } from "../../lib/keyed_rate_limiter.ts";
import { DEVICE, UNKNOWN_DEVICES } from "../../lib/limits.ts";
import { TokenBucket } from "../../lib/token_bucket.ts";

/** What {@linkcode UnknownDeviceLog} goes by. */
export interface UnknownDeviceLogOptions {
  /** Whether a cabinet has by now what the device said (hex). */
  readonly isKnown: (said: string) => Promise<boolean>;
  /** Is told of database errors. */
  readonly failed: (error: unknown) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** @default {UNKNOWN_DEVICES.gatherMs} */
  readonly gatherMs?: number;
}

/**
 * Keeps the last devices that no cabinet has, for all programs. What comes too fast is left out, so that a flood costs
 * little; nothing waits for it, and what the database does not take is lost.
 */
export class UnknownDeviceLog implements AsyncDisposable {
  readonly #db: Database;
  readonly #options: UnknownDeviceLogOptions;
  readonly #networks = new KeyedRateLimiter(UNKNOWN_DEVICES.ofNetwork, {
    keysMax: UNKNOWN_DEVICES.networksMax,
  });
  readonly #all: TokenBucket;
  /** By what they said. */
  #waiting = new Map<string, UnknownDeviceVisits>();
  #writing: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(db: Database, options: UnknownDeviceLogOptions) {
    this.#db = db;
    this.#options = options;
    this.#all = new TokenBucket(UNKNOWN_DEVICES.inAll, options.now());
  }

  /** A device came that is not a cabinet. Never throws. */
  note(device: UnknownDevice): void {
    if (device.said === "" || this.#stopping.signal.aborted) return;
    const at = Math.round(this.#options.wallClock());
    const { network } = subscriberAt(device.address);
    const waiting = this.#waiting.get(device.said);
    if (!waiting && !this.#hasRoomFor(network)) return;
    const { count = 0, firstAt = at } = waiting ?? {};
    this.#waiting.set(device.said, { ...device, network, count: count + 1, firstAt, lastAt: at });
    this.#writing ??= this.#writeAll();
  }

  /** Writes what is not written yet. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#writing;
  }

  #hasRoomFor(network: string): boolean {
    if (this.#waiting.size >= UNKNOWN_DEVICES.waitingMax) return false;
    const now = this.#options.now();
    return this.#networks.takes(network, now) && this.#all.takes(now);
  }

  async #writeAll(): Promise<void> {
    const { gatherMs = UNKNOWN_DEVICES.gatherMs, failed } = this.#options;
    while (this.#waiting.size > 0) {
      await delay(gatherMs, { signal: this.#stopping.signal });
      const visits = [...this.#waiting.values()];
      this.#waiting = new Map();
      await this.#write(visits).catch(failed);
    }
    this.#writing = undefined;
  }

  async #write(visits: readonly UnknownDeviceVisits[]): Promise<void> {
    const unknown: UnknownDeviceVisits[] = [];
    // One after the other: devices that come wait for the database, too.
    for (const visit of visits) if (!await this.#options.isKnown(visit.said)) unknown.push(visit);
    if (unknown.length > 0) await this.#db.writer.run(noteUnknownDevices, { visits: unknown });
  }
}

/**
 * Takes from the list what may be the described cabinet's from now on. A device that is not comes again.
 *
 * @throws {Error} if the database is away
 */
export async function forgetDevicesOf(
  db: Database,
  { registration }: Pick<CabinetDescription, "registration">,
): Promise<void> {
  if (registration === null) return;
  const bytes = bytesOf(registration);
  const isLong = bytes.length >= DEVICE.registrationAnywhereBytesMin;
  const hex = bytes.toHex();
  const ids = (await unknownDevicesSaid(db.tables))
    .filter(({ said }) => said.startsWith(hex) || isLong && said.includes(hex)).map(({ id }) => id);
  if (ids.length > 0) await db.writer.run(forgetUnknownDevices, { ids });
}
