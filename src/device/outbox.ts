import { concat } from "@std/bytes";
import { DEVICE } from "../limits.ts";
import type { DeviceConn } from "./context.ts";

/**
 * The one writer of a connection: writes whole, in order, and holds a bounded number of bytes while the peer does
 * not read.
 */
export class Outbox {
  readonly #conn: DeviceConn;
  readonly #failed: (reason: "overflow" | "write-failed") => void;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;

  /** @param failed is told once that the connection cannot be written any more */
  constructor(conn: DeviceConn, failed: (reason: "overflow" | "write-failed") => void) {
    this.#conn = conn;
    this.#failed = failed;
  }

  /** Sends the bytes behind what waits already; they must not be changed afterwards. */
  send(bytes: Uint8Array): void {
    if (this.#waitingBytes + bytes.length > DEVICE.outboxBytesMax) return this.#failed("overflow");
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#writing ??= this.#drain();
  }

  /** Resolves when all is written or cannot be, or after so many milliseconds. */
  async flush(withinMs: number): Promise<void> {
    const { promise: timeUp, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, withinMs);
    await Promise.race([this.#writing, timeUp]);
    clearTimeout(timer);
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const bytes = this.#waiting.length === 1 ? this.#waiting[0] as Uint8Array : concat(this.#waiting);
        this.#waiting = [];
        for (let sent = 0; sent < bytes.length;) {
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
