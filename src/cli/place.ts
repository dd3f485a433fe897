import type { Command } from "commander";
import type { DatabaseLocation } from "../db/mod.ts";
import { readSettings, type Settings, SettingsError } from "../app/settings/settings.ts";
import { organizationId } from "../operator/contract/staff/organizations.ts";
import { Failure, type Io, UsageError } from "./io.ts";

/** The settings that the command line has a use for; it must not need permission for the others. */
const USED: ReadonlySet<string> = new Set(["PORT", "DEVICE_PORT", "DATA_DIR"]);

/** Options that every command has. */
export interface ServiceOptions {
  readonly url?: string;
  readonly organization?: string;
}

/** Options of commands that can answer with what the service answers. */
export interface JsonOptions extends ServiceOptions {
  readonly json?: boolean;
}

/** Adds `--json` of a command that shows what the service answers. */
export function addJson(command: Command): Command {
  return command.option("--json", "what the service answers, as JSON");
}

/** Adds `--json` of a command that lists items. */
export function addItemsJson(command: Command): Command {
  return command.option("--json", "the items, as JSON");
}

/** Adds `--yes` of a command that asks before it does something. */
export function addYes(command: Command): Command {
  return command.option("--yes", "do not ask");
}

/**
 * The settings as the command line sees them.
 *
 * @throws {Failure} if the environment has a mistake
 */
export function settingsOf(io: Io): Settings {
  return settingsFrom((name) => USED.has(name) ? io.env(name) : undefined);
}

/**
 * Where the service's database is.
 *
 * @throws {Failure} if the environment has a mistake
 */
export function databasePlace(io: Io): DatabaseLocation {
  const { dataDir, databaseUrl } = settingsFrom((name) => {
    if (name === "DATA_DIR" || name === "DATABASE_URL") return io.env(name);
    // Programs that share a database must share this secret too; the rows can be looked at without it.
    return name === "SESSION_SECRET" ? "not needed to read rows" : undefined;
  });
  return { folder: dataDir, url: databaseUrl };
}

function settingsFrom(get: (name: string) => string | undefined): Settings {
  try {
    return readSettings(get);
  } catch (error) {
    if (error instanceof SettingsError) throw new Failure(error.message.replaceAll("\n", "; "));
    throw error;
  }
}

/**
 * Where the service is, without a slash at the end: `--url`, `KAIGUI_URL`, or this machine and `PORT`.
 *
 * @throws {UsageError} if that is not a URL
 */
export function serviceUrl({ url }: ServiceOptions, io: Io): string {
  const text = url ?? io.env("KAIGUI_URL")?.trim();
  if (!text) return localUrl(settingsOf(io).port);
  const parsed = URL.parse(text);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw new UsageError(`"${text}" is not the URL of a service, such as http://127.0.0.1:8080`);
  }
  return `${parsed.origin}${parsed.pathname.replace(/\/+$/, "")}`;
}

function localUrl(port: number): string {
  if (port === 0) throw new UsageError("PORT is 0, so the service took any free port: say --url");
  return `http://127.0.0.1:${port}`;
}

/**
 * The organization that the command is about: `--organization`, or `KAIGUI_ORGANIZATION`; `undefined`: the token's own.
 *
 * @throws {UsageError} if that can be no organization
 */
export function namedOrganization({ organization }: ServiceOptions, io: Io): string | undefined {
  if (organization !== undefined) return organization;
  const named = io.env("KAIGUI_ORGANIZATION")?.trim();
  if (!named) return undefined;
  if (organizationId.safeParse(named).success) return named;
  throw new UsageError(`KAIGUI_ORGANIZATION is "${named}", which is not an organization's id, such as main`);
}
