/**
 * `kaigui status`.
 *
 * @module
 */
import type { Command } from "commander";
import { Client } from "./client.ts";
import { Failure, type Io } from "./io.ts";
import type { PlaceOptions } from "./place.ts";
import { fields } from "./table.ts";

/** Adds the command. */
export function addStatusCommand(program: Command, io: Io): void {
  const status = program.command("status")
    .summary("is the service there, and how many cabinets are online")
    .description("Says whether the service is there and ready, and how many cabinets are online.")
    .addHelpText("after", "\nThe exit code is 1 when the service is not there or not ready.");
  status.action(async () => await showStatus(status.optsWithGlobals(), io));
}

async function showStatus(options: PlaceOptions, io: Io): Promise<void> {
  const client = Client.of(options, io);
  const alive = await client.probe("/healthz");
  const ready = await client.probe("/readyz");
  io.say(fields([
    ["service", client.url],
    ["alive", alive ? "yes" : "no"],
    ["ready", ready ? "yes" : "no"],
  ]));
  if (!alive || !ready) throw new Failure(`The service at ${client.url} is not ready`);
  let online = 0;
  let offline = 0;
  for await (const cabinet of client.cabinets()) cabinet.online ? online++ : offline++;
  io.say(`cabinets ${online + offline} (${online} online, ${offline} offline)`);
}
