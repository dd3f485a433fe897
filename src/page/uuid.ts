/**
 * Ids for taps.
 *
 * @module
 */

/**
 * A random UUID (version 4) of 16 random bytes. `crypto.randomUUID` is missing in older WebViews and on plain http.
 */
export function uuidOf(random: Uint8Array): string {
  const hex = Array.from(random, (byte, at) => stamped(byte, at).toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** RFC 9562, 5.4: four bits of version, two of variant. */
function stamped(byte: number, at: number): number {
  if (at === 6) return (byte & 0x0f) | 0x40;
  return at === 8 ? (byte & 0x3f) | 0x80 : byte;
}
