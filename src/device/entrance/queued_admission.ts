import type { Semaphore } from "../../lib/concurrency/semaphore.ts";
import { DEVICE } from "../../lib/limits.ts";
import type { UnidentifiedConnection, UnidentifiedConnections } from "../../lib/unidentified_connections.ts";
import type { UnknownDevices } from "./unknown_devices.ts";

/** How a new connection is admitted to look-ups. */
export interface ConnectionAdmission {
  /** Does the work once the connection, which may be closed by then, has a place. Resolves with its result. */
  runWhenAdmitted<T>(work: () => Promise<T>): Promise<T>;
  /** Whether a right registration from this network has to wait, after too many wrong ones from there. */
  readonly isSlowed: boolean;
  /** The connection serves a cabinet. Harmless when called twice. */
  markServing(): void;
  /** The connection is closed; `isUnknown`: the device sent something and was not believed. */
  markClosed(options: { isUnknown: boolean }): void;
}

/** For a connection that never has to wait. */
export const IMMEDIATE_ADMISSION: ConnectionAdmission = {
  runWhenAdmitted: (work) => work(),
  isSlowed: false,
  markServing: () => {},
  markClosed: () => {},
};

/** A connection that serves no cabinet yet. */
export interface ArrivingConnection extends UnidentifiedConnection {
  /** The blocks of addresses that it comes from, the largest first. */
  readonly blocks: readonly string[];
  /** When the service began to read it, in milliseconds of one monotonic clock. */
  since: number;
}

/** What all admissions share. */
export interface EntranceContext {
  /** Bounds the connections that are read and looked up. The blocks of addresses of those that wait take turns. */
  readonly places: Semaphore<readonly string[]>;
  readonly newcomers: UnidentifiedConnections<ArrivingConnection>;
  readonly unknownDevices: UnknownDevices;
  readonly now: () => number;
}

/**
 * The admission of one connection. The connection has a place while it is likely to send
 * something, and while something is looked up for it.
 */
export class QueuedAdmission implements ConnectionAdmission {
  readonly #connection: ArrivingConnection;
  readonly #context: EntranceContext;
  #hasPlace = false;
  #isDone = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: ArrivingConnection, context: EntranceContext) {
    this.#connection = connection;
    this.#context = context;
  }

  /** Resolves when the connection may be read. It keeps its place for a moment, as most send at once. */
  async waitForPlace(): Promise<void> {
    await this.#enter();
    this.#connection.since = this.#context.now();
    this.#leaveSoon();
  }

  async runWhenAdmitted<T>(work: () => Promise<T>): Promise<T> {
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
    return this.#context.unknownDevices.isSlowed(this.#connection.network);
  }

  markServing(): void {
    this.#isDone = true;
    this.#context.newcomers.leave(this.#connection);
    this.#leave();
  }

  markClosed({ isUnknown }: { isUnknown: boolean }): void {
    this.markServing();
    if (isUnknown) this.#context.unknownDevices.record(this.#connection.network);
  }

  async #enter(): Promise<void> {
    const { newcomers, places } = this.#context;
    newcomers.answering(this.#connection);
    await places.acquire(this.#connection.blocks);
    this.#hasPlace = true;
  }

  #leaveSoon(): void {
    if (this.#isDone) return this.#leave();
    this.#timer = setTimeout(() => {
      this.#context.newcomers.waiting(this.#connection);
      this.#leave();
    }, DEVICE.placeMs);
  }

  #leave(): void {
    clearTimeout(this.#timer);
    // What this connection asked for was not found, so it makes room before others.
    this.#context.newcomers.doubtful(this.#connection);
    if (this.#hasPlace) this.#context.places.release();
    this.#hasPlace = false;
  }
}
