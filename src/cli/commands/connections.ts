import type { Command } from "commander";
import type { Cabinet } from "kaigui-client";
import { Client } from "../client.ts";
import type { Io } from "../io.ts";
import { addItemsJson, type JsonOptions } from "../place.ts";
import { jsonText, table, time } from "../table.ts";

/** Adds `kaigui connections`. */
export function addConnectionsCommand(program: Command, io: Io): void {
  const connections = addItemsJson(program.command("connections"))
    .summary("the cabinets that are connected")
    .description("Lists the cabinets that are connected, since when, and when each was last heard of.");
  connections.action(async () => await listConnections(connections.optsWithGlobals(), io));
}

async function listConnections(options: JsonOptions, io: Io): Promise<void> {
  const connected: Cabinet[] = [];
  for await (const cabinet of Client.of(options, io).cabinets()) if (cabinet.online) connected.push(cabinet);
  if (options.json) return io.say(jsonText(connected));
  if (connected.length === 0) return io.say("No cabinet is connected");
  const rows = connected.map(({ id, name, board, connectedAt, lastSeenAt }) => [
    id,
    name,
    board,
    time(connectedAt),
    time(lastSeenAt),
  ]);
  io.say(table(["ID", "NAME", "BOARD", "CONNECTED SINCE", "LAST SEEN"], rows));
}
