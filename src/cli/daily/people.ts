import type { Command } from "commander";
import type { Person } from "kaigui-client";
import { Client } from "../client.ts";
import { Failure, type Io, UsageError } from "../io.ts";
import { jsonText, time } from "../table.ts";
import { addDoOptions, addListOptions, type DoOptions, listed, type ListOptions, sayItems } from "./lists.ts";
import { addPeopleCopy } from "./people_copy.ts";
import { personIdOf } from "./person_id.ts";

interface PeopleFilter extends ListOptions {
  readonly q?: string;
  readonly name?: string;
}

interface RemoveOptions extends DoOptions {
  readonly yes?: boolean;
}

/** Adds `kaigui people`, with `list`, `copy`, `sign-out` and `remove`. */
export function addPeopleCommands(program: Command, io: Io): void {
  const people = program.command("people")
    .summary("people who open doors: list, copy, sign out, remove")
    .description(
      "The people who open doors. A person is named by their id, or by the number that they read out.",
    )
    .helpCommand(false);
  const list = addListOptions(people.command("list", { isDefault: true }))
    .summary("people, newest first")
    .option("--q <text>", "only those whose name begins with this, or who have this number")
    .option("--name <text>", "only those whose name has this in it");
  list.action(async () => await listPeople(list.optsWithGlobals(), io));
  addPeopleCopy(people, io);
  const signOut = addDoOptions(people.command("sign-out"))
    .summary("end all sessions of a person")
    .argument("<person>", "their id or number");
  signOut.action(async (id: string) => await signOutOne(id, signOut.optsWithGlobals(), io));
  const remove = addDoOptions(people.command("remove"))
    .summary("remove a person with all that names them")
    .argument("<person>", "their id or number")
    .option("--yes", "do not ask");
  remove.action(async (id: string) => await removeOne(id, remove.optsWithGlobals(), io));
}

async function listPeople({ q, name, limit, json, ...place }: PeopleFilter, io: Io): Promise<void> {
  const client = Client.of(place, io);
  const items = await listed(limit, (page) => client.call("peopleList", { query: { q, name, ...page } }));
  const headings = ["NUMBER", "NAME", "KIND", "SINCE", "", "ID"];
  const row = (one: Person) => [
    one.number ?? "-",
    one.name,
    one.kind,
    time(one.createdAt),
    one.leavingAt ? "leaving" : "",
    one.id,
  ];
  sayItems(items, { headings, row, none: "There is nobody" }, { json, io });
}

async function signOutOne(which: string, { reason, json, ...place }: DoOptions, io: Io): Promise<void> {
  const client = Client.of(place, io);
  const id = await personIdOf(which, client);
  await client.call("peopleSignOut", { path: { id }, body: { reason } });
  io.say(json ? jsonText({ id, signedOut: true }) : `signed out ${which}`);
}

async function removeOne(
  which: string,
  { reason, json, yes, ...place }: RemoveOptions,
  io: Io,
): Promise<void> {
  const client = Client.of(place, io);
  const id = await personIdOf(which, client);
  if (!yes) {
    const { name } = await client.call("peopleGet", { path: { id } });
    const answer = io.confirm(`Remove person ${which}, "${name}"? It cannot be undone`);
    if (answer === undefined) throw new UsageError("Nobody is here to ask: add --yes to remove the person");
    if (!answer) throw new Failure(`Person ${which} stays`);
  }
  const removed = await client.call("peopleRemove", { path: { id }, query: { reason } });
  if (json) return io.say(jsonText(removed));
  const isLeaving = removed.state === "leaving";
  io.say(isLeaving ? `${which} is removed once nothing of theirs is in a cell` : `removed ${which}`);
}
