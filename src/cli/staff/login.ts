import type { Command } from "commander";
import { KAIGUI } from "../../lib/command_line.ts";
import { Client } from "../client.ts";
import { Failure, type Io, pipedText, UsageError } from "../io.ts";
import { namedOrganization, type ServiceOptions, serviceUrl } from "../place.ts";
import { titleOf } from "./grants.ts";
import { forgetToken, keepToken } from "../tokens.ts";

const NOTES = `
Examples:
  ${KAIGUI} login --url https://lockers.example
  cat token.txt | ${KAIGUI} login --url https://lockers.example

The token is asked for, or read from a pipe. An owner makes it, as ${KAIGUI} token create --help
says; a password does not log in here. The service's own token is taken as well: OPERATOR_TOKEN, or the file
operator.token in its data folder.

It is kept for this URL in a file that only you can read, in kaigui/tokens below $XDG_CONFIG_HOME or ~/.config. Where
OPERATOR_TOKEN is set, commands use that instead.`;

/** Adds `kaigui login` and `kaigui logout`. */
export function addLoginCommands(program: Command, io: Io): void {
  const login = program.command("login")
    .summary("keep a token for a service, so that later commands use it")
    .description("Checks a token at the service, and keeps it for later commands.")
    .addHelpText("after", NOTES);
  login.action(async () => await logIn(login.optsWithGlobals(), io));
  const logout = program.command("logout")
    .summary("forget the token that was kept for a service")
    .description(`Forgets the token that was kept. It is still valid: ${KAIGUI} token revoke ends it.`);
  logout.action(async () => await logOut(logout.optsWithGlobals(), io));
}

async function logIn(options: ServiceOptions, io: Io): Promise<void> {
  const url = serviceUrl(options, io);
  const token = await tokenGiven(url, io);
  const client = new Client(url, {
    findToken: () => Promise.resolve({ token, from: "that was given" }),
    organization: namedOrganization(options, io),
  });
  const { id, name } = await client.call("organizationsGet", {});
  await keepToken(url, token, io);
  io.say(`logged in at ${url} for ${titleOf({ id, name })}`);
  if (io.env("OPERATOR_TOKEN")) {
    io.warn("OPERATOR_TOKEN is set and is used instead: unset it to use this token");
  }
}

async function tokenGiven(url: string, io: Io): Promise<string> {
  const token = (await io.ask(`Token for ${url}:`, { hidden: true }) ?? await pipedText(io)).trim();
  if (token === "") throw new UsageError("No token was given: type it when asked, or send it by a pipe");
  // Visible ASCII characters, as in OPERATOR_TOKEN: others cannot be sent.
  if (!/^[!-~]+$/.test(token)) {
    throw new Failure("That is not a token: it has spaces, or characters that are not ASCII");
  }
  return token;
}

async function logOut(options: ServiceOptions, io: Io): Promise<void> {
  const url = serviceUrl(options, io);
  io.say(await forgetToken(url, io) ? `forgot the token for ${url}` : `no token was kept for ${url}`);
}
