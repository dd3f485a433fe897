import type { Context } from "hono";

/** When a request came, and when it may work. */
export interface RequestArrival {
  /** Milliseconds since its head was read, its wait for its turn included. */
  readonly agoMs: () => number;
  /** Resolves when its handler may do work that takes the processor for long. */
  readonly turn: () => Promise<void>;
}

/**
 * When a request came, in milliseconds since 1970; now, if the server did not note it.
 *
 * @param wallClock milliseconds since 1970
 */
export function cameAt(c: Context, wallClock: () => number): number {
  return wallClock() - (arrivalOf(c)?.agoMs() ?? 0);
}

/** Waits until work of a millisecond or more may begin, so that the sockets are read before it. */
export async function untilTurn(c: Context): Promise<void> {
  await arrivalOf(c)?.turn();
}

function arrivalOf(c: Context): RequestArrival | undefined {
  const env: { arrival?: RequestArrival } | undefined = c.env;
  return env?.arrival;
}
