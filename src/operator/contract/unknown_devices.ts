import { z } from "zod";
import { TRANSPORTS, UNKNOWN_REASONS } from "../../cabinet/devices.ts";
import { bytesAsHex, bytesAsText } from "../../cabinet/words.ts";
import { writtenAs } from "../../cabinet/registration/written_bytes.ts";
import type { UnknownDeviceTable } from "../../db/mod.ts";
import { DEVICE } from "../../lib/limits.ts";
import { page, route } from "../route.ts";
import { at, timestamp, uuid } from "./shared/fields.ts";

/** A device that connected and is not a cabinet. */
export const unknownDevice = z.object({
  id: uuid.describe("Its id"),
  registration: z.union([
    z.strictObject({ text: z.string().describe("The bytes as text") }),
    z.strictObject({ hex: z.string().describe("The bytes as pairs of hex digits") }),
  ]).describe("What it sent first, the beginning of the first line: as it is, a cabinet's `registration`"),
  hex: z.string().describe("The same as pairs of hex digits"),
  why: z.enum(UNKNOWN_REASONS).describe(
    "no-cabinet: no cabinet has this registration; several-cabinets: several have a part of it",
  ),
  transport: z.enum(TRANSPORTS).describe("How it is connected"),
  address: z.string().describe("The IP address that it connected from last"),
  firstAt: at.describe("When it first came, RFC 3339 in UTC"),
  lastAt: at.describe("When it last came, RFC 3339 in UTC"),
  count: z.int().describe("How often it came, at least"),
});

/** The device of a row. */
export function unknownDeviceAnswer(
  { id, said, why, transport, address, first_at, last_at, count }: UnknownDeviceTable,
): z.infer<typeof unknownDevice> {
  return {
    id,
    registration: writtenAs(Uint8Array.fromHex(said)),
    hex: said.toUpperCase(),
    why,
    transport,
    address,
    firstAt: timestamp(first_at),
    lastAt: timestamp(last_at),
    count,
  };
}

/** A registration as text or as hex: what it may be, as the list has it. */
const saidAs = z.string().min(1).max(DEVICE.registrationBytesMax * 4).transform((text) =>
  [
    bytesAsText(DEVICE.registrationBytesMax).safeParse(text).success &&
    new TextEncoder().encode(text).toHex(),
    bytesAsHex(DEVICE.registrationBytesMax).safeParse(text).success && text.replace(/\s/g, "").toLowerCase(),
  ].filter((hex) => hex !== false)
);

/** The routes of devices that no cabinet has. */
export const unknownDeviceRoutes = {
  list: route("GET /devices/unknown", "install", {
    summary:
      "Devices that connected and are not a cabinet, the last one first; PUT a cabinet with the registration of one, and it is that cabinet when it connects again; of more than 100 that come together some are left out",
    query: z.strictObject({
      registration: saidAs.optional().describe(
        "Only the device with this registration, all of it, as text or as hex; has to be given where the service has several organizations, and by callers with a scope",
      ),
    }),
    answers: { 200: page(unknownDevice) },
  }),
};
