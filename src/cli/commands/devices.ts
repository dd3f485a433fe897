import type { Command } from "commander";
import type { UnknownDevice } from "kaigui-client";
import { KAIGUI } from "../../lib/command_line.ts";
import { Client } from "../client.ts";
import { sayItems } from "../daily/lists.ts";
import { Failure, type Io } from "../io.ts";
import { type AnswerOf, isProblem } from "../operation.ts";
import { addItemsJson, type JsonOptions } from "../place.ts";
import { time } from "../table.ts";

interface DevicesOptions extends JsonOptions {
  readonly registration?: string;
}

const EXAMPLES = `
Examples:
  ${KAIGUI} devices
  ${KAIGUI} cabinet add lobby-a --device 019ad2f4-7c11-7d5e-9f2a-3b1c5d7e9f01 --name "Lobby A" --mode storage --board 8a --cells 24
  ${KAIGUI} cabinet set lobby-b --device 019ad2f4-7c11-7d5e-9f2a-3b1c5d7e9f01

The first makes a cabinet of the device, the second gives it to a cabinet that there is. The device is that cabinet when it
connects again. Where you may not see all devices, as the service has several organizations or your role is for some cabinets
alone, say the whole --registration: here to find a device, there instead of --device.`;

/** Adds `kaigui devices`. */
export function addDevicesCommand(program: Command, io: Io): void {
  const devices = addItemsJson(program.command("devices"))
    .summary("devices that connected and are not a cabinet")
    .description("Lists the last 100 devices that connected and are not a cabinet, the last one first.")
    .option("--registration <bytes>", "only the one with this registration, as text or as hex")
    .addHelpText("after", EXAMPLES);
  devices.action(async () => await listDevices(devices.optsWithGlobals(), io));
}

async function listDevices({ registration, json, ...place }: DevicesOptions, io: Io): Promise<void> {
  const wanted = "say the whole --registration, as text or as hex";
  const { items } = await devicesOf(Client.of(place, io), { registration, wanted });
  const headings = ["LAST", "FIRST", "COUNT", "ADDRESS", "WHY", "REGISTRATION", "ID"];
  const row = (one: UnknownDevice) => [
    time(one.lastAt),
    time(one.firstAt),
    String(one.count),
    one.address,
    one.why,
    "text" in one.registration ? one.registration.text : `hex ${one.registration.hex}`,
    one.id,
  ];
  sayItems(items, { headings, row, none: "No unknown device has connected" }, { json, io });
}

/**
 * The list of devices.
 *
 * @throws {Failure} with what is wanted, if the caller may find one by its registration alone
 */
async function devicesOf(
  client: Client,
  { registration, wanted }: { registration?: string | undefined; wanted: string },
): Promise<AnswerOf<"devicesList">> {
  try {
    return await client.call("devicesList", { query: { registration } });
  } catch (cause) {
    if (!isProblem(cause, "registration-wanted")) throw cause;
    throw new Failure(`You find a device here only by its whole registration: ${wanted}`, { cause });
  }
}

/** What a cabinet had whose registration was a part of the first packet, in a merge patch (RFC 7396). */
export const NO_PART = { at: null, anywhere: null };

/**
 * The body of a request, with what the device says first that `--device` names.
 *
 * @param options.before what of the registration is said anew if the device does not say it @default {{}}
 * @throws {Failure} if the list has no such device
 */
export async function withDevice<Body>(
  body: Body,
  device: string | undefined,
  { client, before = {} }: { client: Client; before?: typeof NO_PART | Record<string, never> },
): Promise<Body> {
  if (device === undefined) return body;
  const wanted = "say --registration or --registration-hex instead of --device";
  const { items } = await devicesOf(client, { wanted });
  const found = items.find(({ id }) => id === device);
  if (!found) throw new Failure(`There is no unknown device ${device}: see ${KAIGUI} devices`);
  return { ...body, registration: { ...before, ...found.registration, ...Object(body).registration } };
}
