import {
  isNumbered,
  isWordByte,
  placesOfPart,
  type RegistrationPart,
  textAround,
} from "../../cabinet/registration/registration_part.ts";
import { DEVICE } from "../../lib/limits.ts";
import type { DeviceCabinet } from "../cabinet.ts";
import { mayFollowRegistration, registrationOffsets } from "./dtu_preamble.ts";

/** A cabinet whose registration is a part of the first packet. */
export interface CabinetOfPart {
  readonly cabinet: DeviceCabinet;
  readonly organization: string;
  readonly part: RegistrationPart;
}

/** The part of a cabinet, where it stands in the packet. */
interface FoundPart extends CabinetOfPart {
  readonly place: number;
}

/** The cabinet that a first packet names by a part of it. */
export interface CabinetByPart {
  /** Its registration is what the device sends before further packets, as far as that is known. */
  readonly cabinet: DeviceCabinet;
  /** How many of the bytes are the packet and the noise before it. */
  readonly length: number;
}

/**
 * The cabinet whose part the first bytes have. A part at its place wins over one that may stand anywhere, and of one
 * organization's a longer one over a shorter. Several organizations, or two parts of one length, name nobody: no
 * organization takes another one's device by a part of its packet.
 */
export function cabinetByPart(
  preamble: Uint8Array,
  cabinets: readonly CabinetOfPart[],
): CabinetByPart | "several-cabinets" | undefined {
  if (cabinets.length > DEVICE.partCabinetsMax) return "several-cabinets";
  const starts = registrationOffsets(preamble);
  const found = cabinets.flatMap((one) => {
    const place = placesOfPart(one.part, preamble, starts).find((place) => endsThere(preamble, place, one));
    return place === undefined ? [] : [{ ...one, place }];
  });
  const placed = found.filter(({ part }) => part.at !== null);
  const [first, second] = (placed.length > 0 ? placed : found)
    .toSorted((a, b) => b.part.bytes.length - a.part.bytes.length);
  if (!first) return undefined;
  const organizations = new Set((placed.length > 0 ? placed : found).map(({ organization }) => organization));
  const isTie = second?.part.bytes.length === first.part.bytes.length;
  return isTie || organizations.size > 1 ? "several-cabinets" : registeredBy(first, preamble);
}

/** Whether a text ends with a whole word there: what goes on is a longer number, unless its device may send it next. */
function endsThere(preamble: Uint8Array, place: number, { cabinet, part }: CabinetOfPart): boolean {
  const { bytes } = part;
  const rest = preamble.subarray(place + bytes.length);
  if (!isNumbered(part) || !isWordByte(bytes.at(-1)) || !isWordByte(rest[0])) return true;
  return mayFollowRegistration(rest, cabinet);
}

/**
 * A packet that is text goes from the first to the last of the printable characters around the part, but for heartbeats
 * behind it. How far another one goes is not known: what is behind the part goes to the bus, which finds frames in it.
 */
function registeredBy({ cabinet, part, place }: FoundPart, preamble: Uint8Array): CabinetByPart {
  const { length } = part.bytes;
  const around = isNumbered(part)
    ? textAround(preamble, place, length)
    : { start: place, end: place + length };
  let { end } = around;
  const { heartbeat } = cabinet;
  while (heartbeat && end - heartbeat.length >= place + length && endsWith(preamble, end, heartbeat)) {
    end -= heartbeat.length;
  }
  return { cabinet: { ...cabinet, registration: preamble.slice(around.start, end) }, length: end };
}

function endsWith(bytes: Uint8Array, end: number, suffix: Uint8Array): boolean {
  return suffix.length > 0 && suffix.every((byte, index) => bytes[end - suffix.length + index] === byte);
}
