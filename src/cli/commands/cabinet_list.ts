import { type Command, Option } from "commander";
import { BOARD_NAMES } from "../../boards/mod.ts";
import { ALARM_KINDS } from "../../cabinet/kinds.ts";
import { KAIGUI } from "../../lib/command_line.ts";
import { type CabinetSelection, Client } from "../client.ts";
import type { Io } from "../io.ts";
import { addItemsJson, type JsonOptions } from "../place.ts";
import { jsonText, table, time } from "../table.ts";

type CabinetListOptions = JsonOptions & CabinetSelection;

const YES_NO = ["true", "false"];
const SORTS = ["id", "-id", "name", "-name", "change", "-change"] satisfies CabinetSelection["sort"][];

const EXAMPLES = `
Examples:
  ${KAIGUI} cabinet list --tag hangzhou --online false
  ${KAIGUI} cabinet list --q "west lake" --sort -change`;

/** Adds `kaigui cabinet list`. */
export function addCabinetList(cabinet: Command, io: Io): void {
  const list = addItemsJson(cabinet.command("list"))
    .summary("all cabinets, or those that are looked for")
    .description("Lists cabinets and whether they are connected: those that pass each filter, or all.")
    .option("--q <text>", "only those with these words in the id, the name, the address or the contact")
    .option(
      "--tag <tag>",
      "only those with this tag; again for more: with all of them",
      (text: string, before: readonly string[] | undefined) => [...before ?? [], text],
    )
    .addOption(new Option("--online <boolean>", "only those that are connected, or not").choices(YES_NO))
    .addOption(
      new Option("--alarm <alarm>", "true: with an alarm, false: without, or a kind of alarm")
        .choices([...YES_NO, ...ALARM_KINDS]),
    )
    .addOption(new Option("--board <board>", "only those of this family of boards").choices(BOARD_NAMES))
    .addOption(
      new Option(
        "--sort <order>",
        "id, name or change (when it last went on- or offline); -id etc. reverses (default: id)",
      ).choices(SORTS),
    )
    .addHelpText("after", EXAMPLES);
  list.action(async () => await listCabinets(list.optsWithGlobals(), io));
}

async function listCabinets(
  { q, tag, online, alarm, board, sort, json, ...place }: CabinetListOptions,
  io: Io,
): Promise<void> {
  const filter = { q, tag, online, alarm, board };
  const cabinets = await Array.fromAsync(Client.of(place, io).cabinets({ ...filter, sort }));
  if (json) return io.say(jsonText(cabinets));
  if (cabinets.length === 0) return io.say(noneText(filter));
  const rows = cabinets.map(({ id, name, board, online, cells, lastSeenAt }) => [
    id,
    name,
    board,
    online ? "yes" : "no",
    String(cells.length),
    time(lastSeenAt),
  ]);
  io.say(table(["ID", "NAME", "BOARD", "ONLINE", "CELLS", "LAST SEEN"], rows));
}

function noneText(filter: CabinetSelection): string {
  const isNarrowed = Object.values(filter).some((value) => value !== undefined);
  return isNarrowed ? "There is no such cabinet" : `There is no cabinet yet: ${KAIGUI} cabinet add --help`;
}
