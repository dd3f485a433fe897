/**
 * Every length of time that the page goes by, in milliseconds, with its reason.
 *
 * @module
 */

/** A tap without a final answer is asked again for this long; then nobody would expect the door to open any more. */
export const tapAnswerMs = 15_000;

/** The same where the server may try another cell up to 10 s after the tap, which may take 12 s once more. */
export const storeAnswerMs = 25_000;

/** How long a result stays on its cell: enough to read it, look at the door and come back. */
export const resultShownMs = 60_000;

/** How long something is told that asks for nothing: long enough to read it, and then out of the way. */
export const briefShownMs = 8_000;

/** From `new WebSocket` to the first message. Phones in lifts and basements need seconds for TLS. */
export const connectDeadlineMs = 10_000;

/** From connecting to the welcome: it says too little of the server's clock if it took longer, which is asked for then. */
export const promptMs = 1_000;

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

/** How often what depends on the time of day is shown anew: nothing is said to the second. */
export const oneMinuteMs = 60_000;

/** Loading WeChat's script, our signature for it and its own check: longer and the person was left standing. */
export const scanReadyMs = 10_000;

/** Signing out and removing: longer and it is said to have failed, which trying again does no harm to. */
export const accountAnswerMs = 10_000;

/** How often a page that stays open has the session renewed while something is in a cell: a session lasts 30 days. */
export const renewEveryMs = 24 * 60 * oneMinuteMs;

/** Where there is no WebSocket: between two looks at the cabinet. A door that somebody opens is seen soon enough. */
export const pollEveryMs = 2_500;

/** So many taps are sent at once there: a browser has six connections to a server, and one is for looking. */
export const postsMax = 4;

/** So many WebSockets running that came to nothing mean that something on the way does not let them through. */
export const webSocketMissesMax = 2;

/** A WebSocket that is silent for this long may be swallowed on the way: the other way is tried beside it. */
export const webSocketSilentMs = 4_000;

/** How often a WebSocket is tried while the other way is used: networks change. */
export const webSocketAgainMs = 60_000;
