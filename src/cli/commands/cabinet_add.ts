import { type Command, Option } from "commander";
import type { Cabinet, CabinetsPutData } from "kaigui-client";
import { BOARD_NAMES, numberingOf } from "../../boards/mod.ts";
import { KAIGUI } from "../../lib/command_line.ts";
import { idArgument } from "../arguments.ts";
import { type AddOptions, bodyOf, secretOf, withSecret } from "./cabinet_body.ts";
import { addFieldOptions } from "./cabinet_options.ts";
import { withDevice } from "./devices.ts";
import { Client } from "../client.ts";
import { Failure, type Io } from "../io.ts";
import { CallFailure } from "../operation.ts";
import { addDoOptions } from "../daily/lists.ts";
import type { JsonOptions } from "../place.ts";
import { jsonText } from "../table.ts";
import { printable } from "../../lib/text/plain_text.ts";

const EXAMPLES = `
Examples:
  ${KAIGUI} cabinet add lobby-a --name "Lobby A" --mode storage --board 8a --registration IMEI860000000000001-q7Zk --cells 24
  ${KAIGUI} cabinet add lobby-b --name "Lobby B" --mode open --board 8a --registration-hex "01 02 03" --cells 12 --size L \\
    --tag hangzhou --location "West Lake, north gate" --latitude 30.26 --longitude 120.14
  ${KAIGUI} cabinet add smart-a --name "Smart A" --mode assigned --board kaigui --new-secret --cells 24
  ${KAIGUI} cabinet add lobby-c --file lobby-c.json
  ${KAIGUI} cabinet show lobby-c --json | ${KAIGUI} cabinet add lobby-c --file - --replace

The file has what PUT /api/v1/cabinets/{id} takes; there, cells may be listed one by one with sizes of their own.

Boards, and how many cells are counted on each without --per-board:
${BOARD_NAMES.map(boardLine).join("\n")}`;

/** How the boards of that name are counted. */
function boardLine(name: string): string {
  const numbering = numberingOf(name);
  if (!numbering) return `  ${name.padEnd(12)} cells have to be listed one by one`;
  const { boards, channels, channelsPerBoard } = numbering;
  const ranges = `addresses ${boards.join(" to ")}, channels ${channels.join(" to ")}`;
  return `  ${name.padEnd(12)} ${ranges}; ${channelsPerBoard} cells`;
}

/** Adds `kaigui cabinet add`. */
export function addCabinetAdd(cabinet: Command, io: Io): void {
  const add = addDoOptions(cabinet.command("add"))
    .summary("make a cabinet")
    .description(
      "Makes a cabinet. With --replace, describes one anew that is there: its cells keep their states; of all else, " +
        "what is not said again is lost, such as its tags.",
    )
    .argument("<id>", "stands in its link and on its sticker: letters, digits, '.', '_', '-'", idArgument)
    .option("--file <file>", "the whole description as JSON; - reads standard input")
    .option("--replace", "describe the cabinet anew if there is one of this id");
  addFieldOptions(add);
  secretOptions(add);
  add.addHelpText("after", EXAMPLES);
  add.action(async (id: string) => await addCabinet(id, add, io));
}

/** A controller's secret is in no description that is shown, nor on a command line, which others may read. */
function secretOptions(add: Command): void {
  add
    .addOption(
      new Option(
        "--secret-file <file>",
        "has what a kaigui controller proves that it knows; - is standard input",
      )
        .conflicts("newSecret"),
    )
    .option("--new-secret", "make such a secret, and show it this once");
}

async function addCabinet(id: string, command: Command, io: Io): Promise<void> {
  const options = command.opts<AddOptions>();
  const { json, ...place } = command.optsWithGlobals<JsonOptions>();
  const secret = await secretOf(options, io);
  const client = Client.of(place, io);
  const body = withSecret(await withDevice(await bodyOf(options, io), options.device, { client }), secret);
  const before = await client.find(id);
  if (before && !options.replace) throw isThere(before);
  const made = await put(id, body, { client, options });
  if (json) return io.say(jsonText(options.newSecret ? { ...made, secret } : made));
  const { name, board, mode, cells, link, warnings } = made;
  const kind = `${printable(name)}, ${board}, ${mode}, ${cells.length} cells`;
  io.say(`${before ? "replaced" : "made"} ${id}: ${kind}`);
  io.say(link);
  if (options.newSecret) io.say(`secret ${secret}`);
  for (const warning of warnings) io.warn(`warning: ${printable(warning)}`);
}

/**
 * Sends the description; an older service knows no condition.
 *
 * @throws {Failure} if somebody made the cabinet meanwhile, and it is not to be replaced
 */
async function put(
  id: string,
  body: unknown,
  { client, options: { reason, replace } }: { client: Client; options: AddOptions },
): Promise<Cabinet> {
  const headers = replace ? {} : { "If-None-Match": "*" };
  try {
    // The service checks it, and says what is wrong.
    const input = { path: { id }, query: { reason }, headers, body: body as CabinetsPutData["body"] };
    return await client.call("cabinetsPut", input);
  } catch (error) {
    if (!(error instanceof CallFailure) || error.status !== 412) throw error;
    throw isThere(await client.get(id));
  }
}

function isThere({ id, name }: Cabinet): Failure {
  return new Failure(
    `There is a cabinet ${id} already, "${printable(name)}": add --replace to describe it anew`,
  );
}
