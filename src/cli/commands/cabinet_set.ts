import type { Command } from "commander";
import { KAIGUI } from "../../lib/command_line.ts";
import { printable } from "../../lib/text/plain_text.ts";
import { cabinetRoutes } from "../../operator/contract/cabinets.ts";
import { idArgument } from "../arguments.ts";
import { Client } from "../client.ts";
import { type Io, UsageError } from "../io.ts";
import type { JsonOptions } from "../place.ts";
import { jsonText } from "../table.ts";
import { addFieldOptions, bodyOfOptions } from "./cabinet_options.ts";

const EXAMPLES = `
Examples:
  ${KAIGUI} cabinet set lobby-a --name "Lobby A, ground floor" --contact-telephone "400 123 4567"
  ${KAIGUI} cabinet set lobby-a --left-open-seconds never`;

/** Adds `kaigui cabinet set`. */
export function addCabinetSet(cabinet: Command, io: Io): void {
  const set = cabinet.command("set")
    .summary("change a cabinet")
    .description("Changes what is said of a cabinet, and leaves all else as it is.")
    .argument("<id>", "the cabinet", idArgument)
    .option("--json", "the cabinet as it is then, as JSON")
    .addHelpText("after", EXAMPLES);
  addFieldOptions(set);
  set.action(async (id: string) => await setCabinet(id, set, io));
}

async function setCabinet(id: string, command: Command, io: Io): Promise<void> {
  const { json, ...said } = command.opts<Record<string, unknown>>();
  const changes = bodyOfOptions(said);
  if (Object.keys(changes).length === 0) throw new UsageError("Say what is to be changed: see --help");
  const client = Client.of(command.optsWithGlobals<JsonOptions>(), io);
  const body = merged(await client.get(id), changes);
  const changed = await client.call(cabinetRoutes.put, { path: { id }, body });
  if (json) return io.say(jsonText(changed));
  io.say(`changed ${id}: ${Object.keys(changes).join(", ")}`);
  for (const warning of changed.warnings) io.warn(`warning: ${printable(warning)}`);
}

/** Fields whose parts are changed one by one; the others are replaced whole. */
const OF_PARTS = ["rules", "contact", "location"];

function merged(before: object, changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const after: Record<string, unknown> = { ...before };
  for (const [field, value] of Object.entries(changes)) {
    const isOfParts = OF_PARTS.includes(field) && typeof value === "object" && value !== null;
    after[field] = isOfParts ? { ...after[field] as object, ...value } : value;
  }
  return after;
}
