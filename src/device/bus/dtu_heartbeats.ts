import { DEVICE } from "../../lib/limits.ts";

/** What is known of a DTU's heartbeats. */
export interface DtuHeartbeatsOptions {
  /** From one to the next, in milliseconds, as somebody entered it; `undefined`: nobody did. */
  readonly configuredMs: number | undefined;
  /** Whether those that come tell how often they come. */
  readonly learns: boolean;
  /** When the connection began. */
  readonly now: number;
}

/**
 * How often a DTU sends its heartbeat, and from when on its silence means that it is gone. Many send one only when
 * nothing went either way for the interval (such as those with iRTU firmware), so each byte of ours puts it off: silence
 * counts once a heartbeat had the time to come. All times are milliseconds of one monotonic clock.
 */
export class DtuHeartbeats {
  readonly #configuredMs: number | undefined;
  readonly #learns: boolean;
  #lastHeartbeatAt: number | undefined;
  /** The last gaps, newest last; made when the first is seen. */
  #gaps: number[] | undefined;
  #heardAt: number;
  #wroteAt = -Infinity;
  /** Since something was heard last, a heartbeat had the time to come and did not. */
  #isMissed = false;

  constructor({ configuredMs, learns, now }: DtuHeartbeatsOptions) {
    this.#configuredMs = configuredMs;
    this.#learns = learns && configuredMs === undefined;
    this.#heardAt = now;
  }

  /** One came. */
  heartbeatReceived(now: number): void {
    const gap = this.#lastHeartbeatAt === undefined ? 0 : now - this.#lastHeartbeatAt;
    this.#lastHeartbeatAt = now;
    if (gap < DEVICE.heartbeatGapMsMin || !this.#learns) return;
    this.#gaps = [...(this.#gaps ?? []).slice(1 - DEVICE.heartbeatsMin), gap];
  }

  /** The DTU sent anything. */
  received(now: number): void {
    this.#heardAt = now;
    this.#isMissed = false;
  }

  /** The DTU is sent something. */
  sent(now: number): void {
    if (now - Math.max(this.#heardAt, this.#wroteAt) >= this.#idleMs) this.#isMissed = true;
    this.#wroteAt = now;
  }

  /** From heartbeat to heartbeat, in milliseconds; `undefined`: not known. */
  get intervalMs(): number | undefined {
    if (this.#configuredMs !== undefined) return this.#configuredMs;
    const gaps = this.#gaps ?? [];
    // Other packets put heartbeats off, so the shorter gaps tell more; the shortest may be one that was late before.
    const intervalMs = gaps.length < DEVICE.heartbeatsMin ? undefined : gaps.toSorted((a, b) => a - b)[1];
    // Gaps as long as that may be of our own making: polls would come less and less often for their sake.
    return intervalMs !== undefined && 2 * intervalMs < DEVICE.silenceMs ? intervalMs : undefined;
  }

  /** How long the DTU may say nothing, where nothing of ours puts its heartbeat off: two intervals, in milliseconds. */
  get silenceMs(): number {
    const { intervalMs } = this;
    if (intervalMs === undefined) return DEVICE.silenceMs;
    return this.#configuredMs !== undefined
      ? 2 * intervalMs
      : Math.max(2 * intervalMs, DEVICE.heartbeatSilenceMsMin);
  }

  /** When the DTU is to be asked for a sign of life. */
  get askAt(): number {
    return this.#heardAt + this.silenceMs * DEVICE.askAfterSilence;
  }

  /** When the DTU counts as gone. */
  get goneAt(): number {
    const goneAt = this.#heardAt + this.silenceMs;
    return this.#isMissed ? goneAt : Math.max(goneAt, this.#wroteAt + this.#idleMs);
  }

  /**
   * From when on what can wait is not to be sent until the DTU is heard or gone: its heartbeat gets the time to come
   * before it counts as gone, and a DTU that is gone is noticed.
   */
  get quietFrom(): number {
    return this.#heardAt + this.silenceMs * (1 - DEVICE.askAfterSilence);
  }

  /** How long the line has to be free until a heartbeat is late. */
  get #idleMs(): number {
    const { silenceMs } = this;
    return this.intervalMs === undefined ? silenceMs : silenceMs * DEVICE.askAfterSilence;
  }
}
