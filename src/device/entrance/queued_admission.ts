import { DEVICE } from "../../lib/limits.ts";
import type { UnidentifiedConnection, UnidentifiedConnections } from "../../lib/unidentified_connections.ts";
import type { AdmissionQueue } from "./admission_queue.ts";
import type { UnknownDevices } from "./unknown_devices.ts";

/** A new connection's way in. */
export interface ConnectionAdmission {
  /** Does the work when the connection has a place, which is then perhaps closed, and answers as it does. */
  runWhenAdmitted<T>(work: () => Promise<T>): Promise<T>;
  /** Whether a right registration from there waits before it is believed, since so many wrong ones came. */
  readonly isSlowed: boolean;
  /** The connection serves a cabinet. Calling it twice is harmless. */
  markServing(): void;
  /** The connection is closed. `isUnknown`: it said something and was not believed. */
  markClosed(options: { isUnknown: boolean }): void;
}

/** For a connection that has the way to itself. */
export const IMMEDIATE_ADMISSION: ConnectionAdmission = {
  runWhenAdmitted: (work) => work(),
  isSlowed: false,
  markServing: () => {},
  markClosed: () => {},
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
  readonly queue: AdmissionQueue;
  readonly newcomers: UnidentifiedConnections<ArrivingConnection>;
  readonly unknownDevices: UnknownDevices;
  readonly now: () => number;
}

/**
 * The way in of one connection through the queue. It has a place there while it is likely to speak, and while something is
 * looked up for it.
 */
export class QueuedAdmission implements ConnectionAdmission {
  readonly #connection: ArrivingConnection;
  readonly #context: AdmissionContext;
  #hasPlace = false;
  #isDone = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: ArrivingConnection, context: AdmissionContext) {
    this.#connection = connection;
    this.#context = context;
  }

  /** Resolves when the connection may be listened to. It keeps its place for a moment, as most speak at once. */
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
    const { newcomers, queue } = this.#context;
    newcomers.answering(this.#connection);
    await queue.enter(this.#connection.blocks);
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
    // What it asked for was not found: it gives way before others.
    this.#context.newcomers.doubtful(this.#connection);
    if (this.#hasPlace) this.#context.queue.leave();
    this.#hasPlace = false;
  }
}
