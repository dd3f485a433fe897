/**
 * What a TCP proxy sends in front of a connection that it makes for a client: the header of the PROXY protocol,
 * versions 1 (text) and 2 (binary), as HAProxy describes them in `proxy-protocol.txt`. No socket and no timer.
 *
 * @module
 */
import { isIPv4, isIPv6 } from "node:net";
import { normalAddress } from "../../lib/ip_address.ts";
import { DEVICE_PROXY } from "../../lib/limits.ts";

export interface ProxyHeader {
  /** In bytes. */
  readonly length: number;
  /**
   * Where the connection comes from; `undefined`: the proxy does not say, or connects on its own behalf, as
   * in a health check.
   */
  readonly source: { readonly hostname: string; readonly port: number } | undefined;
}

/** The bytes are not a header of the PROXY protocol. */
export class ProxyHeaderError extends Error {
  override name = "ProxyHeaderError";
}

const TEXT_START = new TextEncoder().encode("PROXY ");
const BINARY_START = Uint8Array.fromHex("0d0a0d0a000d0a515549540a");
/** The part of version 2 before the addresses: start, version and command, family, length of the rest. */
const BINARY_HEAD_BYTES = 16;
const LOCAL = 0x20;
const PROXY = 0x21;
/** Families and transports that are defined: unspecified, IPv4, IPv6, Unix; unspecified, stream, datagram. */
const FAMILY_MAX = 3;
const TRANSPORT_MAX = 2;
const TCP_4 = 0x11;
const TCP_6 = 0x21;
const CR = 0x0d;
const LF = 0x0a;

/**
 * Reads the header at the beginning of the bytes.
 *
 * @returns `undefined`: the header is not complete
 * @throws {ProxyHeaderError} if it is not valid, or longer than any that is sent
 */
export function readProxyHeader(bytes: Uint8Array): ProxyHeader | undefined {
  if (mayBegin(bytes, BINARY_START)) return readBinary(bytes);
  if (mayBegin(bytes, TEXT_START)) return readText(bytes);
  throw new ProxyHeaderError("The connection does not begin with a PROXY header");
}

/** Whether the bytes, of which more may come, begin like that. */
function mayBegin(bytes: Uint8Array, start: Uint8Array): boolean {
  return bytes.subarray(0, start.length).every((byte, index) => byte === start[index]);
}

function readText(bytes: Uint8Array): ProxyHeader | undefined {
  const line = bytes.subarray(0, DEVICE_PROXY.textBytesMax);
  const end = line.findIndex((byte, index) => byte === CR && line[index + 1] === LF);
  if (end === -1) {
    if (line.length < DEVICE_PROXY.textBytesMax) return undefined;
    throw new ProxyHeaderError("The line of the PROXY header does not end");
  }
  const text = new TextDecoder("latin1").decode(line.subarray(TEXT_START.length, end));
  return { length: end + 2, source: sourceOfText(text) };
}

/** Such as `TCP4 192.0.2.7 198.51.100.1 40001 8282`. */
function sourceOfText(text: string): ProxyHeader["source"] {
  const [kind, ...parts] = text.split(" ");
  if (kind === "UNKNOWN") return undefined;
  const isAddress = kind === "TCP4" ? isIPv4 : kind === "TCP6" ? isIPv6Alone : () => false;
  const [source = "", destination = "", port = "", ...more] = parts;
  const isWhole = isAddress(source) && isAddress(destination) && isPort(port) && isPort(more[0] ?? "");
  if (!isWhole || more.length !== 1) throw new ProxyHeaderError("The PROXY header is not valid");
  return { hostname: hostnameOf(source), port: Number(port) };
}

/** Without an interface, such as `%eth0`. */
function isIPv6Alone(text: string): boolean {
  return isIPv6(text) && !text.includes("%");
}

function isPort(text: string): boolean {
  return /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 0xffff;
}

function readBinary(bytes: Uint8Array): ProxyHeader | undefined {
  if (bytes.length < BINARY_HEAD_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [command, kind] = [view.getUint8(12), view.getUint8(13)];
  const length = BINARY_HEAD_BYTES + view.getUint16(14);
  if (command !== LOCAL && command !== PROXY) {
    throw new ProxyHeaderError("The PROXY header has an unknown command");
  }
  if (length > DEVICE_PROXY.binaryBytesMax) throw new ProxyHeaderError("The PROXY header is too long");
  if (bytes.length < length) return undefined;
  return {
    length,
    source: command === LOCAL ? undefined : sourceOfBinary(kind, bytes.subarray(BINARY_HEAD_BYTES, length)),
  };
}

/** The bytes behind the addresses are ignored. */
function sourceOfBinary(kind: number, bytes: Uint8Array): ProxyHeader["source"] {
  if (kind >> 4 > FAMILY_MAX || (kind & 0xf) > TRANSPORT_MAX) {
    throw new ProxyHeaderError("The PROXY header has an unknown family");
  }
  if (kind !== TCP_4 && kind !== TCP_6) return undefined;
  const addressBytes = kind === TCP_4 ? 4 : 16;
  const portsAt = 2 * addressBytes;
  if (bytes.length < portsAt + 4) {
    throw new ProxyHeaderError("The PROXY header is too short for its addresses");
  }
  const address = bytes.subarray(0, addressBytes);
  const port = (bytes[portsAt] as number) << 8 | bytes[portsAt + 1] as number;
  return { hostname: hostnameOf(kind === TCP_4 ? address.join(".") : hexIPv6(address)), port };
}

/** The address in its one normal spelling. */
function hostnameOf(address: string): string {
  return normalAddress(address) ?? address;
}

function hexIPv6(bytes: Uint8Array): string {
  return bytes.toHex().replace(/.{4}(?=.)/g, "$&:");
}
