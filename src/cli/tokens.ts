/**
 * Which token the command line sends, and the tokens that `kaigui login` keeps: one file for each service, readable for
 * its owner alone.
 *
 * @module
 */
import { KAIGUI } from "../lib/command_line.ts";
import { Failure, type Io, whyNot } from "./io.ts";
import { settingsOf } from "./place.ts";

/** A token, and where it was found. */
export interface FoundToken {
  readonly token: string;
  /** Follows "the token", in a message that says that it is refused. */
  readonly from: string;
}

/**
 * The token for the service at this URL: `OPERATOR_TOKEN`, or the one that `kaigui login` keeps, or the one that the
 * service itself keeps in its data folder. Whether it is a good one is for the service to say, which may be of another
 * version.
 *
 * @throws {Failure} if there is none, with where it was looked for
 */
export async function findToken(url: string, io: Io): Promise<FoundToken> {
  const set = io.env("OPERATOR_TOKEN")?.trim();
  if (set) return { token: set, from: "in OPERATOR_TOKEN" };
  const kept = await keptToken(url, io);
  if (kept !== undefined) return { token: kept, from: `that ${KAIGUI} login kept` };
  const file = `${settingsOf(io).dataDir}/operator.token`;
  const token = await textIn(file);
  if (token !== undefined) return { token, from: `in ${file}` };
  throw new Failure(
    `No token for ${url}: ${file} is not there; set OPERATOR_TOKEN, or DATA_DIR to the service's folder, or give a ` +
      `token to ${KAIGUI} login`,
  );
}

/** Keeps the token for the service at this URL, in place of an earlier one. */
export async function keepToken(url: string, token: string, io: Io): Promise<void> {
  const { folder, file } = placeOf(url, io);
  const part = `${file}.${crypto.randomUUID()}`;
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    // A file that is there already would keep its mode, so this is always a new one.
    await Deno.writeTextFile(part, `${token}\n`, { createNew: true, mode: 0o600 });
    await Deno.rename(part, file);
  } catch (cause) {
    await Deno.remove(part).catch(() => {});
    throw new Failure(`Cannot keep the token in ${folder}: ${whyNot(cause)}`, { cause });
  }
}

/** Forgets the token for the service at this URL; `false`: none was kept. */
export async function forgetToken(url: string, io: Io): Promise<boolean> {
  const { file } = placeOf(url, io);
  try {
    await Deno.remove(file);
    return true;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return false;
    throw new Failure(`Cannot remove ${file}: ${whyNot(cause)}`, { cause });
  }
}

async function keptToken(url: string, io: Io): Promise<string | undefined> {
  return configFolder(io) === undefined ? undefined : await textIn(placeOf(url, io).file);
}

/** The file's text without what stands around it; `undefined`: there is no such file. */
async function textIn(file: string): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(file)).trim();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw new Failure(`Cannot read ${file}: ${whyNot(cause)}; set OPERATOR_TOKEN instead`, { cause });
  }
}

/** The file is named by the URL, so that no two services have the same. */
function placeOf(url: string, io: Io): { folder: string; file: string } {
  const config = configFolder(io);
  if (config === undefined) {
    throw new Failure("There is no place to keep a token: set XDG_CONFIG_HOME or HOME");
  }
  const folder = `${config}/kaigui/tokens`;
  return { folder, file: `${folder}/${encodeURIComponent(url)}` };
}

/** The user's folder for configuration; `deno.json` lets the task read and write below it. */
function configFolder(io: Io): string | undefined {
  const xdg = io.env("XDG_CONFIG_HOME");
  if (xdg) return xdg;
  const home = io.env("HOME") || io.env("USERPROFILE");
  return home ? `${home}/.config` : undefined;
}
