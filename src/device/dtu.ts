import { startsWith } from "@std/bytes";
import type { DeviceCabinet } from "./cabinet.ts";

const CR = 0x0d;
const LF = 0x0a;

/**
 * Whether the bytes behind a registration can be what a DTU sends next: nothing, a line end, the registration or
 * a heartbeat, or the head of a board's frame. If not, the registration is only the beginning of a longer one
 * that nobody knows, and must not be taken for this cabinet.
 */
export function mayFollow(rest: Uint8Array, cabinet: Omit<DeviceCabinet, "id">): boolean {
  const [first] = rest;
  if (first === undefined || first === CR || first === LF) return true;
  if (startsWith(rest, cabinet.registration)) return true;
  if (cabinet.heartbeat && startsWith(rest, cabinet.heartbeat)) return true;
  const boards = cabinet.layout.boards.map(({ board }) => board);
  return cabinet.family ? cabinet.family.isHead(first, boards) : !isAlphanumeric(first);
}

function isAlphanumeric(byte: number): boolean {
  return /[0-9A-Za-z]/.test(String.fromCharCode(byte));
}
