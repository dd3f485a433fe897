/**
 * The checksums that families of lock boards share, each over `bytes[start]` to `bytes[end - 1]`.
 *
 * @module
 */

/** The XOR of all bytes. */
export function xor(bytes: Uint8Array, start: number, end: number): number {
  let result = 0;
  for (let i = start; i < end; i++) result ^= bytes[i] as number;
  return result;
}

/** The low byte of the sum of all bytes. */
export function sum8(bytes: Uint8Array, start: number, end: number): number {
  let result = 0;
  for (let i = start; i < end; i++) result += bytes[i] as number;
  return result & 0xff;
}

/** CRC-16/MODBUS, a number of 16 bits; on the wire its low byte goes first. */
export function crc16Modbus(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0xffff;
  for (let i = start; i < end; i++) {
    crc ^= bytes[i] as number;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? crc >> 1 ^ 0xa001 : crc >> 1;
  }
  return crc;
}
