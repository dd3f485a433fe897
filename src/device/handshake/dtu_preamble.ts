/**
 * A DTU's first bytes: its registration, and the noise of the serial bus around it. When an RS485 bus changes
 * direction it produces a glitch, which the DTU passes on; the first packet may contain the glitch together
 * with the registration.
 *
 * @module
 */
import { startsWith } from "@std/bytes";
import { DEVICE } from "../../lib/limits.ts";
import type { DeviceCabinet } from "../cabinet.ts";

const CR = 0x0d;
const LF = 0x0a;
/** A line that is low for some bits and then idle: low bits come first, and an idle line is high. */
const GLITCHES = new Set([0x00, 0x80, 0xc0, 0xe0, 0xf0, 0xf8, 0xfc, 0xfe, 0xff]);

/**
 * Where a registration may begin in the first bytes, the likeliest place first,
 * {@linkcode DEVICE.beginningsMax} at most.
 */
export function registrationOffsets(preamble: Uint8Array): number[] {
  const places = new Set([0]);
  for (let at = 0; at < DEVICE.noiseBytesMax && GLITCHES.has(preamble[at] ?? LF); at++) places.add(at + 1);
  let text = Number(isText(preamble[0]));
  for (let at = 1; at <= DEVICE.noiseBytesMax; at++) {
    // A text as long as this is another registration, not noise.
    if (text >= DEVICE.registrationAnywhereBytesMin) break;
    if (!isText(preamble[at])) text = 0;
    else if (text++ === 0 && !isText(preamble[at - 1])) places.add(at);
  }
  return [...places].filter((at) => at < preamble.length).slice(0, DEVICE.beginningsMax);
}

/**
 * Whether the bytes behind a registration can follow it: nothing, a line end, the registration or a heartbeat
 * once more, a board's frame, or noise. If not, the registration is the beginning of a longer, unknown one
 * and must not be taken for this cabinet's. Text behind text is not noise.
 */
export function mayFollowRegistration(rest: Uint8Array, cabinet: Omit<DeviceCabinet, "id">): boolean {
  if (isExpected(rest, cabinet)) return true;
  if (isCharacter(rest)) return false;
  const { family, registration } = cabinet;
  return family === undefined || isReadable(registration) || isBehindGlitches(rest, cabinet);
}

/** Whether the bytes begin with something that a DTU or a board sends. */
function isExpected(rest: Uint8Array, cabinet: Omit<DeviceCabinet, "id">): boolean {
  const [first] = rest;
  if (first === undefined || first === CR || first === LF) return true;
  const { registration, heartbeat, family, wiring } = cabinet;
  if (startsWith(rest, registration) || heartbeat && startsWith(rest, heartbeat)) return true;
  return typeof family?.frameAt(rest, 0, { wiring }) === "object";
}

/** Where a registration is not text, it may go on with any byte that is not surely a glitch. */
function isBehindGlitches(rest: Uint8Array, cabinet: Omit<DeviceCabinet, "id">): boolean {
  const { registration, family, layout } = cabinet;
  const boards = layout.boards.map(({ board }) => board);
  const most = registration.length < DEVICE.registrationAnywhereBytesMin ? 0 : DEVICE.noiseBytesMax;
  for (let at = 0; at <= most; at++) {
    const behind = rest.subarray(at);
    const [first] = behind;
    if (isExpected(behind, cabinet) || first !== undefined && family?.isHead(first, boards)) return true;
    if (!GLITCHES.has(first ?? LF)) return false;
  }
  return false;
}

/** Whether the bytes begin with a printable character, in ASCII or UTF-8. */
function isCharacter(bytes: Uint8Array): boolean {
  const [character] = new TextDecoder().decode(bytes.subarray(0, 4), { stream: true });
  // The bytes may be the beginning of one.
  if (character === undefined) return !GLITCHES.has(bytes[0] ?? 0);
  return character !== "\uFFFD" && !/\p{Cc}/u.test(character);
}

function isReadable(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
  return !/[^\P{Cc}\t\r\n]|\uFFFD/u.test(text);
}

function isText(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x20 && byte < 0x7f;
}
