/**
 * The simulator's limits, each with its unit and its reason.
 *
 * @module
 */

/** How many of the last pulses a cabinet remembers one by one; the counts per lock go on without an end. */
export const PULSES_KEPT_MAX = 10_000;

/** Boards on one RS485 bus of the 8A family (facts: up to 32). */
export const BOARDS_MAX = 32;

/** Locks on one board. The 8A family ends at 24; room for the clones with larger boards. */
export const LOCKS_MAX = 64;

/** Bytes after which a DTU sends off what it gathered even if the bus is not quiet yet (typical of DTUs). */
export const PACKET_BYTES_MAX = 2048;

/** Bytes of one read from the socket. Requests have 5 bytes; small, since thousands of cabinets share a process. */
export const READ_BUFFER_BYTES = 256;

/** Bytes that may wait for a server that does not read. More ends the connection. */
export const OUTGOING_BYTES_MAX = 65_536;

/** The longest delay in ms that `setTimeout` takes (a signed 32-bit number). */
export const TIMER_MS_MAX = 2_147_483_647;
