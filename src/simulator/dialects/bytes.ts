/** XOR of all bytes. A frame that ends with its own XOR has the XOR 0. */
export function xor(bytes: Iterable<number>): number {
  let sum = 0;
  for (const byte of bytes) sum ^= byte;
  return sum;
}

/** Low byte of the sum of all bytes. */
export function sum8(bytes: Iterable<number>): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return sum & 0xff;
}

/** The CRC-16/MODBUS of the bytes; a frame that ends with its own CRC, low byte first, has the CRC 0. */
export function crc16(bytes: Iterable<number>): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

/** Bits in bytes, the lowest bit of the first byte first; the remaining bits are 0. */
export function bitBytes(bits: readonly boolean[], byteCount: number): number[] {
  const bytes = new Array<number>(byteCount).fill(0);
  for (const [index, bit] of bits.entries()) {
    const place = index >> 3;
    if (bit && place < byteCount) bytes[place] = (bytes[place] ?? 0) | (1 << (index & 7));
  }
  return bytes;
}
