import { concat } from "@std/bytes";
import { withTimeout } from "../../lib/concurrency/timeout.ts";
import { DEVICE } from "../../lib/limits.ts";
import type { CloseReason, DeviceConn } from "../context.ts";

export type WriteFailure = Extract<CloseReason, "overflow" | "stalled" | "write-failed">;

/**
 * The one writer of a connection: writes chunks whole and in order, and keeps a bounded number of bytes while
 * the peer does not read.
 */
export class WriteQueue {
  readonly #conn: DeviceConn;
  readonly #failed: (reason: WriteFailure) => void;
  readonly #now: () => number;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** When the first of the waiting chunks has waited too long. */
  #waitUntil = Infinity;
  #writing: Promise<void> | undefined;

  /**
   * @param options.failed is told that the connection cannot be written any more
   * @param options.now milliseconds that only go forward
   */
  constructor(conn: DeviceConn, options: { failed: (reason: WriteFailure) => void; now: () => number }) {
    this.#conn = conn;
    this.#failed = options.failed;
    this.#now = options.now;
  }

  /**
   * Sends the bytes behind those that wait already; they must not be changed afterwards.
   *
   * @param by if the bytes could only be sent later, neither they nor anything behind them is sent
   */
  send(bytes: Uint8Array, by = Infinity): void {
    if (this.#waitingBytes + bytes.length > DEVICE.writeQueueBytesMax) return this.#failed("overflow");
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#waitUntil = Math.min(this.#waitUntil, by);
    this.#writing ??= this.#drain();
  }

  /** Resolves when all bytes are written or cannot be, or after so many milliseconds. */
  async flush(withinMs: number): Promise<void> {
    if (this.#writing) await withTimeout(this.#writing, { ms: withinMs, fallback: () => {} });
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const bytes = this.#waiting.length === 1 ? this.#waiting[0] as Uint8Array : concat(this.#waiting);
        const until = this.#waitUntil;
        this.#waiting = [];
        this.#waitUntil = Infinity;
        for (let sent = 0; sent < bytes.length;) {
          if (this.#now() >= until) return this.#failed("stalled");
          const written = await this.#conn.write(sent === 0 ? bytes : bytes.subarray(sent));
          sent += written;
          this.#waitingBytes -= written;
        }
      }
    } catch {
      this.#failed("write-failed");
    } finally {
      this.#writing = undefined;
    }
  }
}
