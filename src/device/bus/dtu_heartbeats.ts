import { DEVICE } from "../../lib/limits.ts";

export interface DtuHeartbeatsOptions {
  /** The interval that was entered for the cabinet, in milliseconds; `undefined`: none was. */
  readonly configuredMs: number | undefined;
  /** Whether the interval may be learned from the heartbeats. */
  readonly learns: boolean;
  /** When the connection began. */
  readonly now: number;
}

/**
 * How often a DTU sends its heartbeat, and when its silence means that it is gone. Many DTUs, such as those
 * with iRTU firmware, send a heartbeat only when the line was idle in both directions for the interval, so
 * each byte of ours puts it off: silence counts once a heartbeat had the time to come. All times are
 * milliseconds of one monotonic clock.
 */
export class DtuHeartbeats {
  readonly #configuredMs: number | undefined;
  readonly #learns: boolean;
  #lastHeartbeatAt: number | undefined;
  /** The last gaps between heartbeats, newest last; made when the first is measured. */
  #gaps: number[] | undefined;
  #heardAt: number;
  #wroteAt = -Infinity;
  /** A heartbeat had the time to come since the last byte was received, and did not. */
  #isMissed = false;

  constructor({ configuredMs, learns, now }: DtuHeartbeatsOptions) {
    this.#configuredMs = configuredMs;
    this.#learns = learns && configuredMs === undefined;
    this.#heardAt = now;
  }

  heartbeatReceived(now: number): void {
    const gap = this.#lastHeartbeatAt === undefined ? 0 : now - this.#lastHeartbeatAt;
    this.#lastHeartbeatAt = now;
    if (gap < DEVICE.heartbeatGapMsMin || !this.#learns) return;
    this.#gaps = [...(this.#gaps ?? []).slice(1 - DEVICE.heartbeatsMin), gap];
  }

  /** The DTU sent something, a heartbeat or not. */
  received(now: number): void {
    this.#heardAt = now;
    this.#isMissed = false;
  }

  /** Something is sent to the DTU. */
  sent(now: number): void {
    if (now - Math.max(this.#heardAt, this.#wroteAt) >= this.#idleMs) this.#isMissed = true;
    this.#wroteAt = now;
  }

  /** The interval between heartbeats, in milliseconds; `undefined`: not known. */
  get intervalMs(): number | undefined {
    if (this.#configuredMs !== undefined) return this.#configuredMs;
    const gaps = this.#gaps ?? [];
    // Other packets put heartbeats off, so the shorter gaps tell more; the shortest may follow a late heartbeat.
    const intervalMs = gaps.length < DEVICE.heartbeatsMin ? undefined : gaps.toSorted((a, b) => a - b)[1];
    // What we send may have caused gaps as long as that. Learned, they would make our polls ever rarer.
    return intervalMs !== undefined && 2 * intervalMs < DEVICE.silenceMs ? intervalMs : undefined;
  }

  /** How long the DTU may be silent while nothing of ours puts its heartbeat off: two intervals, in ms. */
  get silenceMs(): number {
    const { intervalMs } = this;
    if (intervalMs === undefined) return DEVICE.silenceMs;
    return this.#configuredMs !== undefined
      ? 2 * intervalMs
      : Math.max(2 * intervalMs, DEVICE.heartbeatSilenceMsMin);
  }

  /** When the DTU has to be asked for a sign of life. */
  get askAt(): number {
    return this.#heardAt + this.silenceMs * DEVICE.askAfterSilence;
  }

  /** When the DTU counts as gone. */
  get goneAt(): number {
    const goneAt = this.#heardAt + this.silenceMs;
    return this.#isMissed ? goneAt : Math.max(goneAt, this.#wroteAt + this.#idleMs);
  }

  /**
   * From when on nothing is sent that can wait, until the DTU sends something or counts as gone: so a
   * heartbeat has the time to come, and a DTU that is gone is noticed.
   */
  get quietFrom(): number {
    return this.#heardAt + this.silenceMs * (1 - DEVICE.askAfterSilence);
  }

  /** How long the line has to be idle until a heartbeat is late. */
  get #idleMs(): number {
    const { silenceMs } = this;
    return this.intervalMs === undefined ? silenceMs : silenceMs * DEVICE.askAfterSilence;
  }
}
