/**
 * A time on both of the phone's clocks, in milliseconds. `uptimeMs` stands still while some phones sleep, `wallMs` is set
 * by the network and by people.
 */
export interface Instant {
  readonly uptimeMs: number;
  readonly wallMs: number;
}

/** The server's time in milliseconds since 1970, and when the page received it. */
export interface ServerTime {
  readonly timeMs: number;
  readonly receivedAt: Instant;
}

/** The server's time in a message. `askedAt`: when the page sent the ping that it answers. */
export interface TimeReading extends ServerTime {
  readonly askedAt?: Instant | undefined;
}

/** How many milliseconds have passed at least: what the slower clock says. */
export function elapsedMs(from: Instant, to: Instant): number {
  return Math.max(0, Math.min(to.uptimeMs - from.uptimeMs, to.wallMs - from.wallMs));
}

/** The server's time now, at least, in milliseconds since 1970: a tap may look older than it is, never younger. */
export function serverNowMs({ timeMs, receivedAt }: ServerTime, now: Instant): number {
  return Math.floor(timeMs + elapsedMs(receivedAt, now));
}

/**
 * The better one of the known time and a new reading. A reading is older by as long as its message travelled, so the
 * known time is kept, unless it is behind the reading, or further ahead than the message's round trip explains.
 */
export function betterTime(known: ServerTime | undefined, reading: TimeReading): ServerTime {
  const { timeMs, receivedAt, askedAt } = reading;
  if (known === undefined) return { timeMs, receivedAt };
  const knownMs = serverNowMs(known, receivedAt);
  const mostMs = askedAt === undefined ? Infinity : timeMs + elapsedMs(askedAt, receivedAt);
  return knownMs >= timeMs && knownMs <= mostMs ? known : { timeMs, receivedAt };
}
