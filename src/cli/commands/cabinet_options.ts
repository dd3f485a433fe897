import { type Command, Option } from "commander";
import { BOARD_NAMES } from "../../boards/mod.ts";
import { DEVICE, OPERATOR } from "../../lib/limits.ts";
import { UsageError } from "../io.ts";
import { degrees, wholeNumber } from "../arguments.ts";

/** What `--mode` takes, in words. */
export const MODES = "open (anybody opens any cell), storage (people store and take), assigned (by permit)";

/** An option, and which field it says. */
interface FieldOption {
  readonly flags: string;
  readonly help: string;
  /** The field in the request's body, such as `heartbeat.echo`. */
  readonly field: string;
  readonly choices?: readonly string[];
  readonly parse?: (text: string) => unknown;
  /** May be given several times. */
  readonly isList?: boolean;
  /** The word that stands for `null`. */
  readonly nullWord?: string;
  /** An option that cannot be given as well. */
  readonly conflicts?: string;
  /** Options of which one has to be given as well. */
  readonly needs?: readonly string[];
}

const alarmSeconds = wholeNumber(OPERATOR.alarmSecondsMin, OPERATOR.alarmSecondsMax);
const cellCount = wholeNumber(1, OPERATOR.cellsMax);
const REGISTRATION = ["registration", "registrationHex", "device"];
const HEARTBEAT = ["heartbeat", "heartbeatHex"];

/** The options of `cabinet add` that say a field of the description: for its help, and for the body of its request. */
const FIELD_OPTIONS: readonly FieldOption[] = [
  { flags: "--name <name>", field: "name", help: "what people read" },
  {
    flags: "--mode <mode>",
    field: "mode",
    help: `who may open what: ${MODES}`,
    choices: ["open", "storage", "assigned"],
  },
  {
    flags: "--rentals-per-guest <count>",
    field: "rules.rentalsPerGuest",
    help: "cells that one guest may have at once where people store and take, or any (default: 1)",
    parse: cellCount,
    nullWord: "any",
  },
  {
    flags: "--cells <count>",
    field: "cells.count",
    help: "how many cells: cell n is channel n of the first board, going on with the next",
    parse: cellCount,
  },
  {
    flags: "--per-board <count>",
    field: "cells.perBoard",
    help: "how many cells each board has (default: see below)",
    parse: cellCount,
    needs: ["cells"],
  },
  {
    flags: "--size <size>",
    field: "cells.size",
    help: "size of all these cells, a word of your own choice (default: M)",
    needs: ["cells"],
  },
  {
    flags: "--left-open-seconds <seconds>",
    field: "leftOpenSeconds",
    help: "how long a door may stand open before it is an alarm, or never (default: 300)",
    parse: alarmSeconds,
    nullWord: "never",
  },
  {
    flags: "--offline-seconds <seconds>",
    field: "offlineSeconds",
    help: "how long the cabinet may be away before it is an alarm, or never (default: 60)",
    parse: alarmSeconds,
    nullWord: "never",
  },
  {
    flags: "--contact-telephone <number>",
    field: "contact.telephone",
    help: "whom people call for help; the page and the poster show it",
  },
  {
    flags: "--contact-text <text>",
    field: "contact.text",
    help: "where they find help, and when, beside that number or instead of it",
  },
  {
    flags: "--tag <tag>",
    field: "tags",
    help: "a word to group it by: staff limited to this tag sees the cabinet; again for more",
    isList: true,
  },
  { flags: "--location <address>", field: "location.address", help: "where it stands, in words" },
  {
    flags: "--latitude <degrees>",
    field: "location.latitude",
    help: "where it stands on the map, north of the equator; negative: south",
    parse: degrees(90),
    needs: ["longitude"],
  },
  {
    flags: "--longitude <degrees>",
    field: "location.longitude",
    help: "the same, east of Greenwich; negative: west",
    parse: degrees(180),
    needs: ["latitude"],
  },
  { flags: "--board <board>", field: "board", help: `family of its lock boards: ${BOARD_NAMES.join(", ")}` },
  {
    flags: "--registration <text>",
    field: "registration.text",
    help: "what its DTU says when it connects",
    conflicts: "registrationHex",
  },
  {
    flags: "--registration-hex <hex>",
    field: "registration.hex",
    help: "the same as bytes: pairs of hex digits",
  },
  {
    flags: "--registration-at <byte>",
    field: "registration.at",
    help: "that is a part of its first packet, and begins at this byte, from 0",
    parse: wholeNumber(0, DEVICE.partAtMax),
    conflicts: "registrationAnywhere",
    needs: REGISTRATION,
  },
  {
    flags: "--registration-anywhere",
    field: "registration.anywhere",
    help: "that stands anywhere in its first packet: the device's number, such as its IMEI",
    needs: REGISTRATION,
  },
  {
    flags: "--heartbeat <text>",
    field: "heartbeat.text",
    help: "what its DTU sends now and then",
    conflicts: "heartbeatHex",
  },
  { flags: "--heartbeat-hex <hex>", field: "heartbeat.hex", help: "the same as bytes: pairs of hex digits" },
  {
    flags: "--heartbeat-echo",
    field: "heartbeat.echo",
    help: "the DTU wants its heartbeat sent back",
    needs: HEARTBEAT,
  },
  {
    flags: "--heartbeat-seconds <seconds>",
    field: "heartbeat.intervalSeconds",
    help: "from one to the next; after two that did not come the cabinet is offline",
    parse: wholeNumber(1, OPERATOR.heartbeatSecondsMax),
    needs: HEARTBEAT,
  },
  {
    flags: "--local-echo",
    field: "localEcho",
    help: "the adapter sends back all that it puts on the bus",
  },
  {
    flags: "--wiring <wiring>",
    field: "wiring",
    help:
      "when the locks' feedback contact is short, or that there is none (default: as its family usually is)",
    choices: ["short-when-locked", "short-when-open", "none"],
  },
  {
    flags: "--address <network>",
    field: "addresses",
    help:
      "where its device may connect from, such as 10.1.2.3 or 10.0.0.0/8; again for more (default: anywhere)",
    isList: true,
  },
];

