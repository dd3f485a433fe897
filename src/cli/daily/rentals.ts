import { type Command, Option } from "commander";
import type { Rental } from "kaigui-client";
import { RENTAL_STATES } from "../../cabinet/kinds.ts";
import { KAIGUI } from "../../lib/command_line.ts";
import { OPERATOR } from "../../lib/limits.ts";
import {
  cellArgument,
  checkTimeRange,
  DATES,
  END_DATES,
  endArgument,
  isoTime,
  timeArgument,
  type TimeRangeOptions,
  wholeNumber,
} from "../arguments.ts";
import { Client } from "../client.ts";
import { confirmed, type Io, UsageError } from "../io.ts";
import { addYes } from "../place.ts";
import { jsonText, time } from "../table.ts";
import {
  addCabinetOption,
  addDoOptions,
  addListOptions,
  type DoOptions,
  listed,
  type ListOptions,
  sayItems,
} from "./lists.ts";
import { personIdOf } from "./person_id.ts";
import { addStory, rentalOf } from "./rental_story.ts";

interface RentalFilter extends ListOptions, TimeRangeOptions {
  readonly number?: string;
  readonly cell?: number;
  readonly person?: string;
  readonly state?: typeof RENTAL_STATES[number];
  readonly overdue?: boolean;
}

interface ExtendOptions extends DoOptions {
  readonly minutes?: number;
  /** Milliseconds since 1970. */
  readonly until?: number;
}

interface EndOptions extends DoOptions {
  readonly yes?: boolean;
}

const WHICH = "its id or number";

const EXAMPLES = `
Examples:
  ${KAIGUI} rentals --cabinet lobby-a --state held
  ${KAIGUI} rentals --overdue --from 2025-11-01
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
  addList(rentals, io);
  addStory(rentals, io);
  const extend = addDoOptions(rentals.command("extend"))
    .summary("give a rental more time")
    .argument("<rental>", WHICH)
    .addOption(
      new Option("--minutes <count>", "how much longer").argParser(wholeNumber(1, OPERATOR.minutesMax))
        .conflicts("until"),
    )
    .option("--until <date>", `until when: ${END_DATES}`, (text: string) => endArgument(text, Date.now()));
  extend.action(async (which: string) => await extendOne(which, extend.optsWithGlobals(), io));
  const end = addYes(addDoOptions(rentals.command("end")))
    .summary("end a rental: its cell is free, its codes work no more")
    .argument("<rental>", WHICH);
  end.action(async (which: string) => await endOne(which, end.optsWithGlobals(), io));
}

function addList(rentals: Command, io: Io): void {
  const list = addListOptions(addCabinetOption(rentals.command("list", { isDefault: true })))
    .summary("rentals, newest first")
    .option("--cell <number>", "only of cells with this number", cellArgument)
    .option("--number <number>", "only the one with this number, which its person reads out")
    .option("--person <person>", "only of this person, by their id or number")
    .addOption(new Option("--state <state>", "only those in this state").choices(RENTAL_STATES))
    .option("--overdue", "only those that have not ended although their time is up")
    .option("--from <date>", `only those that began then or later: ${DATES}`, timeArgument)
    .option("--until <date>", "only those that began before", timeArgument);
  list.action(async () => await listRentals(list.optsWithGlobals(), io));
}

async function listRentals(
  { cabinet, cell, number, person, state, overdue, from, until, limit, json, ...place }: RentalFilter,
  io: Io,
): Promise<void> {
  checkTimeRange({ from, until });
  const client = Client.of(place, io);
  const filter = {
    ...{ cabinet, cell, number, state },
    person: person === undefined ? undefined : await personIdOf(person, client),
    overdue: overdue ? "true" as const : undefined,
    from: isoTime(from),
    until: isoTime(until),
  };
  const items = await listed(limit, (page) => client.call("rentalsList", { query: { ...filter, ...page } }));
  const headings = ["NUMBER", "CABINET", "CELL", "STATE", "SINCE", "UNTIL", "PERSON", "ID"];
  sayItems(items, { headings, row: rowOf, none: "There is no such rental" }, { json, io });
}

function rowOf(one: Rental): string[] {
  return [
    one.number ?? "-",
    one.cabinet,
    String(one.cell),
    one.overdueAt !== null && one.state === "held" ? "overdue" : one.state,
    time(one.since),
    one.until === null ? "-" : time(one.until),
    // Who was removed has no name any more.
    one.personName || one.person,
    one.id,
  ];
}

async function extendOne(
  which: string,
  { minutes, until, reason, json, ...place }: ExtendOptions,
  io: Io,
): Promise<void> {
  if (minutes === undefined && until === undefined) throw new UsageError("Say --minutes or --until");
  const client = Client.of(place, io);
  const end = until === undefined ? { byMinutes: minutes } : { until: isoTime(until) };
  const path = { id: (await rentalOf(which, client)).id };
  const extended = await client.call("rentalsExtend", { path, body: { ...end, reason } });
  if (json) return io.say(jsonText(extended));
  io.say(`cell ${extended.cell} of ${extended.cabinet} is rented until ${time(extended.until)}`);
}

async function endOne(which: string, { reason, json, yes, ...place }: EndOptions, io: Io): Promise<void> {
  const client = Client.of(place, io);
  const rental = await rentalOf(which, client);
  if (!yes) {
    const question = `End the rental of cell ${rental.cell} of ${rental.cabinet}?`;
    await confirmed(() => question, { to: "end the rental", otherwise: "The rental goes on", io });
  }
  const ended = await client.call("rentalsEnd", { path: { id: rental.id }, body: { reason } });
  io.say(json ? jsonText(ended) : `ended: cell ${ended.cell} of ${ended.cabinet} is free`);
}
