/**
 * Every duration that the page uses, in milliseconds, with its reason.
 *
 * @module
 */

/** A tap without a final answer is sent again for this long. After that nobody expects the door to open any more. */
export const tapAnswerMs = 15_000;

/** The same for a `store`: the server may try another cell up to 10 s after the tap, which may take another 12 s. */
export const storeAnswerMs = 25_000;

/** How long a result is shown: enough to read it, look at the door and come back. */
export const resultShownMs = 60_000;

/** How long news is shown that asks for nothing: long enough to read it. */
export const briefShownMs = 8_000;

/** From `new WebSocket` to the first message. Phones in lifts and basements need seconds for TLS. */
export const connectDeadlineMs = 10_000;

/** From connecting to the welcome. After a slower one the page pings at once: the welcome's time is too inexact. */
export const promptMs = 1_000;

/** Between two pings. Shorter than the idle limits of mobile networks and proxies, which start at 30 s. */
export const pingEveryMs = 20_000;

/** How long after a ping the next message may come. */
export const pongDeadlineMs = 8_000;

/** The same when the person has just come back to the page and is about to tap. */
export const probeDeadlineMs = 3_000;

/**
 * A silence that a running page cannot have: it would have pinged, and got an answer or given up. So its timers stood
 * still in the background, and the socket is taken for dead without a ping.
 */
export const frozenAfterMs = pingEveryMs + pongDeadlineMs;

/** The first wait before connecting again; it doubles from there. */
export const backoffFirstMs = 500;

/** The longest wait before connecting again. */
export const backoffMaxMs = 15_000;

/** A connection that held this long was steady: the next wait is the first one again. */
export const steadyAfterMs = 10_000;

/** After so many sockets in a row that never opened, the server may have refused them: the page is asked for why. */
export const refusalsBeforeCheck = 3;

/** How often times are rendered again: they are shown to the minute. */
export const oneMinuteMs = 60_000;

/** For loading WeChat's script, its signature and its own check. A person does not wait longer for a scanner. */
export const scanReadyMs = 10_000;

/** For signing out and for removing data. After that it counts as failed; trying again does no harm. */
export const accountAnswerMs = 10_000;

/** How often an open page renews the session while the person rents a cell: a session lasts 30 days. */
export const renewEveryMs = 24 * 60 * oneMinuteMs;

/** Between two polls of the cabinet where there is no WebSocket: a door that opens is shown soon enough. */
export const pollEveryMs = 2_500;

/** So many taps are sent at once there: a browser has six connections to a server, and one is for polling. */
export const postsMax = 4;

/** After so many WebSockets in a row that failed, something on the way blocks them. */
export const webSocketFailuresMax = 2;

/** After this silence a WebSocket may be blocked on the way: HTTP is tried beside it. */
export const webSocketSilentMs = 4_000;

/** How often a WebSocket is tried while HTTP is used: networks change. */
export const webSocketAgainMs = 60_000;