/** Adds the options to the command. */
export function addFieldOptions(add: Command): void {
  for (const option of FIELD_OPTIONS) add.addOption(commanderOption(option));
  add.addOption(
    new Option("--device <id>", "it has the registration of this one of kaigui devices")
      .conflicts(["registration", "registrationHex"]),
  );
}

function commanderOption({ flags, help, choices, conflicts, isList, ...how }: FieldOption): Option {
  const { parse = String, nullWord } = how;
  const option = new Option(flags, help);
  if (choices) option.choices(choices);
  else if (isList) {
    option.argParser((text, before: readonly unknown[] | undefined) => [...before ?? [], parse(text)]);
  } else if (option.required) option.argParser((text) => text === nullWord ? text : parse(text));
  return conflicts === undefined ? option : option.conflicts(conflicts);
}

/**
 * The body that the options say.
 *
 * @param options as commander names them
 * @param isWhole whether it is a whole description; a part of one is merged with what there is
 * @throws {UsageError} if one of them lacks another one
 */
export function bodyOfOptions(
  options: Readonly<Record<string, unknown>>,
  isWhole = true,
): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const { flags, field, nullWord, needs } of FIELD_OPTIONS) {
    const option = new Option(flags);
    const value = options[option.attributeName()];
    if (value === undefined) continue;
    if (isWhole && needs && needs.every((other) => options[other] === undefined)) {
      throw new UsageError(`${option.long} needs ${needs.map(dashed).join(" or ")}`);
    }
    put(body, field.split("."), value === nullWord ? null : value);
  }
  return body;
}

function put(into: Record<string, unknown>, [name = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) into[name] = value;
  else put((into[name] ??= {}) as Record<string, unknown>, rest, value);
}

/** An option as it is written, such as `--left-open-seconds`. */
export function dashed(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
