import type { Command } from "commander";
import type { Rental, Story } from "kaigui-client";
import { numberIn } from "../arguments.ts";
import { Client } from "../client.ts";
import { Failure, type Io } from "../io.ts";
import { CallFailure } from "../operation.ts";
import { addJson, type JsonOptions } from "../place.ts";
import { jsonText, table, time } from "../table.ts";

type StoryEntry = Story["items"][number];

/** Adds `kaigui rentals story`. */
export function addStory(rentals: Command, io: Io): void {
  const story = addJson(rentals.command("story"))
    .summary("what happened to a rental, oldest first")
    .argument("<rental>", "its id or number");
  story.action(async (which: string) => await tellStory(which, story.optsWithGlobals(), io));
}

async function tellStory(which: string, { json, ...place }: JsonOptions, io: Io): Promise<void> {
  const client = Client.of(place, io);
  const rental = await visibleRental(which, client);
  const told = await client.call("historiesStory", { path: { id: rental?.id ?? which } });
  if (json) return io.say(jsonText(told));
  if (rental) io.say(`${headline(rental)}\n`);
  io.say(table(["TIME", "WHAT", "", "WHO"], told.items.map(storyRow)));
  if (!told.isComplete) io.warn("More happened than is shown");
}

/**
 * The rental with this id or number.
 *
 * @throws {Failure} if there is none
 */
export async function rentalOf(which: string, client: Client): Promise<Rental> {
  const number = numberIn(which);
  if (number === undefined) return await client.call("rentalsGet", { path: { id: which } });
  const { items: [found] } = await client.call("rentalsList", { query: { number } });
  if (!found) throw new Failure(`There is no rental with the number ${number}`);
  return found;
}

/** The same; `undefined`: the id was given, and the role may see the story but not the rental. */
async function visibleRental(which: string, client: Client): Promise<Rental | undefined> {
  try {
    return await rentalOf(which, client);
  } catch (error) {
    const isHidden = error instanceof CallFailure && error.status === 403;
    if (isHidden && numberIn(which) === undefined) return undefined;
    throw error;
  }
}

/** Which cell it is of, how it stands, and since when. */
function headline({ cabinet, cell, state, since, until, overdueAt, endedAt, endReason }: Rental): string {
  return [
    `cell ${cell} of ${cabinet}`,
    `held since ${time(since)}`,
    ...until === null ? [] : [`until ${time(until)}`],
    ...overdueAt === null ? [] : [`overdue since ${time(overdueAt)}`],
    ...state === "returning" ? ["is being given back"] : [],
    ...endedAt === null ? [] : [`ended ${time(endedAt)} (${endReason})`],
  ].join(", ");
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
