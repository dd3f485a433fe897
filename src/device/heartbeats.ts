import { DEVICE } from "../limits.ts";

/** How often a DTU sends its heartbeat: as somebody said, or as was seen. */
export class Heartbeats {
  readonly #said: number | undefined;
  readonly #learns: boolean;
  #last: number | undefined;
  /** The last gaps, newest last; made when the first is seen. */
  #gaps: number[] | undefined;

  /**
   * @param said in milliseconds; `undefined`: nobody said
   * @param options.learns whether what is seen tells
   */
  constructor(said: number | undefined, { learns }: { learns: boolean }) {
    this.#said = said;
    this.#learns = learns && said === undefined;
  }

  /** One came. */
  beat(now: number): void {
    const gap = this.#last === undefined ? 0 : now - this.#last;
    this.#last = now;
    if (gap < DEVICE.heartbeatGapMsMin || !this.#learns) return;
    this.#gaps = [...(this.#gaps ?? []).slice(1 - DEVICE.heartbeatsMin), gap];
  }

  /** From heartbeat to heartbeat, in milliseconds; `undefined`: not known. */
  get everyMs(): number | undefined {
    if (this.#said !== undefined) return this.#said;
    const gaps = this.#gaps ?? [];
    // Other packets put heartbeats off, so the shorter gaps tell more; the shortest may be one that was late before.
    return gaps.length < DEVICE.heartbeatsMin ? undefined : gaps.toSorted((a, b) => a - b)[1];
  }

  /** How long the DTU may say nothing until it counts as gone: two heartbeats, in milliseconds. */
  get silenceMs(): number {
    const { everyMs } = this;
    if (everyMs === undefined) return DEVICE.silenceMs;
    return this.#said !== undefined ? 2 * everyMs : Math.max(2 * everyMs, DEVICE.heartbeatSilenceMsMin);
  }
}
