import type { Command } from "commander";
import type { Cabinet } from "kaigui-client";
import { DEFAULT_RULES } from "../../cabinet/rules.ts";
import { idArgument } from "../arguments.ts";
import { addCabinetAdd } from "./cabinet_add.ts";
import { addCabinetList } from "./cabinet_list.ts";
import { addCabinetSet } from "./cabinet_set.ts";
import { Client } from "../client.ts";
import { confirmed, type Io } from "../io.ts";
import { addDoOptions, type DoOptions } from "../daily/lists.ts";
import { addYes, type JsonOptions } from "../place.ts";
import { fields, jsonText, table, time } from "../table.ts";

interface RemoveOptions extends DoOptions {
  readonly yes?: boolean;
}

/** Adds `kaigui cabinet`, with `add`, `set`, `list`, `show` and `remove`. */
export function addCabinetCommands(program: Command, io: Io): void {
  const cabinet = program.command("cabinet")
    .summary("make, change, look at and remove cabinets")
    .description("Makes, changes, shows and removes the cabinets of a running service.")
    .helpCommand(false);
  addCabinetAdd(cabinet, io);
  addCabinetSet(cabinet, io);
  addCabinetList(cabinet, io);
  const show = cabinet.command("show")
    .summary("one cabinet with its cells")
    .description("Shows a cabinet and its cells: what they are free for, and whether their doors are open.")
    .argument("<id>", "the cabinet", idArgument)
    .option(
      "--json",
      "what the service answers and its etag, as JSON; cabinet add --file and set --file take it back",
    );
  show.action(async (id: string) => await showCabinet(id, show.optsWithGlobals(), io));
  const remove = addYes(addDoOptions(cabinet.command("remove")))
    .summary("remove a cabinet")
    .description("Removes a cabinet. Its history stays.")
    .argument("<id>", "the cabinet", idArgument);
  remove.action(async (id: string) => await removeCabinet(id, remove.optsWithGlobals(), io));
}

async function showCabinet(id: string, options: JsonOptions, io: Io): Promise<void> {
  const { cabinet, etag } = await Client.of(options, io).look(id);
  if (options.json) return io.say(jsonText(etag === undefined ? cabinet : { ...cabinet, etag }));
  io.say(fields([
    ["id", cabinet.id],
    ["name", cabinet.name],
    ["board", cabinet.board],
    ["wiring", cabinet.wiring],
    ["mode", cabinet.mode],
    ["rules", rulesText(cabinet)],
    ["layout", cabinet.layout ? "yes" : "no"],
    ["registration", bytes(cabinet.registration)],
    ["heartbeat", bytes(cabinet.heartbeat)],
    ["secret", cabinet.hasSecret ? "there is one" : "none"],
    ["addresses", cabinet.addresses?.join(", ") ?? "any"],
    ["left open", alarm(cabinet.leftOpenSeconds)],
    ["offline", alarm(cabinet.offlineSeconds)],
    ["contact", contact(cabinet)],
    // An older service has no tags.
    ["tags", cabinet.tags?.join(", ") || "none"],
    ["location", location(cabinet)],
    ["online", cabinet.online ? `since ${time(cabinet.connectedAt)}` : "no"],
    ["last seen", time(cabinet.lastSeenAt)],
    ["link", cabinet.link],
    ...etag === undefined ? [] : [["etag", etag] as const],
    ...cabinet.warnings.map((warning) => ["warning", warning] as const),
  ]));
  io.say("");
  io.say(cellTable(cabinet));
}

function cellTable({ cells }: Cabinet): string {
  const rows = cells.map(({ cell, door, state, size, board, channel }) => {
    return [String(cell), door, state, size, `${board}/${channel}`];
  });
  return table(["CELL", "DOOR", "STATE", "SIZE", "BOARD/CHANNEL"], rows);
}

async function removeCabinet(
  id: string,
  { reason, yes, json, ...place }: RemoveOptions,
  io: Io,
): Promise<void> {
  const client = Client.of(place, io);
  if (!yes) {
    const asking = { to: "remove the cabinet", otherwise: `Cabinet ${id} stays`, io };
    await confirmed(async () => `Remove cabinet ${id}, "${(await client.get(id)).name}"?`, asking);
  }
  await client.call("cabinetsRemove", { path: { id }, query: { reason } });
  io.say(json ? jsonText({ id, removed: true }) : `removed ${id}`);
}

/** The rules that are not as usual, as `jobs start rules --rule` takes them. An older service has none. */
function rulesText({ rules = {} as Cabinet["rules"] }: Cabinet): string {
  const usual: Readonly<Record<string, unknown>> = DEFAULT_RULES;
  const unusual = Object.entries(rules).filter(([name, value]) =>
    JSON.stringify(value) !== JSON.stringify(usual[name])
  );
  const words = unusual.map(([name, value]) =>
    `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`
  );
  return words.join(", ") || "as usual";
}

function bytes(value: Cabinet["registration" | "heartbeat"]): string {
  if (!value) return "none";
  const shown = "text" in value ? value.text : `hex ${value.hex}`;
  const { echo = false, intervalSeconds = undefined } = "echo" in value ? value : {};
  const { at = undefined, anywhere = false } = "echo" in value ? {} : value;
  const place = at !== undefined
    ? ` (from byte ${at} on)`
    : anywhere
    ? " (anywhere in the first packet)"
    : "";
  const every = intervalSeconds === undefined ? "" : `, every ${intervalSeconds} s`;
  return `${shown}${place}${echo ? " (echoed)" : ""}${every}`;
}

function contact({ contact }: Cabinet): string {
  return [contact?.telephone, contact?.text].filter((part) => part !== undefined).join(", ") || "none";
}

function location({ location }: Cabinet): string {
  const { address, latitude, longitude } = location ?? {};
  const place = latitude === undefined ? undefined : `${latitude}, ${longitude}`;
  if (address === undefined) return place ?? "none";
  return place === undefined ? address : `${address} (${place})`;
}

function alarm(seconds: number | null | undefined): string {
  return typeof seconds === "number" ? `an alarm after ${seconds} s` : "never an alarm";
}
