import type { Context } from "hono";

/** What the server knows of a request beside its peer. */
export interface RequestArrival {
  /** Milliseconds since its head was read: it may have waited for its turn. */
  readonly agoMs: () => number;
  /** Resolves when its handler may do something that takes the processor for long. */
  readonly turn: () => Promise<void>;
}

/**
 * When a request came, in milliseconds since 1970. Where no server says so, it came now.
 *
 * @param wallClock milliseconds since 1970
 */
export function cameAt(c: Context, wallClock: () => number): number {
  return wallClock() - (arrivalOf(c)?.agoMs() ?? 0);
}

/** Waits before what takes the processor for a millisecond or more, so that the sockets are read in between. */
export async function untilTurn(c: Context): Promise<void> {
  await arrivalOf(c)?.turn();
}

function arrivalOf(c: Context): RequestArrival | undefined {
  const env: { arrival?: RequestArrival } | undefined = c.env;
  return env?.arrival;
}
