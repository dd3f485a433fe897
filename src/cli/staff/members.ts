import { Argument, type Command, Option } from "commander";
import type { Member } from "kaigui-client";
import { type Role, ROLES } from "../../cabinet/roles.ts";
import { KAIGUI } from "../../lib/command_line.ts";
import { loginFrom } from "../../staff/mod.ts";
import { Client } from "../client.ts";
import { addDoOptions, type DoOptions } from "../daily/lists.ts";
import { confirmed, Failure, type Io } from "../io.ts";
import { addItemsJson, addYes, type JsonOptions } from "../place.ts";
import { jsonText, table, time } from "../table.ts";
import { ROLES_HELP, scopeText, tagOption } from "./grants.ts";
import { sayLink } from "./invitations.ts";

interface RoleOptions extends DoOptions {
  readonly tag?: readonly string[];
  readonly all?: boolean;
}

interface RemoveOptions extends DoOptions {
  readonly yes?: boolean;
}

const WHO = "a login, or an id";
const NO_STAFF =
  `There is no staff yet. Its first owner comes in by a link: the one after "first owner:" in what the ` +
  `service said when it started, or one of ${KAIGUI} staff invite --role owner`;

/** Adds `list`, `role`, `reset` and `remove` to `kaigui staff`. */
export function addMemberCommands(staff: Command, io: Io): void {
  const list = addItemsJson(staff.command("list"))
    .summary("all members of staff")
    .description("Lists the organization's staff: what each may do, and for which cabinets.");
  list.action(async () => await listMembers(list.optsWithGlobals(), io));
  const role = addDoOptions(
    staff.command("role")
      .summary("give a member another role, or other cabinets")
      .description("Gives a member another role. Without --tag or --all the cabinets stay the same.")
      .argument("<member>", WHO)
      .addArgument(new Argument("<role>", "what the member may do, see below").choices(ROLES))
      .addOption(tagOption("the same as before").conflicts("all"))
      .addOption(new Option("--all", "for all cabinets")),
  ).addHelpText("after", ROLES_HELP);
  role.action(async (who: string, to: Role) => await changeRole({ who, to }, role.optsWithGlobals(), io));
  const reset = addDoOptions(
    staff.command("reset")
      .summary("make a link by which a member sets a new password")
      .description(
        "Makes a link for a member who lost the password or the second factor. When it is used, the second factor and all " +
          "sessions end.",
      )
      .argument("<member>", WHO),
  );
  reset.action(async (who: string) => await resetMember(who, reset.optsWithGlobals(), io));
  const remove = addYes(addDoOptions(
    staff.command("remove")
      .summary("remove a member")
      .description("Removes a member from the organization: the member's next call is refused.")
      .argument("<member>", WHO),
  ));
  remove.action(async (who: string) => await removeMember(who, remove.optsWithGlobals(), io));
}

async function listMembers(options: JsonOptions, io: Io): Promise<void> {
  const { items } = await Client.of(options, io).call("staffList", {});
  if (options.json) return io.say(jsonText(items));
  if (items.length === 0) return io.say(NO_STAFF);
  const rows = items.map(({ login, name, role, tags, hasSecondFactor, lastSeenAt, id }) => [
    login,
    name,
    role,
    scopeText(tags),
    hasSecondFactor ? "yes" : "no",
    time(lastSeenAt),
    id,
  ]);
  io.say(table(["LOGIN", "NAME", "ROLE", "CABINETS", "2ND FACTOR", "LAST SEEN", "ID"], rows));
}

async function changeRole(
  { who, to }: { who: string; to: Role },
  { tag, all, reason, json, ...options }: RoleOptions,
  io: Io,
): Promise<void> {
  const client = Client.of(options, io);
  const { id, tags: before } = await memberNamed(who, client);
  const tags = tag ?? (all ? null : before);
  const changed = await client.call("staffChange", { path: { id }, body: { role: to, tags, reason } });
  if (json) return io.say(jsonText(changed));
  const { login, role, tags: now } = changed;
  io.say(`${login}: ${role}, cabinets: ${scopeText(now)}`);
}

async function resetMember(who: string, { reason, json, ...options }: DoOptions, io: Io): Promise<void> {
  const client = Client.of(options, io);
  const { id, login } = await memberNamed(who, client);
  const made = await client.call("staffReset", { path: { id }, body: { reason } });
  sayLink(made, { isFor: `${login} to set a new password`, json, io });
}

async function removeMember(
  who: string,
  { reason, yes, json, ...options }: RemoveOptions,
  io: Io,
): Promise<void> {
  const client = Client.of(options, io);
  const { id, login, name } = await memberNamed(who, client);
  if (!yes) {
    const asking = { to: "remove the member", otherwise: `${login} stays`, io };
    await confirmed(() => `Remove ${login}, "${name}"?`, asking);
  }
  await client.call("staffRemove", { path: { id }, query: { reason } });
  io.say(json ? jsonText({ id, removed: true }) : `removed ${login}`);
}

/** The member of this login or id. */
async function memberNamed(who: string, client: Client): Promise<Member> {
  const { items } = await client.call("staffList", {});
  const login = loginOf(who);
  const found = items.find((one) => one.id === who || one.login === login);
  if (!found) throw new Failure(`There is no member of staff "${who}": see ${KAIGUI} staff list`);
  return found;
}

/** The login in its one spelling; `undefined`: it can be none. */
function loginOf(text: string): string | undefined {
  try {
    return loginFrom(text);
  } catch {
    return undefined;
  }
}
