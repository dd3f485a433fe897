/**
 * Where devices learn of cabinets: the device side's port over the database and the journal.
 *
 * @module
 */
import { familyNamed } from "./boards/mod.ts";
import {
  type CabinetRow,
  cabinetsRegisteredAs,
  someRegistrationContinues,
  touchCabinets,
} from "./db/cabinets.ts";
import type { Database } from "./db/mod.ts";
import { type Cabinets, type DeviceCabinet, Layout, mayFollow, type Registration } from "./device/mod.ts";
import { DEVICE, PROCESS } from "./limits.ts";
import { cabinetOf, type Journal } from "./locker/mod.ts";

/** See the module. */
export class DeviceDirectory implements Cabinets, AsyncDisposable {
  readonly #db: Database;
  readonly #journal: Journal;
  readonly #failed: (error: unknown) => void;
  readonly #layouts = new Map<string, Layout>();
  #seen = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing = Promise.resolve();

  /** @param options.failed is told of database errors where no caller waits for the result */
  constructor(db: Database, options: { journal: Journal; failed: (error: unknown) => void }) {
    this.#db = db;
    this.#journal = options.journal;
    this.#failed = options.failed;
  }

  async register(preamble: Uint8Array): Promise<Registration | undefined> {
    const prefixes: string[] = [];
    for (let length = 1; length <= Math.min(preamble.length, DEVICE.registrationBytesMax); length++) {
      prefixes.push(preamble.subarray(0, length).toHex());
    }
    for (const row of await cabinetsRegisteredAs(this.#db, prefixes)) {
      const cabinet = this.#deviceCabinet(row);
      const { length } = cabinet.registration;
      const rest = preamble.subarray(length);
      if (!mayFollow(rest, cabinet)) continue;
      const maybeLonger = rest.length === 0 && await someRegistrationContinues(this.#db, preamble.toHex());
      return { cabinet, length, maybeLonger };
    }
    return undefined;
  }

  async sending(commandId: string): Promise<boolean> {
    try {
      return await this.#journal.sending(commandId);
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  seen(cabinet: string, at: number): void {
    this.#seen.set(cabinet, at);
    this.#timer ??= setTimeout(() => this.#writeSeen(), PROCESS.seenEveryMs);
  }

  /** Writes what was seen last. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#writeSeen();
    }
    await this.#writing;
  }

  #writeSeen(): void {
    const seen = this.#seen;
    this.#seen = new Map();
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => touchCabinets(this.#db, seen)).catch(this.#failed);
  }

  #deviceCabinet(row: CabinetRow): DeviceCabinet {
    const cabinet = cabinetOf(row);
    const family = familyNamed(cabinet.board);
    return {
      id: cabinet.id,
      family,
      wiring: cabinet.wiring,
      localEcho: cabinet.localEcho,
      registration: cabinet.registration ?? new Uint8Array(),
      heartbeat: cabinet.heartbeat?.bytes,
      heartbeatEcho: cabinet.heartbeat?.echo ?? false,
      layout: this.#layout(cabinet, family?.channels[0] ?? 0),
    };
  }

  /** Cabinets that are built alike share one layout. */
  #layout({ cells }: ReturnType<typeof cabinetOf>, firstChannel: number): Layout {
    const wired = cells.map(({ cell, board, channel }) => ({ cell, board, channel }));
    const key = JSON.stringify([
      firstChannel,
      wired.map(({ cell, board, channel }) => [cell, board, channel]),
    ]);
    const known = this.#layouts.get(key);
    if (known) return known;
    const layout = new Layout(wired, firstChannel);
    if (this.#layouts.size >= PROCESS.layoutsMax) this.#layouts.clear();
    this.#layouts.set(key, layout);
    return layout;
  }
}
