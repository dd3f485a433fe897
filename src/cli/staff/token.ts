import type { Command } from "commander";
import type { Token } from "kaigui-client";
import { KAIGUI } from "../../lib/command_line.ts";
import { END_DATES, endArgument, isoTime } from "../arguments.ts";
import { Client } from "../client.ts";
import { addDoOptions, type DoOptions } from "../daily/lists.ts";
import { Failure, type Io } from "../io.ts";
import { addItemsJson, type JsonOptions } from "../place.ts";
import { jsonText, table, time } from "../table.ts";
import { type GrantOptions, roleOption, ROLES_HELP, scopeText, tagOption } from "./grants.ts";

interface CreateOptions extends GrantOptions {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly until?: number;
}

const EXAMPLES = `
Examples:
  ${KAIGUI} token create --name "Grafana" --role viewer
  ${KAIGUI} token create --name "booking system" --role manager --tag hangzhou --until 90d > token.txt

To change a token without a pause, make another one, give it to the program, then revoke the old one.
Tokens and links that a member made stay valid when the member is removed: revoke those, too.
`;

/** Adds `kaigui token`. */
export function addTokenCommands(program: Command, io: Io): void {
  const token = program.command("token")
    .summary("tokens for programs and for this command line: create, list, revoke")
    .description("The tokens by which programs, and this command line, use the API of the organization.")
    .helpCommand(false);
  const create = addDoOptions(
    token.command("create")
      .summary("make a token")
      .description(
        "Makes a token and shows it this once, alone on standard output; with --json, with all that is kept of it.",
      )
      .requiredOption("--name <name>", "what it is for")
      .addOption(roleOption())
      .addOption(tagOption())
      .option(
        "--until <date>",
        `when it ends: ${END_DATES} (default: never)`,
        (text: string) => endArgument(text, Date.now()),
      ),
  ).addHelpText("after", EXAMPLES + ROLES_HELP);
  create.action(async () => await createToken(create.optsWithGlobals(), io));
  const list = addItemsJson(token.command("list"))
    .summary("all tokens")
    .description(
      "Lists the tokens, newest first. One that was revoked or has ended is listed for 90 days more.",
    );
  list.action(async () => await listTokens(list.optsWithGlobals(), io));
  const revoke = addDoOptions(
    token.command("revoke")
      .summary("take a token back")
      .description("Takes a token back: its next call is refused.")
      .argument("<token>", "its id, or its name"),
  );
  revoke.action(async (which: string) => await revokeToken(which, revoke.optsWithGlobals(), io));
}

async function createToken(
  { name, role, tag, until, reason, json, ...options }: CreateOptions,
  io: Io,
): Promise<void> {
  const body = { name, role, tags: tag, until: isoTime(until), reason };
  const made = await Client.of(options, io).call("tokensCreate", { body });
  if (json) return io.say(jsonText(made));
  io.say(made.token);
  const valid = made.until === null ? "until it is revoked" : `until ${time(made.until)}`;
  io.warn(`The token "${made.name}" is valid ${valid}, and is not shown again.`);
}

async function listTokens(options: JsonOptions, io: Io): Promise<void> {
  const { items } = await Client.of(options, io).call("tokensList", {});
  if (options.json) return io.say(jsonText(items));
  if (items.length === 0) return io.say(`There is no token yet: ${KAIGUI} token create --help`);
  const rows = items.map((token) => [
    token.name,
    token.role,
    scopeText(token.tags),
    endText(token),
    time(token.lastUsedAt),
    token.id,
  ]);
  io.say(table(["NAME", "ROLE", "CABINETS", "VALID", "LAST USED", "ID"], rows));
}

function endText({ until, revokedAt }: Token): string {
  if (revokedAt !== null) return `revoked ${time(revokedAt)}`;
  return until === null ? "until revoked" : `until ${time(until)}`;
}

async function revokeToken(which: string, { reason, json, ...options }: DoOptions, io: Io): Promise<void> {
  const client = Client.of(options, io);
  const { id, name } = await tokenNamed(which, client);
  await client.call("tokensRevoke", { path: { id }, query: { reason } });
  io.say(json ? jsonText({ id, revoked: true }) : `revoked "${name}"`);
}

/** The token of this id, or the one of this name that was not revoked. */
async function tokenNamed(which: string, client: Client): Promise<Token> {
  const { items } = await client.call("tokensList", {});
  const ofId = items.find(({ id }) => id === which);
  if (ofId) return ofId;
  const [found, ...more] = items.filter(({ name, revokedAt }) => name === which && revokedAt === null);
  if (!found) throw new Failure(`There is no token "${which}" to revoke: see ${KAIGUI} token list`);
  if (more.length === 0) return found;
  throw new Failure(
    `Several tokens are named "${which}": say the id of one, ${
      [found, ...more].map(({ id }) => id).join(" or ")
    }`,
  );
}
