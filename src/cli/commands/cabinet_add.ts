/**
 * `kaigui cabinet add`.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { BOARD_NAMES, numberingOf } from "../../boards/mod.ts";
import { KAIGUI } from "../../lib/command_line.ts";
import { OPERATOR } from "../../lib/limits.ts";
import { idArgument, wholeNumber } from "../arguments.ts";
import { type AddOptions, bodyOf, MODES } from "./cabinet_body.ts";
import { secretOf, withSecret } from "./cabinet_secret.ts";
import { Client } from "../client.ts";
import { Failure, type Io } from "../io.ts";
import type { ServiceOptions } from "../place.ts";
import { printable } from "../../lib/plain_text.ts";

const EXAMPLES = `
Examples:
  ${KAIGUI} cabinet add lobby-a --name "Lobby A" --mode storage --board 8a --registration IMEI860000000000001-q7Zk --cells 24
  ${KAIGUI} cabinet add lobby-b --name "Lobby B" --mode open --board 8a --registration-hex "01 02 03" --cells 12 --size L
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

/** Adds the command. */
export function addCabinetAdd(cabinet: Command, io: Io): void {
  const add = cabinet.command("add")
    .summary("make a cabinet")
    .description(
      "Makes a cabinet. With --replace, describes one anew that is there; its cells keep their states.",
    )
    .argument("<id>", "stands in its link and on its sticker: letters, digits, '.', '_', '-'", idArgument)
    .option("--file <file>", "the whole description as JSON; - reads standard input")
    .option("--replace", "describe the cabinet anew if there is one of this id");
  cabinetOptions(add);
  deviceOptions(add);
  add.addHelpText("after", EXAMPLES);
  add.action(async (id: string) => await addCabinet(id, add, io));
}

/** What is about its doors and people. */
function cabinetOptions(add: Command): void {
  add
    .option("--name <name>", "what people read")
    .addOption(
      new Option("--mode <mode>", `who may open what: ${MODES}`).choices(["open", "storage", "assigned"]),
    )
    .option(
      "--rentals-per-guest <count>",
      "cells that one guest may have at once where people store and take, or any (default: 1)",
      countOrAny,
    )
    .option(
      "--cells <count>",
      "how many cells: cell n is channel n of the first board, going on with the next",
      wholeNumber(1, OPERATOR.cellsMax),
    )
    .option(
      "--per-board <count>",
      "how many cells each board has (default: see below)",
      wholeNumber(1, OPERATOR.cellsMax),
    )
    .option("--size <size>", "size of all these cells, a word of your own choice (default: M)")
    .option(
      "--left-open-seconds <seconds>",
      "how long a door may stand open before it is an alarm, or never (default: 300)",
      secondsOrNever,
    )
    .option(
      "--offline-seconds <seconds>",
      "how long the cabinet may be away before it is an alarm, or never (default: 60)",
      secondsOrNever,
    );
}

/** What is about the device. */
function deviceOptions(add: Command): void {
  add
    .option("--board <board>", `family of its lock boards: ${BOARD_NAMES.join(", ")}`)
    .addOption(
      new Option("--registration <text>", "what its DTU says when it connects").conflicts("registrationHex"),
    )
    .option("--registration-hex <hex>", "the same as bytes: pairs of hex digits")
    .addOption(new Option("--heartbeat <text>", "what its DTU sends now and then").conflicts("heartbeatHex"))
    .option("--heartbeat-hex <hex>", "the same as bytes: pairs of hex digits")
    .option("--heartbeat-echo", "the DTU wants its heartbeat sent back")
    .option(
      "--heartbeat-seconds <seconds>",
      "from one to the next; after two that did not come the cabinet is offline",
      wholeNumber(1, OPERATOR.heartbeatSecondsMax),
    )
    .option("--local-echo", "the adapter sends back all that it puts on the bus")
    .addOption(
      new Option(
        "--wiring <wiring>",
        "when the locks' feedback contact is short, or that there is none (default: as its family usually is)",
      )
        .choices(["short-when-locked", "short-when-open", "none"]),
    )
    .option(
      "--address <network>",
      "where its device may connect from, such as 10.1.2.3 or 10.0.0.0/8; again for more (default: anywhere)",
      (network: string, before: readonly string[] | undefined) => [...before ?? [], network],
    )
    .addOption(
      new Option(
        "--secret-file <file>",
        "has what a kaigui controller proves that it knows; - is standard input",
      )
        .conflicts("newSecret"),
    )
    .option("--new-secret", "make such a secret, and show it this once");
}

function secondsOrNever(text: string): number | "never" {
  return text === "never" ? text : wholeNumber(OPERATOR.alarmSecondsMin, OPERATOR.alarmSecondsMax)(text);
}

function countOrAny(text: string): number | "any" {
  return text === "any" ? text : wholeNumber(1, OPERATOR.cellsMax)(text);
}

async function addCabinet(id: string, command: Command, io: Io): Promise<void> {
  const options = command.opts<AddOptions>();
  const place = command.optsWithGlobals<ServiceOptions>();
  const secret = await secretOf(options, io);
  const body = withSecret(await bodyOf(options, io), secret);
  const client = Client.of(place, io);
  const before = await client.find(id);
  if (before && !options.replace) {
    throw new Failure(
      `There is a cabinet ${id} already, "${printable(before.name)}": add --replace to describe it anew`,
    );
  }
  const { name, board, mode, cells, link, warnings } = await client.put(id, body);
  const kind = `${printable(name)}, ${board}, ${mode}, ${cells.length} cells`;
  io.say(`${before ? "replaced" : "made"} ${id}: ${kind}`);
  io.say(link);
  if (options.newSecret) io.say(`secret ${secret}`);
  for (const warning of warnings) io.warn(`warning: ${printable(warning)}`);
}
