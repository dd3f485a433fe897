/**
 * The simulator's limits, each with its unit and its reason.
 *
 * @module
 */

/** How many of the last pulses a cabinet keeps one by one; the counts per lock have no such limit. */
export const PULSES_KEPT_MAX = 10_000;

/** Bytes after which a DTU sends the gathered bytes even if the bus is not quiet yet (typical of DTUs). */
export const PACKET_BYTES_MAX = 2048;

/** Bytes of one read from the socket. Few, since requests are short and cabinets share a process. */
export const READ_BUFFER_BYTES = 256;

/** Bytes that may wait for a server that does not read. More ends the connection. */
export const OUTGOING_BYTES_MAX = 65_536;

/** The longest delay in ms that `setTimeout` takes (a signed 32-bit number). */
export const TIMER_MS_MAX = 2_147_483_647;
