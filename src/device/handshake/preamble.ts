/**
 * The first bytes of a connection, before it is known who it is.
 *
 * @module
 */
const CR = 0x0d;
const LF = 0x0a;
const BRACE = 0x7b;

/**
 * Whether it is a line that begins as an object with a type: what a smart controller says first. The registrations of some
 * DTUs are objects as well, without one.
 */
export function mayBeHello(preamble: Uint8Array): boolean {
  return preamble[0] === BRACE && preamble.includes(LF) &&
    /"type"\s*:/.test(new TextDecoder().decode(firstLine(preamble)));
}

/** What goes beyond a line is no registration, and could be the headers of a lost HTTP client, secrets among them. */
export function firstLine(bytes: Uint8Array): Uint8Array {
  const end = bytes.findIndex((byte) => byte === CR || byte === LF);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
