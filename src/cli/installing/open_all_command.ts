import type { Command } from "commander";
import { idArgument } from "../arguments.ts";
import { Client } from "../client.ts";
import { Failure, type Io, UsageError } from "../io.ts";
import type { JsonOptions } from "../place.ts";
import { jsonText, table } from "../table.ts";

interface OpenAllOptions extends JsonOptions {
  readonly reason: string;
  readonly yes?: boolean;
}

/** A thousand cells. */
const TIMEOUT_MS = 3_600_000;

/** Adds `kaigui open-all`. */
export function addOpenAllCommand(program: Command, io: Io): void {
  const command = program.command("open-all")
    .summary("open all cells of a cabinet in an emergency")
    .description(
      "Opens each cell of the cabinet once, also those that people have, and says which did not open.",
    )
    .argument("<cabinet>", "its id", idArgument)
    .requiredOption("--reason <text>", "why, for the audit log")
    .option("--yes", "do not ask")
    .option("--json", "what the service answers, as JSON");
  command.action(async (id: string) => await openAll(id, command.optsWithGlobals(), io));
}

async function openAll(id: string, { reason, yes, json, ...place }: OpenAllOptions, io: Io): Promise<void> {
  const client = Client.of(place, io);
  const path = { id };
  const { confirm, cells, held } = await client.toConfirm("doorsOpenAll", { path, body: { reason } });
  if (!yes) {
    const answer = io.confirm(
      `Open all ${cells.length} cells of ${id}, of which people have ${held.length}?`,
    );
    if (answer === undefined) throw new UsageError("Nobody is here to ask: add --yes to open them");
    if (!answer) throw new Failure("Nothing was opened");
  }
  const done = await client.call("doorsOpenAll", {
    path,
    body: { reason, confirm },
    timeoutMs: TIMEOUT_MS,
  });
  if (json) io.say(jsonText(done));
  else {
    const others = done.cells.filter(({ state }) => state !== "opened" && state !== "accepted");
    if (others.length > 0) {
      io.say(
        table(
          ["CELL", "STATE", "REASON"],
          others.map(({ cell, state, reason }) => [`${cell}`, state, reason ?? ""]),
        ),
      );
    }
    io.say(`${done.opened} opened, ${done.notOpened} not`);
  }
  if (done.notOpened > 0) throw new Failure(`${done.notOpened} cells of ${id} did not open: go and look`);
}
