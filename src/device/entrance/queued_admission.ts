import { DEVICE } from "../../lib/limits.ts";
import type { UnidentifiedConnection, UnidentifiedConnections } from "../../lib/unidentified_connections.ts";
import type { AdmissionQueue } from "./admission_queue.ts";
import type { UnknownDevices } from "./unknown_devices.ts";

/** A new connection's way in. */
export interface ConnectionAdmission {
  /** Does the work when the connection has a place, which is then perhaps closed, and answers as it does. */
  turn<T>(work: () => Promise<T>): Promise<T>;
  /** Whether a right registration from there waits before it is believed, since so many wrong ones came. */
  readonly isSlowed: boolean;
  /** The connection serves a cabinet. Calling it twice is harmless. */
  served(): void;
  /** The connection is closed. `isStranger`: it said something and was not believed. */
  gone(options: { isStranger: boolean }): void;
}

/** For a connection that has the way to itself. */
export const IMMEDIATE_ADMISSION: ConnectionAdmission = {
  turn: (work) => work(),
  isSlowed: false,
  served: () => {},
  gone: () => {},
};

/** A connection that serves no cabinet. */
export interface ArrivingConnection extends UnidentifiedConnection {
  /** The blocks of addresses that it comes from, the largest first. */
  readonly blocks: readonly string[];
  /** From when on it is listened to, in milliseconds of one monotonic clock. */
  since: number;
}

/** What all connections have to pass. */
export interface AdmissionContext {
  readonly gate: AdmissionQueue;
  readonly newcomers: UnidentifiedConnections<ArrivingConnection>;
  readonly strangers: UnknownDevices;
  readonly now: () => number;
}

/**
 * The way in of one connection through the gate. It has a place there while it is likely to speak, and while something is
 * looked up for it.
 */
export class QueuedAdmission implements ConnectionAdmission {
  readonly #newcomer: ArrivingConnection;
  readonly #parts: AdmissionContext;
  #hasPlace = false;
  #isOver = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(newcomer: ArrivingConnection, parts: AdmissionContext) {
    this.#newcomer = newcomer;
    this.#parts = parts;
  }

  /** Resolves when the connection may be listened to. It keeps its place for a moment, as most speak at once. */
  async begin(): Promise<void> {
    await this.#enter();
    this.#newcomer.since = this.#parts.now();
    this.#leaveSoon();
  }

  async turn<T>(work: () => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    if (!this.#hasPlace) await this.#enter();
    let found: T | undefined;
    try {
      return found = await work();
    } finally {
      if (found === undefined) this.#leave();
      else this.#leaveSoon();
    }
  }

  get isSlowed(): boolean {
    return this.#parts.strangers.slows(this.#newcomer.network);
  }

  served(): void {
    this.#isOver = true;
    this.#parts.newcomers.leave(this.#newcomer);
    this.#leave();
  }

  gone({ isStranger }: { isStranger: boolean }): void {
    this.served();
    if (isStranger) this.#parts.strangers.came(this.#newcomer.network);
  }

  async #enter(): Promise<void> {
    const { newcomers, gate } = this.#parts;
    newcomers.answering(this.#newcomer);
    await gate.enter(this.#newcomer.blocks);
    this.#hasPlace = true;
  }

  #leaveSoon(): void {
    if (this.#isOver) return this.#leave();
    this.#timer = setTimeout(() => {
      this.#parts.newcomers.waiting(this.#newcomer);
      this.#leave();
    }, DEVICE.placeMs);
  }

  #leave(): void {
    clearTimeout(this.#timer);
    // What it asked for was not found: it gives way before others.
    this.#parts.newcomers.doubtful(this.#newcomer);
    if (this.#hasPlace) this.#parts.gate.leave();
    this.#hasPlace = false;
  }
}
