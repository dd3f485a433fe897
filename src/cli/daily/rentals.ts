import { type Command, Option } from "commander";
import type { Rental, Story } from "kaigui-client";
import { RENTAL_STATES } from "../../cabinet/kinds.ts";
import { KAIGUI } from "../../lib/command_line.ts";
import { OPERATOR } from "../../lib/limits.ts";
import { endArgument, numberIn, wholeNumber } from "../arguments.ts";
import { Client } from "../client.ts";
import { Failure, type Io, UsageError } from "../io.ts";
import type { JsonOptions } from "../place.ts";
import { jsonText, table, time } from "../table.ts";
import {
  addCabinetOption,
  addDoOptions,
  addJson,
  addListOptions,
  type DoOptions,
  listed,
  type ListOptions,
  sayItems,
} from "./lists.ts";
import { personIdOf } from "./people.ts";

type StoryEntry = Story["items"][number];

interface RentalFilter extends ListOptions {
  readonly person?: string;
  readonly state?: typeof RENTAL_STATES[number];
}

interface ExtendOptions extends DoOptions {
  readonly minutes?: number;
  /** Milliseconds since 1970. */
  readonly until?: number;
}

const EXAMPLES = `
Examples:
  ${KAIGUI} rentals --cabinet lobby-a --state held
  ${KAIGUI} rentals story 23720947
  ${KAIGUI} rentals extend 23720947 --minutes 120 --reason "asked on the telephone"`;

/** Adds `kaigui rentals`, with `list`, `story`, `extend` and `end`. */
export function addRentalCommands(program: Command, io: Io): void {
  const rentals = program.command("rentals")
    .summary("who has or had which cell: list, story, extend, end")
    .description(
      "Who has or had which cell. A rental is named by its id, or by the number that its person reads out.",
    )
    .helpCommand(false)
    .addHelpText("after", EXAMPLES);
  const list = addListOptions(addCabinetOption(rentals.command("list", { isDefault: true })))
    .summary("rentals, newest first")
    .option("--person <person>", "only of this person, by their id or number")
    .addOption(new Option("--state <state>", "only those in this state").choices(RENTAL_STATES));
  list.action(async () => await listRentals(list.optsWithGlobals(), io));
  const told = addJson(rentals.command("story"))
    .summary("what happened to a rental, oldest first")
    .argument("<rental>", "its id or number");
  told.action(async (which: string) => await tellStory(which, told.optsWithGlobals(), io));
  const extend = addDoOptions(rentals.command("extend"))
    .summary("give a rental more time")
    .argument("<rental>", "its id or number")
    .addOption(
      new Option("--minutes <count>", "how much longer").argParser(wholeNumber(1, OPERATOR.minutesMax))
        .conflicts("until"),
    )
    .option("--until <date>", "until then", (text: string) => endArgument(text, Date.now()));
  extend.action(async (which: string) => await extendOne(which, extend.optsWithGlobals(), io));
  const end = addDoOptions(rentals.command("end"))
    .summary("end a rental: its cell is free, its codes work no more")
    .argument("<rental>", "its id or number");
  end.action(async (which: string) => await endOne(which, end.optsWithGlobals(), io));
}

async function listRentals(
  { cabinet, person, state, limit, json, ...place }: RentalFilter,
  io: Io,
): Promise<void> {
  const client = Client.of(place, io);
  const whose = person === undefined ? undefined : await personIdOf(person, client);
  const items = await listed(
    limit,
    (page) => client.call("rentalsList", { query: { cabinet, person: whose, state, ...page } }),
  );
  const headings = ["NUMBER", "CABINET", "CELL", "STATE", "SINCE", "UNTIL", "PERSON", "ID"];
  const row = (one: Rental) => [
    one.number ?? "-",
    one.cabinet,
    String(one.cell),
    one.overdueAt !== null && one.state === "held" ? "overdue" : one.state,
    time(one.since),
    one.until === null ? "-" : time(one.until),
    one.person,
    one.id,
  ];
  sayItems(items, { headings, row, none: "There is no such rental" }, { json, io });
}

async function tellStory(which: string, { json, ...place }: JsonOptions, io: Io): Promise<void> {
  const client = Client.of(place, io);
  const told = await client.call("historiesStory", { path: { id: await idOf(which, client) } });
  if (json) return io.say(jsonText(told));
  io.say(table(["TIME", "WHAT", "", "WHO"], told.items.map(storyRow)));
  if (!told.isComplete) io.warn("More happened than is shown");
}

function storyRow(entry: StoryEntry): string[] {
  const { kind, id, name } = entry.who ?? {};
  const who = kind === undefined ? "-" : [kind, name ?? id ?? ""].join(" ").trim();
  return [time(entry.at), entry.kind, wordsOf(entry), who];
}

/** What each kind of entry says beside its time. */
function wordsOf(entry: StoryEntry): string {
  switch (entry.kind) {
    case "tap":
      return entry.tap;
    case "sent":
      return "";
    case "outcome":
      return entry.reason === null ? entry.state : `${entry.state} (${entry.reason})`;
    case "opened":
    case "shut":
      return entry.detail ?? "";
    case "event":
      return entry.detail === null ? entry.event : `${entry.event}: ${entry.detail}`;
    case "code":
      return entry.change;
    case "notice":
      return `${entry.notice}: ${entry.state}`;
    case "act":
      return entry.reason === null ? entry.act : `${entry.act}: ${entry.reason}`;
  }
}

async function extendOne(
  which: string,
  { minutes, until, reason, json, ...place }: ExtendOptions,
  io: Io,
): Promise<void> {
  if (minutes === undefined && until === undefined) throw new UsageError("Say --minutes or --until");
  const client = Client.of(place, io);
  const end = until === undefined ? { byMinutes: minutes } : { until: new Date(until).toISOString() };
  const path = { id: await idOf(which, client) };
  const extended = await client.call("rentalsExtend", { path, body: { ...end, reason } });
  if (json) return io.say(jsonText(extended));
  io.say(`cell ${extended.cell} of ${extended.cabinet} is rented until ${time(extended.until)}`);
}

async function endOne(which: string, { reason, json, ...place }: DoOptions, io: Io): Promise<void> {
  const client = Client.of(place, io);
  const ended = await client.call("rentalsEnd", {
    path: { id: await idOf(which, client) },
    body: { reason },
  });
  io.say(json ? jsonText(ended) : `ended: cell ${ended.cell} of ${ended.cabinet} is free`);
}

/** The id of the rental with this id or number. */
async function idOf(which: string, client: Client): Promise<string> {
  const number = numberIn(which);
  if (number === undefined) return which;
  const { items: [found] } = await client.call("rentalsList", { query: { number } });
  if (!found) throw new Failure(`There is no rental with the number ${number}`);
  return found.id;
}
