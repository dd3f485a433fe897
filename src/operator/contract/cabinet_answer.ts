import type { z } from "zod";
import { KAIGUI } from "../../boards/mod.ts";
import { bytesOf } from "../../cabinet/registration/written_bytes.ts";
import type { Cabinet, CabinetCell, CabinetStatus } from "../../locker/mod.ts";
import { withoutEffect } from "../../cabinet/without_effect.ts";
import { DEVICE } from "../../lib/limits.ts";
import type { CabinetAnswer, cell as cellShape } from "./cabinets.ts";
import { maybeTimestamp } from "./shared/fields.ts";

/** IMEI (15 digits; 14 and 16 in other forms), ICCID (19 or 20), or a Chinese telephone number (11). */
const SERIAL_NUMBER = /^(?:imei|iccid|imsi|sn|id)?[^\da-z]{0,3}(?:\d{11}|\d{14,16}|\d{19,20})$/i;
/** The same two digits a byte, an odd one filled up. */
const BCD_SERIAL_NUMBER = /^(?:\d{16}|\d{15}f|\d{20}|\d{19}f|0\d{11}|\d{11}f)$/;

/** A cabinet as the API answers it, with the link that its code has. */
export function cabinetAnswer(
  cabinet: Cabinet,
  { status, link, warnings = [] }: {
    status: CabinetStatus;
    link: string;
    /** Beside those of the description. @default {[]} */
    warnings?: readonly string[];
  },
): CabinetAnswer {
  const cells = cabinet.cells.map((cell) => cellAnswer(cell, status));
  return { ...bareAnswer(cabinet, { status, link, hasCells: cells.length > 0, warnings }), cells };
}

/** The same without the cells. */
export function bareAnswer(
  cabinet: Cabinet,
  { status, link, hasCells, warnings = [] }: {
    status: CabinetStatus;
    link: string;
    hasCells: boolean;
    /** Beside those of the description. @default {[]} */
    warnings?: readonly string[];
  },
): Omit<CabinetAnswer, "cells"> {
  const {
    id,
    cells: _cells,
    lastSeenAt: _seen,
    describedAt: _at,
    organizationContact: _contact,
    ...described
  } = cabinet;
  return {
    id,
    ...described,
    ...described.board === KAIGUI && { hasSecret: true },
    online: status.online,
    connectedAt: maybeTimestamp(status.connectedAt),
    lastSeenAt: maybeTimestamp(status.lastSeenAt),
    link,
    warnings: [...warningsOf(cabinet, { hasCells }), ...warnings],
  };
}

/** A cell, with its door. */
export function cellAnswer(
  cell: CabinetCell,
  { doors }: Pick<CabinetStatus, "doors">,
): z.infer<typeof cellShape> {
  return { ...cell, door: doors.get(cell.cell) ?? "unknown" };
}

/** What about a cabinet is most likely a slip, or has no effect, a sentence each: it is taken, and the operator is told. */
export function* warningsOf(
  cabinet: Cabinet,
  { hasCells = cabinet.cells.length > 0 }: { hasCells?: boolean } = {},
): Generator<string> {
  yield* ofRegistration(cabinet);
  if (!hasCells) yield "cells: there are none, so there is nothing in this cabinet that could be opened";
  yield* withoutEffect(cabinet);
}

function* ofRegistration({ board, registration, heartbeat, addresses }: Cabinet): Generator<string> {
  if (board === KAIGUI) return;
  if (!registration) {
    yield "registration: there is none, so no device can connect as this cabinet until it has what its DTU says first";
    return;
  }
  const bytes = bytesOf(registration);
  if (heartbeat && bytes.toHex() === bytesOf(heartbeat).toHex()) {
    yield "registration: it is the heartbeat, too, so who sends such a heartbeat first is taken for this cabinet; let the DTU say something of its own first";
  }
  if (bytes.length <= DEVICE.weakRegistrationBytesMax) {
    yield `registration: with up to ${DEVICE.weakRegistrationBytesMax} bytes it is soon another device's, too, or noise; let the DTU say something longer first, with a secret in it`;
  } else if (!addresses && isSerialNumber(bytes)) {
    yield "registration: it can be guessed, and who says this number is the cabinet; put a secret behind it in the DTU, or say in addresses where the DTU connects from";
  }
}

/** Whether it is no more than a number that DTU or SIM card were sold with, and its name. */
function isSerialNumber(registration: Uint8Array): boolean {
  const text = new TextDecoder().decode(registration).trim();
  return SERIAL_NUMBER.test(text) || BCD_SERIAL_NUMBER.test(registration.toHex());
}
