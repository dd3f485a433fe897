/**
 * The server's clock as the page reckons it. It is never ahead of the server's: a tap may be taken for older than it is,
 * and is never taken for younger.
 *
 * @module
 */

/**
 * A moment on both of a phone's clocks, in milliseconds. One stands still while some phones sleep, the other one is set
 * by the network and by people.
 */
export interface Instant {
  readonly uptimeMs: number;
  readonly wallMs: number;
}

/** What the server's clock said, and when that was heard. */
export interface ServerTime {
  readonly timeMs: number;
  readonly heardAt: Instant;
}

/** The server said its time, in answer to what it was asked at `askedAt` if it was asked at all. */
export interface TimeHeard extends ServerTime {
  readonly askedAt?: Instant | undefined;
}

/** How much time has surely passed: as much as the slower clock says. */
export function elapsedMs(from: Instant, to: Instant): number {
  return Math.max(0, Math.min(to.uptimeMs - from.uptimeMs, to.wallMs - from.wallMs));
}

/** What the server's clock says now, at least. */
export function serverNowMs({ timeMs, heardAt }: ServerTime, now: Instant): number {
  return Math.floor(timeMs + elapsedMs(heardAt, now));
}

/**
 * The better of what was known and what was heard. What was heard is older by as long as it was on its way, so what was
 * known is kept, unless it is behind that, or further ahead than the way there and back explains.
 */
export function hearTime(known: ServerTime | undefined, heard: TimeHeard): ServerTime {
  const { timeMs, heardAt, askedAt } = heard;
  if (known === undefined) return { timeMs, heardAt };
  const knownMs = serverNowMs(known, heardAt);
  const mostMs = askedAt === undefined ? Infinity : timeMs + elapsedMs(askedAt, heardAt);
  return knownMs >= timeMs && knownMs <= mostMs ? known : { timeMs, heardAt };
}
