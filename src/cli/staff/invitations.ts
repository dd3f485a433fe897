import { type Command, InvalidArgumentError } from "commander";
import type { NewInvitation } from "kaigui-client";
import { z } from "zod";
import { KAIGUI } from "../../lib/command_line.ts";
import { Client } from "../client.ts";
import { addDoOptions, type DoOptions } from "../daily/lists.ts";
import type { Io } from "../io.ts";
import { addItemsJson, type JsonOptions } from "../place.ts";
import { jsonText, table, time } from "../table.ts";
import { type GrantOptions, roleOption, ROLES_HELP, scopeText, tagOption } from "./grants.ts";

interface InviteOptions extends GrantOptions {
  readonly note?: string;
}

const EXAMPLES = `
Examples:
  ${KAIGUI} staff invite --role manager --note "Wang, Hangzhou office"
  ${KAIGUI} staff invite --role attendant --tag hangzhou --tag gym
`;

/** Adds `invite`, `invitations` and `uninvite` to `kaigui staff`. */
export function addInvitationCommands(staff: Command, io: Io): void {
  const invite = addDoOptions(
    staff.command("invite")
      .summary("make a link that makes one member of staff")
      .description("Makes a link that makes one member of staff, works once, and is shown this once.")
      .addOption(roleOption())
      .addOption(tagOption())
      .option("--note <text>", "whom the link is for, as the list of links shows it"),
  ).addHelpText("after", EXAMPLES + ROLES_HELP);
  invite.action(async () => await makeInvitation(invite.optsWithGlobals(), io));
  const list = addItemsJson(staff.command("invitations"))
    .summary("links that were not used yet")
    .description("Lists links that were not used yet, without the links themselves.");
  list.action(async () => await listInvitations(list.optsWithGlobals(), io));
  const remove = addDoOptions(
    staff.command("uninvite")
      .summary("take a link back")
      .description("Takes a link back: it works no longer.")
      .argument("<id>", `the link's id, as ${KAIGUI} staff invitations shows it`, uuidArgument),
  );
  remove.action(async (id: string) => await removeInvitation(id, remove.optsWithGlobals(), io));
}

async function makeInvitation(
  { role, tag, note, reason, json, ...options }: InviteOptions,
  io: Io,
): Promise<void> {
  const body = { role, tags: tag, note, reason };
  const made = await Client.of(options, io).call("invitationsCreate", { body });
  sayLink(made, { isFor: `one ${role}`, json, io });
}

/** Shows a link: alone on standard output, so that a program can take it from there, or with all that was answered. */
export function sayLink(
  made: NewInvitation,
  { isFor, json, io }: { isFor: string; json: boolean | undefined; io: Io },
): void {
  if (json) return io.say(jsonText(made));
  io.say(made.link);
  io.warn(`The link is for ${isFor}. It works once, until ${time(made.until)}, and is not shown again.`);
}

async function listInvitations(options: JsonOptions, io: Io): Promise<void> {
  const { items } = await Client.of(options, io).call("invitationsList", {});
  if (options.json) return io.say(jsonText(items));
  if (items.length === 0) return io.say("No link waits to be used");
  const rows = items.map(({ kind, role, tags, note, until, id }) => [
    kind,
    role ?? "",
    kind === "join" ? scopeText(tags) : "",
    note,
    time(until),
    id,
  ]);
  io.say(table(["FOR", "ROLE", "CABINETS", "NOTE", "UNTIL", "ID"], rows));
}

async function removeInvitation(id: string, { reason, json, ...options }: DoOptions, io: Io): Promise<void> {
  await Client.of(options, io).call("invitationsRemove", { path: { id }, query: { reason } });
  io.say(json ? jsonText({ id, removed: true }) : `took back ${id}`);
}

function uuidArgument(text: string): string {
  if (z.uuid().safeParse(text).success) return text;
  throw new InvalidArgumentError("It must be an id, such as 019a2f6e-6c0b-4c55-8f0a-1f1f5ac6ad10.");
}
