/**
 * The first bytes of a connection, before the device is identified.
 *
 * @module
 */
const CR = 0x0d;
const LF = 0x0a;
const BRACE = 0x7b;

/**
 * Whether the bytes have a line that begins like an object with a `type`, which a smart controller sends
 * first. The registrations of some DTUs are objects as well, but without one.
 */
export function mayBeHello(preamble: Uint8Array): boolean {
  return preamble[0] === BRACE && preamble.includes(LF) &&
    /"type"\s*:/.test(new TextDecoder().decode(firstLine(preamble)));
}

/**
 * The bytes of the first line. What follows a line is no registration and could be the headers of a lost HTTP
 * client, secrets among them.
 */
export function firstLine(bytes: Uint8Array): Uint8Array {
  const end = bytes.findIndex((byte) => byte === CR || byte === LF);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
