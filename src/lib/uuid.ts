/**
 * A UUID of version 7 (RFC 9562, 5.7): the time, then random bits. So ids sort by their time, and new ones lie side by side in a table's index,
 * however large that is. `crypto.randomUUID` is missing in older WebViews and on plain http.
 *
 * @param random 16 random bytes, of which the last 10 are used
 * @param nowMs milliseconds since 1970
 */
export function uuidOf(random: Uint8Array, nowMs: number): string {
  const time = nowMs.toString(16).padStart(12, "0");
  const hex = Array.from(random, (byte, at) => stamped(byte, at).toString(16).padStart(2, "0")).join("");
  return (time + hex.slice(12)).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** The byte with four bits of version, or two of variant, where RFC 9562, 5.7 has them. */
function stamped(byte: number, at: number): number {
  if (at === 6) return (byte & 0x0f) | 0x70;
  return at === 8 ? (byte & 0x3f) | 0x80 : byte;
}
