import { FairQueue } from "../../lib/concurrency/fair_queue.ts";
import { subscriberAt } from "../../lib/ip_address.ts";
import { DEVICE_TLS } from "../../lib/limits.ts";
import { TimeSlices } from "../../lib/concurrency/time_slices.ts";

/**
 * The steps of TLS handshakes, which take 1 to 2 ms each. Blocks of addresses take turns, and sockets are
 * read between the steps, so that a flood of handshakes delays neither taps nor other devices.
 */
export class TlsHandshakes implements Disposable {
  readonly #queue = new FairQueue<() => void>();
  readonly #slices: TimeSlices;

  /** @param now milliseconds that only go forward */
  constructor(now: () => number) {
    this.#slices = new TimeSlices({ take: () => this.#queue.take(), sliceMs: DEVICE_TLS.handshakesMs, now });
  }

  /** Resolves when a connection from that address may do its next step; never, once this is disposed of. */
  waitForTurn(hostname: string): Promise<void> {
    return new Promise((resolve) => {
      this.#queue.add(subscriberAt(hostname).blocks, resolve);
      this.#slices.wake();
    });
  }

  [Symbol.dispose](): void {
    this.#slices[Symbol.dispose]();
  }
}
