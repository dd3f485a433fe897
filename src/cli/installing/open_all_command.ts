import type { Command } from "commander";
import type { OpenedAll } from "kaigui-client";
import { idArgument } from "../arguments.ts";
import { Client } from "../client.ts";
import { confirmed, Failure, type Io } from "../io.ts";
import { addJson, addYes, type JsonOptions } from "../place.ts";
import { jsonText, table } from "../table.ts";

interface OpenAllOptions extends JsonOptions {
  readonly reason: string;
  readonly yes?: boolean;
}

/** A thousand cells. */
const TIMEOUT_MS = 3_600_000;

/** Adds `kaigui open-all`. */
export function addOpenAllCommand(program: Command, io: Io): void {
  const command = addJson(addYes(program.command("open-all")))
    .summary("open all cells of a cabinet in an emergency")
    .description(
      "Opens each cell of the cabinet once, also those that people have, and says which did not open.",
    )
    .argument("<cabinet>", "its id", idArgument)
    .requiredOption("--reason <text>", "why, for the audit log");
  command.action(async (id: string) => await openAll(id, command.optsWithGlobals(), io));
}

async function openAll(id: string, { reason, yes, json, ...place }: OpenAllOptions, io: Io): Promise<void> {
  const client = Client.of(place, io);
  const path = { id };
  const { confirm, cells, held } = await client.toConfirm("doorsOpenAll", { path, body: { reason } });
  if (!yes) {
    const question = `Open all ${cells.length} cells of ${id}, of which people have ${held.length}?`;
    await confirmed(() => question, { to: "open them", otherwise: "Nothing was opened", io });
  }
  const done = await client.call("doorsOpenAll", {
    path,
    body: { reason, confirm },
    timeoutMs: TIMEOUT_MS,
  });
  if (json) io.say(jsonText(done));
  else for (const text of textOf(done, held)) io.say(text);
  if (done.notOpened > 0) throw new Failure(`${done.notOpened} cells of ${id} did not open: go and look`);
}

/** @param asked the cells that people had when it was asked about; an older service does not say which they have now */
function textOf({ cells, opened, notOpened, held = [] }: OpenedAll, asked: readonly number[]): string[] {
  const others = cells.filter(({ state }) => state !== "opened" && state !== "accepted");
  const rows = others.map(({ cell, state, reason }) => [`${cell}`, state, reason ?? ""]);
  const given = held.filter((cell) => !asked.includes(cell));
  return [
    ...rows.length > 0 ? [table(["CELL", "STATE", "REASON"], rows)] : [],
    ...given.length > 0 ? [`given to people meanwhile, and told to open, too: ${given.join(", ")}`] : [],
    `${opened} opened, ${notOpened} not`,
  ];
}
