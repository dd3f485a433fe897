import type { Command } from "commander";
import type { CabinetsPatchData } from "kaigui-client";
import { KAIGUI } from "../../lib/command_line.ts";
import { printable } from "../../lib/text/plain_text.ts";
import { idArgument } from "../arguments.ts";
import { Client } from "../client.ts";
import { addDoOptions } from "../daily/lists.ts";
import { type Io, UsageError } from "../io.ts";
import type { JsonOptions } from "../place.ts";
import { jsonText } from "../table.ts";
import { bodyOfFile } from "./cabinet_body.ts";
import { addFieldOptions, bodyOfOptions, dashed } from "./cabinet_options.ts";
import { NO_PART, withDevice } from "./devices.ts";

type Changes = NonNullable<CabinetsPatchData["body"]>;

interface SetOptions {
  readonly [field: string]: unknown;
  readonly file?: string;
  readonly device?: string;
  readonly ifMatch?: string;
  readonly reason?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  ${KAIGUI} cabinet set lobby-a --name "Lobby A, ground floor" --contact-telephone "400 123 4567"
  ${KAIGUI} cabinet set lobby-a --left-open-seconds never
  echo '{ "rules": { "rentalMinutes": 120 }, "contact": null }' | ${KAIGUI} cabinet set lobby-a --file -

The file has what PATCH /api/v1/cabinets/{id} takes (JSON Merge Patch, RFC 7396). Lists, such as tags, are replaced whole.
What others change in the same moment stays; with --if-match nothing is done if anything was changed since you looked.`;

/** Adds `kaigui cabinet set`. */
export function addCabinetSet(cabinet: Command, io: Io): void {
  const set = addDoOptions(cabinet.command("set"))
    .summary("change a cabinet")
    .description("Changes what is said of a cabinet, and leaves all else as it is.")
    .argument("<id>", "the cabinet", idArgument)
    .option("--file <file>", "what changes as JSON; - reads standard input")
    .option("--if-match <etag>", "only if it is still so described: the etag that cabinet show has")
    .addHelpText("after", EXAMPLES);
  addFieldOptions(set);
  set.action(async (id: string) => await setCabinet(id, set, io));
}

async function setCabinet(id: string, command: Command, io: Io): Promise<void> {
  const { json, ifMatch, reason, ...said } = command.opts<SetOptions>();
  const changes = await changesOf(said, io);
  const client = Client.of(command.optsWithGlobals<JsonOptions>(), io);
  const body = await withDevice(changes, said.device, { client, before: NO_PART });
  const headers = ifMatch === undefined ? {} : { "If-Match": tagOf(ifMatch) };
  const changed = await client.call("cabinetsPatch", { path: { id }, query: { reason }, headers, body });
  if (json) return io.say(jsonText(changed));
  io.say(`changed ${id}: ${Object.keys(body).map(printable).join(", ")}`);
  for (const warning of changed.warnings) io.warn(`warning: ${printable(warning)}`);
}

/** As `If-Match` has it: `*` and what is quoted are whole, also a weak tag; `cabinet show` shows tags without quotes. */
function tagOf(text: string): string {
  return text === "*" || text.includes('"') ? text : `"${text}"`;
}

/** @throws {UsageError} if nothing changes, or a file and options say what */
async function changesOf({ file, ...fields }: SetOptions, io: Io): Promise<Changes> {
  const [option] = Object.keys(fields);
  if (file !== undefined && option !== undefined) {
    throw new UsageError(`--file says what changes: leave out ${dashed(option)}`);
  }
  const changes = file === undefined ? bodyOfOptions(fields, false) : await bodyOfFile(file, io);
  // The service checks it, and says what is wrong.
  if (option !== undefined || Object.keys(Object(changes)).length > 0) return changes as Changes;
  throw new UsageError("Say what is to be changed: see --help");
}
