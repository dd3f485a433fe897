import { startsWith } from "@std/bytes";
import type { DeviceCabinet } from "./cabinet.ts";

const CR = 0x0d;
const LF = 0x0a;

/** A chunk without what the DTU itself added in front. */
export interface Unwrapped {
  /** The bytes of the serial bus. */
  readonly bus: Uint8Array;
  /** How many heartbeats were taken off. */
  readonly heartbeats: number;
}

/**
 * Takes off the registration that some DTUs put before every packet, line ends behind it, and heartbeats. To be
 * called only between frames: inside one, the same bytes belong to the frame.
 */
export function unwrap(chunk: Uint8Array, cabinet: DeviceCabinet): Unwrapped {
  const { registration, heartbeat } = cabinet;
  let bus = chunk;
  let heartbeats = 0;
  while (bus.length > 0) {
    if (registration.length > 0 && startsWith(bus, registration)) {
      bus = withoutLineEnd(bus.subarray(registration.length));
    } else if (heartbeat && startsWith(bus, heartbeat)) {
      bus = withoutLineEnd(bus.subarray(heartbeat.length));
      heartbeats++;
    } else break;
  }
  return { bus, heartbeats };
}

function withoutLineEnd(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (bytes[start] === CR || bytes[start] === LF) start++;
  return bytes.subarray(start);
}

/**
 * Whether the bytes behind a registration can be what a DTU sends next: nothing, a line end, the registration or
 * a heartbeat, or the head of a board's frame. If not, the registration is only the beginning of a longer one
 * that nobody knows, and must not be taken for this cabinet.
 */
export function mayFollow(rest: Uint8Array, cabinet: Omit<DeviceCabinet, "layout" | "id">): boolean {
  const [first] = rest;
  if (first === undefined || first === CR || first === LF) return true;
  if (startsWith(rest, cabinet.registration)) return true;
  if (cabinet.heartbeat && startsWith(rest, cabinet.heartbeat)) return true;
  return cabinet.family ? cabinet.family.heads.includes(first) : !isAlphanumeric(first);
}

function isAlphanumeric(byte: number): boolean {
  return /[0-9A-Za-z]/.test(String.fromCharCode(byte));
}
