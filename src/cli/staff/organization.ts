import { type Command, Option } from "commander";
import type { Organization } from "kaigui-client";
import { type Role, ROLES } from "../../cabinet/roles.ts";
import { KAIGUI } from "../../lib/command_line.ts";
import { LANGUAGES } from "../../staff/mod.ts";
import { organizationArgument } from "../arguments.ts";
import { Client } from "../client.ts";
import { addDoOptions, type DoOptions } from "../daily/lists.ts";
import { type Io, UsageError } from "../io.ts";
import { addItemsJson, addJson, type JsonOptions } from "../place.ts";
import { fields, jsonText, table, time } from "../table.ts";

interface FieldOptions extends DoOptions {
  readonly name?: string;
  readonly language?: string;
  readonly timeZone?: string;
  readonly contactTelephone?: string;
  readonly contactText?: string;
}

interface CreateOptions extends FieldOptions {
  readonly name: string;
}

interface ChangeOptions extends FieldOptions {
  /** `false`: nobody. */
  readonly contact?: boolean;
  /** `false`: no role. */
  readonly secondFactor?: readonly Role[] | false;
}

/** Adds `kaigui organization`. */
export function addOrganizationCommands(program: Command, io: Io): void {
  const organization = program.command("organization")
    .summary("the companies that share the service: list, show, create, change")
    .description("The organizations of the service. Who has only one needs none of this.")
    .helpCommand(false);
  const list = addItemsJson(organization.command("list"))
    .summary("all organizations that the token may choose from")
    .description("Lists the organizations that --organization may name with this token.");
  list.action(async () => await listOrganizations(list.optsWithGlobals(), io));
  const show = addJson(organization.command("show"))
    .summary("one organization")
    .description("Shows the organization that --organization names, or the token's own.");
  show.action(async () => await showOrganization(show.optsWithGlobals(), io));
  addCreate(organization, io);
  addChange(organization, io);
}

function addCreate(organization: Command, io: Io): void {
  const create = organization.command("create")
    .summary("make another organization")
    .description(
      "Makes another organization. It takes the service's own token. Where nothing else is said, its language is zh " +
        "and its time zone Asia/Shanghai.",
    )
    .argument(
      "<id>",
      "a-z, 0-9, '.', '_' and '-', up to 64: it is typed, and cannot be changed",
      organizationArgument,
    )
    .requiredOption("--name <name>", "what people read");
  addFieldOptions(create);
  create.action(async (id: string) => await createOrganization(id, create.optsWithGlobals(), io));
}

function addChange(organization: Command, io: Io): void {
  const change = organization.command("change")
    .summary("change an organization")
    .description(
      "Changes the organization that --organization names, or the token's own. What is not given stays.",
    )
    .option("--name <name>", "what people read");
  addFieldOptions(change)
    .addOption(
      new Option("--no-contact", "there is nobody to ask").conflicts(["contactTelephone", "contactText"]),
    )
    .addOption(
      new Option(
        "--second-factor <role...>",
        "roles that need a second factor: a member without one may only set one up",
      ).choices(ROLES),
    )
    .option("--no-second-factor", "no role needs a second factor");
  change.action(async () => await changeOrganization(change.optsWithGlobals(), io));
}

function addFieldOptions(command: Command): Command {
  return addDoOptions(
    command
      .addOption(new Option("--language <language>", "of messages to its staff").choices(LANGUAGES))
      .option("--time-zone <zone>", "such as Asia/Shanghai")
      .option("--contact-telephone <number>", "whom people call for help")
      .option("--contact-text <text>", "where they find help, and when"),
  );
}

async function listOrganizations(options: JsonOptions, io: Io): Promise<void> {
  const { items } = await Client.of(options, io).call("organizationsList", {});
  if (options.json) return io.say(jsonText(items));
  const rows = items.map(({ id, name, language, timeZone, createdAt }) => [
    id,
    name,
    language,
    timeZone,
    time(createdAt),
  ]);
  io.say(table(["ID", "NAME", "LANGUAGE", "TIME ZONE", "MADE"], rows));
}

async function showOrganization(options: JsonOptions, io: Io): Promise<void> {
  const organization = await Client.of(options, io).call("organizationsGet", {});
  io.say(options.json ? jsonText(organization) : textOf(organization));
}

async function createOrganization(id: string, options: CreateOptions, io: Io): Promise<void> {
  const { name, reason, json } = options;
  const body = { id, ...fieldsOf(options), name, reason };
  const made = await Client.of(options, io).call("organizationsCreate", { body });
  if (json) return io.say(jsonText(made));
  io.say(textOf(made));
  io.warn(
    `Its first owner, with the service's own token: ${KAIGUI} staff invite --role owner --organization ${made.id}`,
  );
}

async function changeOrganization(options: ChangeOptions, io: Io): Promise<void> {
  const { secondFactor, reason, json } = options;
  const changes = {
    ...fieldsOf(options),
    ...options.contact === false && { contact: null },
    ...secondFactor !== undefined && { secondFactorRoles: secondFactor || [] },
  };
  if (Object.keys(changes).length === 0) {
    throw new UsageError("Say what is to be changed: --help shows what there is");
  }
  const body = { ...changes, reason };
  const changed = await Client.of(options, io).call("organizationsChange", { body });
  io.say(json ? jsonText(changed) : textOf(changed));
}

/** The fields of the request's body that the options say. */
function fieldsOf({ name, language, timeZone, contactTelephone, contactText }: FieldOptions): object {
  const hasContact = contactTelephone !== undefined || contactText !== undefined;
  return {
    ...name !== undefined && { name },
    ...language !== undefined && { language },
    ...timeZone !== undefined && { timeZone },
    ...hasContact && { contact: { telephone: contactTelephone, text: contactText } },
  };
}

function textOf(
  { id, name, language, timeZone, contact, secondFactorRoles, createdAt }: Organization,
): string {
  return fields([
    ["id", id],
    ["name", name || "none yet"],
    ["language", language],
    ["time zone", timeZone],
    [
      "contact",
      [contact?.telephone, contact?.text].filter((part) => part !== undefined).join(", ") || "none",
    ],
    ["second factor", secondFactorRoles.join(", ") || "no role needs one"],
    ["made", time(createdAt)],
  ]);
}
