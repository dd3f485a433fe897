/**
 * Every length of time that the page goes by, in milliseconds, with its reason.
 *
 * @module
 */

/** A tap without a final answer is asked again for this long; then nobody would expect the door to open any more. */
export const tapAnswerMs = 15_000;

/** How long a result stays on its cell: enough to read it, look at the door and come back. */
export const resultShownMs = 60_000;

/** From `new WebSocket` to the first message. Phones in lifts and basements need seconds for TLS. */
export const connectDeadlineMs = 10_000;

/** Between two pings. Shorter than the idle limits of mobile networks and proxies, which start at 30 s. */
export const pingEveryMs = 20_000;

/** How long a ping may stay without any message following it. */
export const pongDeadlineMs = 8_000;

/** The same when the person has just come back to the page and is about to tap. */
export const probeDeadlineMs = 3_000;

/**
 * Silence that a running page cannot have: it would have pinged and heard, or given up. So its timers were
 * stopped in the background, and the socket is not worth asking.
 */
export const frozenAfterMs = pingEveryMs + pongDeadlineMs;

/** The first wait before connecting again; it doubles from there. */
export const backoffFirstMs = 500;

/** The longest wait before connecting again. */
export const backoffMaxMs = 15_000;

/** A connection that held this long was a good one: the next wait starts from the beginning. */
export const steadyAfterMs = 10_000;

/** So many sockets running that never opened mean that the server may have said no: time to ask why. */
export const refusalsBeforeAsking = 3;
