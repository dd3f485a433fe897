/** Bytes as an operator writes them down and reads them. */
export type WrittenBytes = { text: string } | { hex: string };

/** The bytes that are written down. */
export function bytesOf(value: WrittenBytes): Uint8Array {
  return "hex" in value
    ? Uint8Array.fromHex(value.hex.replace(/\s/g, ""))
    : new TextEncoder().encode(value.text);
}

/** The one way in which these bytes are kept and shown: printable ASCII as text, all else as hex. */
export function writtenAs(bytes: Uint8Array): WrittenBytes {
  const isPrintable = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return isPrintable ? { text: new TextDecoder().decode(bytes) } : { hex: bytes.toHex().toUpperCase() };
}
