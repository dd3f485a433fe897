import type { Command } from "commander";
import type { Person } from "kaigui-client";
import { Client } from "../client.ts";
import { confirmed, type Io } from "../io.ts";
import { addYes } from "../place.ts";
import { jsonText, time } from "../table.ts";
import { addDoOptions, addListOptions, type DoOptions, listed, type ListOptions, sayItems } from "./lists.ts";
import { addPeopleCopy } from "./people_copy.ts";
import { personIdOf } from "./person_id.ts";

interface PeopleFilter extends ListOptions {
  readonly q?: string;
  readonly name?: string;
}

interface AskedOptions extends DoOptions {
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
  const signOut = addYes(addDoOptions(people.command("sign-out")))
    .summary("end all sessions of a person")
    .argument("<person>", "their id or number");
  signOut.action(async (id: string) => await signOutOne(id, signOut.optsWithGlobals(), io));
  const remove = addYes(addDoOptions(people.command("remove")))
    .summary("remove a person with all that names them")
    .argument("<person>", "their id or number");
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

async function signOutOne(
  which: string,
  { reason, json, yes, ...place }: AskedOptions,
  io: Io,
): Promise<void> {
  const client = Client.of(place, io);
  const id = await personIdOf(which, client);
  if (!yes) {
    const asking = { to: "sign the person out", otherwise: `Person ${which} stays signed in`, io };
    await confirmed(async () => `Sign out person ${which}, "${await nameOf(id, client)}"?`, asking);
  }
  await client.call("peopleSignOut", { path: { id }, body: { reason } });
  io.say(json ? jsonText({ id, signedOut: true }) : `signed out ${which}`);
}

async function removeOne(
  which: string,
  { reason, json, yes, ...place }: AskedOptions,
  io: Io,
): Promise<void> {
  const client = Client.of(place, io);
  const id = await personIdOf(which, client);
  if (!yes) {
    const question = async () => `Remove person ${which}, "${await nameOf(id, client)}"? It cannot be undone`;
    await confirmed(question, { to: "remove the person", otherwise: `Person ${which} stays`, io });
  }
  const removed = await client.call("peopleRemove", { path: { id }, query: { reason } });
  if (json) return io.say(jsonText(removed));
  const isLeaving = removed.state === "leaving";
  io.say(isLeaving ? `${which} is removed once nothing of theirs is in a cell` : `removed ${which}`);
}

async function nameOf(id: string, client: Client): Promise<string> {
  return (await client.call("peopleGet", { path: { id } })).name;
}
