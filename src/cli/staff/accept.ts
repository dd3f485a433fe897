import { type Command, Option } from "commander";
import type { Role } from "../../cabinet/roles.ts";
import { KAIGUI } from "../../lib/command_line.ts";
import { LANGUAGES } from "../../staff/mod.ts";
import { Client } from "../client.ts";
import { Failure, type Io, pipedText, UsageError } from "../io.ts";
import { addJson, type JsonOptions } from "../place.ts";
import { jsonText } from "../table.ts";
import { titleOf } from "./grants.ts";

interface AcceptOptions extends JsonOptions {
  readonly login?: string;
  readonly name?: string;
  readonly language?: string;
}

const NOTES = `
Examples:
  ${KAIGUI} staff accept --url https://lockers.example
  cat password.txt | ${KAIGUI} staff accept "$LINK" --login wang@example.com --name "Wang Li"

What is not given is asked for; the password is read from a pipe where there is no terminal. Without <link> the link is
asked for too: on a command line other users of this machine can read it. An account that exists already joins in the
browser: open the link, and log in there. A password does not log this command line in: see login --help.`;

/** An account does not log this command line in. */
function nextFor(role: Role | null): string {
  const own = role === "owner" ? ", or by you with the service's OPERATOR_TOKEN" : "";
  return `Next, to use this command line: give a token to ${KAIGUI} login. It is made by ${KAIGUI} token create, on the ` +
    `service's machine or by an owner who has a token${own}`;
}

/** Adds `kaigui staff accept`. */
export function addAcceptCommand(staff: Command, io: Io): void {
  const accept = addJson(staff.command("accept"))
    .summary("use a link: make an account, or set a new password")
    .description("Uses a link of staff invite, of staff reset, or of the service's first start.")
    .argument("[link]", "the link")
    .option("--login <login>", "of the new account: an e-mail address or a mobile number")
    .option("--name <name>", "of the new account, as colleagues read it")
    .addOption(
      new Option("--language <language>", "of the new account (default: zh)").choices(LANGUAGES),
    )
    .addHelpText("after", NOTES);
  accept.action(async (link: string | undefined) => await acceptLink(link, accept.optsWithGlobals(), io));
}

async function acceptLink(given: string | undefined, options: AcceptOptions, io: Io): Promise<void> {
  const { secret, url } = partsOf(given ?? await asked("Link:", { io, option: "the link" }));
  const client = Client.of({ ...options, url: options.url ?? url }, io);
  const { kind, organization: id, organizationName: name, role, login: known } = await client.call(
    "accountLook",
    { body: { secret } },
  );
  const isReset = kind === "reset";
  io.warn(isReset ? `A new password for ${known}` : `A new account: ${role} of ${titleOf({ id, name })}`);
  const account = isReset ? {} : await accountOf(options, io);
  const password = await passwordGiven(io);
  const accepted = await client.call("accountAccept", { body: { secret, password, ...account } });
  if (options.json) return io.say(jsonText(accepted));
  const { login } = accepted;
  if (isReset) return io.say(`${login} has a new password`);
  io.say(`${login} is ${role} of ${titleOf({ id, name })}`);
  io.warn(nextFor(role));
}

/** What a new account is, beside its password. */
async function accountOf({ login, name, language }: AcceptOptions, io: Io): Promise<object> {
  const loginQuestion = "Login (an e-mail address or a mobile number):";
  return {
    login: login ?? await asked(loginQuestion, { io, option: "--login" }),
    name: name ?? await asked("Name:", { io, option: "--name" }),
    language,
  };
}

/** The secret of a link stands behind its `#`, which browsers send to no server. */
function partsOf(link: string): { secret: string; url: string } {
  const { hash = "", origin = "" } = URL.parse(link.trim()) ?? {};
  const secret = hash.slice(1);
  if (secret === "") {
    throw new UsageError("That is not a link of the service: it has to be whole, with what follows the #");
  }
  return { secret, url: origin };
}

async function asked(question: string, { io, option }: { io: Io; option: string }): Promise<string> {
  const answer = await io.ask(question);
  if (answer === undefined) throw new UsageError(`Nobody is here to ask: give ${option}`);
  return answer;
}

/** Typed twice, since it is not seen; or read from a pipe. */
async function passwordGiven(io: Io): Promise<string> {
  const password = await io.ask("Password:", { hidden: true });
  // Editors and `echo` end a file with a line end.
  if (password === undefined) return (await pipedText(io)).replace(/\r?\n$/, "");
  if (await io.ask("Password again:", { hidden: true }) === password) return password;
  throw new Failure("The two passwords are not the same: nothing was done");
}
