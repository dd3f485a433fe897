import type { Command } from "commander";
import type { Permit } from "kaigui-client";
import {
  cellArgument,
  DATES,
  END_DATES,
  endArgument,
  idArgument,
  isoTime,
  timeArgument,
  type TimeRangeOptions,
} from "../arguments.ts";
import { Client } from "../client.ts";
import type { Io } from "../io.ts";
import { jsonText, time } from "../table.ts";
import { addDoOptions, addListOptions, type DoOptions, listed, type ListOptions, sayItems } from "./lists.ts";
import { personIdOf } from "./person_id.ts";

interface GrantOptions extends DoOptions, TimeRangeOptions {
  readonly cells?: readonly number[] | "all";
}

/** Adds `kaigui permits`, with `list`, `grant` and `revoke`. */
export function addPermitCommands(program: Command, io: Io): void {
  const permits = program.command("permits")
    .summary("who may open which cells of a cabinet whose cells are assigned: list, grant, revoke")
    .description("Who may open which cells of a cabinet whose cells are assigned.")
    .helpCommand(false);
  const list = addListOptions(permits.command("list"))
    .summary("a cabinet's permits, newest first")
    .argument("<cabinet>", "its id", idArgument);
  list.action(async (id: string) => await listPermits(id, list.optsWithGlobals(), io));
  const grant = addDoOptions(permits.command("grant"))
    .summary("let a person open cells")
    .argument("<cabinet>", "its id", idArgument)
    .argument("<person>", "their id or number")
    .option("--cells <numbers>", "such as 3,7,8 (default: all)", cellsArgument)
    .option("--from <date>", `from when on: ${DATES} (default: now)`, timeArgument)
    .option(
      "--until <date>",
      `until when: ${END_DATES} (default: for good)`,
      (text: string) => endArgument(text, Date.now()),
    );
  grant.action(async (cabinet: string, person: string) =>
    await grantOne({ cabinet, person }, grant.optsWithGlobals(), io)
  );
  const revoke = addDoOptions(permits.command("revoke"))
    .summary("take a permit away")
    .argument("<permit>", "its id");
  revoke.action(async (id: string) => await revokeOne(id, revoke.optsWithGlobals(), io));
}

function cellsArgument(text: string): number[] {
  return text.split(",").map((cell) => cellArgument(cell.trim()));
}

async function listPermits(id: string, { limit, json, ...place }: ListOptions, io: Io): Promise<void> {
  const client = Client.of(place, io);
  const items = await listed(limit, (query) => client.call("permitsList", { path: { id }, query }));
  const headings = ["PERSON", "CELLS", "FROM", "UNTIL", "REVOKED", "ID"];
  const row = (one: Permit) => [
    one.person,
    cellsText(one),
    time(one.from),
    one.until === null ? "-" : time(one.until),
    one.revokedAt === null ? "-" : time(one.revokedAt),
    one.id,
  ];
  sayItems(items, { headings, row, none: `There is no permit for ${id}` }, { json, io });
}

async function grantOne(
  { cabinet, person }: { cabinet: string; person: string },
  { cells = "all", from, until, reason, json, ...place }: GrantOptions,
  io: Io,
): Promise<void> {
  const client = Client.of(place, io);
  const id = await personIdOf(person, client);
  const body = { person: id, cells, from: isoTime(from), until: isoTime(until), reason };
  const made = await client.call("permitsGrant", { path: { id: cabinet }, body });
  io.say(json ? jsonText(made) : `${person} may open ${cellsText(made)} of ${cabinet}: permit ${made.id}`);
}

async function revokeOne(id: string, { reason, json, ...place }: DoOptions, io: Io): Promise<void> {
  await Client.of(place, io).call("permitsRevoke", { path: { id }, query: { reason } });
  io.say(json ? jsonText({ id, revoked: true }) : `revoked ${id}`);
}

function cellsText({ cells }: Permit): string {
  return cells === "all" ? "all cells" : `cell ${cells.join(", ")}`;
}
