import { KeyedRateLimiter } from "../../lib/keyed_rate_limiter.ts";
import { DEVICE } from "../../lib/limits.ts";
import { TokenBucket } from "../../lib/token_bucket.ts";

/** The unknown devices since a flood was reported last. */
export interface Flood {
  readonly count: number;
  /** The network that the last of them came from. */
  readonly network: string;
}

/**
 * Counts connections that named a cabinet and were not believed, by network and in all. When they are too many, other
 * connections from such a network are slowed down, and the flood is reported, at once and as it goes on.
 */
export class UnknownDevices implements Disposable {
  readonly #tell: (flood: Flood) => void;
  readonly #now: () => number;
  readonly #all: TokenBucket;
  readonly #networks = new KeyedRateLimiter(DEVICE.unknownDevicesOfNetwork, {
    keysMax: DEVICE.unknownDeviceNetworksMax,
  });
  #untold = 0;
  #last = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param tell is told of a flood
   * @param options.now milliseconds that only go forward
   */
  constructor(tell: (flood: Flood) => void, { now }: { now: () => number }) {
    this.#tell = tell;
    this.#now = now;
    this.#all = new TokenBucket(DEVICE.unknownDevices, now());
  }

  /** A connection from that network was not believed. */
  record(network: string): void {
    const now = this.#now();
    // A flood from one network does not slow down the others, and leaves no debt for which later connections wait.
    if (this.#networks.takes(network, now) && this.#all.takes(now)) return;
    this.#untold++;
    this.#last = network;
    if (this.#timer === undefined) this.#tellUntold();
  }

  /** Whether connections from that network are slowed down, so that guessing takes time. */
  isSlowed(network: string): boolean {
    const now = this.#now();
    const level = this.#networks.level(network, now);
    return level !== undefined && (level < 1 || this.#all.level(now) < 1);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #tellUntold(): void {
    this.#timer = undefined;
    if (this.#untold === 0) return;
    this.#tell({ count: this.#untold, network: this.#last });
    this.#untold = 0;
    this.#timer = setTimeout(() => this.#tellUntold(), DEVICE.floodToldMs);
  }
}
