import type { Command } from "commander";
import type { Person } from "kaigui-client";
import { Client } from "../client.ts";
import { Failure, type Io, UsageError } from "../io.ts";
import { jsonText, time } from "../table.ts";
import { addDoOptions, addListOptions, type DoOptions, listed, type ListOptions, sayItems } from "./lists.ts";

interface PeopleFilter extends ListOptions {
  readonly name?: string;
}

interface RemoveOptions extends DoOptions {
  readonly yes?: boolean;
}

/** Adds `kaigui people`, with `list`, `sign-out` and `remove`. */
export function addPeopleCommands(program: Command, io: Io): void {
  const people = program.command("people")
    .summary("people who open doors: list, sign out, remove")
    .description("The people who open doors.")
    .helpCommand(false);
  const list = addListOptions(people.command("list", { isDefault: true }))
    .summary("people, newest first")
    .option("--name <text>", "only those whose name has this in it");
  list.action(async () => await listPeople(list.optsWithGlobals(), io));
  const signOut = addDoOptions(people.command("sign-out"))
    .summary("end all sessions of a person")
    .argument("<person>", "the id");
  signOut.action(async (id: string) => await signOutOne(id, signOut.optsWithGlobals(), io));
  const remove = addDoOptions(people.command("remove"))
    .summary("remove a person with all that names them")
    .argument("<person>", "the id")
    .option("--yes", "do not ask");
  remove.action(async (id: string) => await removeOne(id, remove.optsWithGlobals(), io));
}

async function listPeople({ name, limit, json, ...place }: PeopleFilter, io: Io): Promise<void> {
  const client = Client.of(place, io);
  const items = await listed(limit, (page) => client.call("peopleList", { query: { name, ...page } }));
  const row = (
    one: Person,
  ) => [one.name, one.kind, time(one.createdAt), one.leavingAt ? "leaving" : "", one.id];
  sayItems(items, { headings: ["NAME", "KIND", "SINCE", "", "ID"], row, none: "There is nobody" }, {
    json,
    io,
  });
}

async function signOutOne(id: string, { reason, json, ...place }: DoOptions, io: Io): Promise<void> {
  await Client.of(place, io).call("peopleSignOut", { path: { id }, body: { reason } });
  io.say(json ? jsonText({ id, signedOut: true }) : `signed out ${id}`);
}

async function removeOne(id: string, { reason, json, yes, ...place }: RemoveOptions, io: Io): Promise<void> {
  const client = Client.of(place, io);
  if (!yes) {
    const { name } = await client.call("peopleGet", { path: { id } });
    const answer = io.confirm(`Remove person ${id}, "${name}"? It cannot be undone`);
    if (answer === undefined) throw new UsageError("Nobody is here to ask: add --yes to remove the person");
    if (!answer) throw new Failure(`Person ${id} stays`);
  }
  const removed = await client.call("peopleRemove", { path: { id }, query: { reason } });
  const isLeaving = removed.state === "leaving";
  io.say(
    json
      ? jsonText(removed)
      : isLeaving
      ? `${id} is removed once nothing of theirs is in a cell`
      : `removed ${id}`,
  );
}
