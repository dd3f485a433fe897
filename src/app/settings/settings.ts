import { Networks } from "../../lib/networks.ts";
import type { CertificateFiles } from "../../device/mod.ts";
import type { NatsServers } from "../../router/mod.ts";
import { parseTcpRetries, type TcpRetries } from "./tcp_retries.ts";
import { origin, type Read, readWechat, type WechatSettings } from "./wechat_settings.ts";

/** The settings, checked. */
export interface Settings {
  /** Address to listen on. @default {"0.0.0.0"} */
  readonly host: string;
  /** HTTP and WebSocket; 0 takes a free port. @default {8080} */
  readonly port: number;
  /** Devices; 0 takes a free port. @default {8282} */
  readonly devicePort: number;
  /** Devices over TLS; unset: none. */
  readonly deviceTls: DeviceTlsSettings | undefined;
  /** Addresses and networks of balancers that say by the PROXY protocol where devices come from. @default {[]} */
  readonly deviceProxies: readonly string[];
  /** What QR codes and redirects say, without a slash at the end; unset: what the request says. */
  readonly publicUrl: string | undefined;
  /** Folder of the database and of kept secrets. @default {"./data"} */
  readonly dataDir: string;
  /** `postgres://…`; unset: SQLite in `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** Signs sessions; unset: made and kept in `dataDir`. */
  readonly sessionSecret: string | undefined;
  /** Opens the REST API; unset: made, printed at the first start and kept in `dataDir`. */
  readonly operatorToken: string | undefined;
  /** Whether anyone may come in as a guest. @default {false} */
  readonly guestLogin: boolean;
  /** How many days each kind of record is kept, where that is not as usual; 0: for ever. */
  readonly keepDays: Readonly<Record<string, number>>;
  /** How many proxies in front add where a request came from. @default {0} */
  readonly trustedProxies: number;
  /** Addresses and networks that may read the figures without the operator's token. @default {this machine} */
  readonly metricsFrom: readonly string[];
  /**
   * How many isolates run beside each other. SQLite has one writer, for which several only wait in turn: 64 people opened
   * 8,500 doors a second with one isolate and 5,500 with two, on two processors.
   *
   * @default {the number of processors on Postgres, 1 on SQLite}
   */
  readonly isolates: number;
  /** The WeChat apps of this service; unset: none. */
  readonly wechat: WechatSettings | undefined;
  /** How the machines of a fleet reach each other; unset: the isolates of this program only. */
  readonly nats: NatsServers | undefined;
  /** Internal: `deno task start` and the container read it from the system; unset: unknown, as on other systems than Linux. */
  readonly tcpRetries: TcpRetries | undefined;
}

/** Where devices connect over TLS, and what they are shown. */
export interface DeviceTlsSettings extends CertificateFiles {
  /** 0 takes a free port. */
  readonly port: number;
}

/** All of them are set, or none. */
const DEVICE_TLS_NAMES = ["DEVICE_TLS_PORT", "DEVICE_TLS_CERT", "DEVICE_TLS_KEY"] as const;

/** This machine itself (RFC 1122, RFC 4291). */
const LOOPBACK: readonly string[] = ["127.0.0.0/8", "::1"];
/**
 * Shortest secret that is accepted, in characters: 96 bits, if they are random base64. Kaigui itself makes secrets of 43.
 */
const SECRET_CHARACTERS_MIN = 16;
/** More isolates than any machine has processors are a slip of the finger. */
const ISOLATES_MAX = 1024;

/** Thrown by {@linkcode readSettings}; the message lists every mistake, a line each. */
export class SettingsError extends Error {
  override name = "SettingsError";
}

/**
 * Reads the settings from the environment, all of them and once.
 *
 * @example
 * ```ts
 * import { readSettings } from "./settings.ts";
 * const settings = readSettings((name) => Deno.env.get(name));
 * ```
 *
 * @param get returns the value of a name, or `undefined`; an empty value counts as unset
 * @param options.checkDays throws if there is no such kind of record in `KEEP_DAYS` @default {every kind is accepted}
 * @throws {SettingsError} if any value cannot be used
 */
export function readSettings(
  get: (name: string) => string | undefined,
  { checkDays = () => {} }: { checkDays?: (days: Settings["keepDays"]) => void } = {},
): Settings {
  const mistakes: string[] = [];
  const read: Read = (name, parse) => {
    const text = get(name)?.trim();
    if (!text) return undefined;
    try {
      return parse(text);
    } catch (error) {
      mistakes.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const database = read("DATABASE_URL", databaseUrl);
  const settings: Settings = {
    host: read("HOST", host) ?? "0.0.0.0",
    port: read("PORT", port) ?? 8080,
    devicePort: read("DEVICE_PORT", port) ?? 8282,
    deviceTls: deviceTls(read, (mistake) => mistakes.push(mistake)),
    deviceProxies: read("DEVICE_PROXIES", networks) ?? [],
    publicUrl: read("PUBLIC_URL", origin),
    dataDir: read("DATA_DIR", path) ?? "./data",
    databaseUrl: database,
    sessionSecret: read("SESSION_SECRET", longSecret),
    operatorToken: read("OPERATOR_TOKEN", sendableSecret),
    guestLogin: read("GUEST_LOGIN", flag) ?? false,
    keepDays: read("KEEP_DAYS", (text) => keepDays(text, checkDays)) ?? {},
    trustedProxies: read("TRUSTED_PROXIES", trustedProxies) ?? 0,
    metricsFrom: read("METRICS_FROM", networksOrNone) ?? LOOPBACK,
    isolates: read("ISOLATES", isolates) ?? (database === undefined ? 1 : navigator.hardwareConcurrency),
    nats: nats(read),
    wechat: readWechat(read, (mistake) => mistakes.push(mistake)),
    tcpRetries: read("KERNEL_TCP_RETRIES", parseTcpRetries),
  };
  if (settings.port === settings.devicePort && settings.port !== 0) {
    mistakes.push(`DEVICE_PORT: is ${settings.port}, the same as PORT`);
  }
  const tlsPort = settings.deviceTls?.port || undefined;
  if (tlsPort === settings.port || tlsPort === settings.devicePort) {
    mistakes.push(`DEVICE_TLS_PORT: is ${tlsPort}, the same as PORT or DEVICE_PORT`);
  }
  if (settings.databaseUrl !== undefined && settings.sessionSecret === undefined) {
    mistakes.push("SESSION_SECRET: has to be set where DATABASE_URL is, the same for every program");
  }
  if (settings.nats !== undefined && settings.databaseUrl === undefined) {
    mistakes.push("NATS_URL: needs DATABASE_URL, the same for every program");
  }
  if (settings.wechat?.account !== undefined && settings.publicUrl === undefined) {
    mistakes.push("PUBLIC_URL: has to be set where WECHAT_APP_ID is: WeChat sends people back to it");
  }
  if (mistakes.length > 0) throw new SettingsError(mistakes.join("\n"));
  return settings;
}

function host(text: string): string {
  if (!/^[\w.:-]+$/.test(text)) throw new TypeError(`"${text}" is not a host name or an address`);
  return text;
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new TypeError(`"${text}" is not a port (0 to 65535)`);
  }
  return Number(text);
}

/** A path without a comma: Deno splits the list of paths that the program may use at commas. */
function path(text: string): string {
  if (text.includes(",")) {
    throw new TypeError(
      `"${text}" has a comma, at which Deno parts its list of permitted paths: take another name`,
    );
  }
  return text;
}

/** The paths only; the files are read later. */
function deviceTls(read: Read, mistake: (text: string) => void): DeviceTlsSettings | undefined {
  const missing = DEVICE_TLS_NAMES.filter((name) => read(name, String) === undefined);
  if (missing.length === DEVICE_TLS_NAMES.length) return undefined;
  for (const name of missing) mistake(`${name}: is missing; TLS needs ${DEVICE_TLS_NAMES.join(", ")}`);
  const number = read("DEVICE_TLS_PORT", port);
  const [certificate, key] = [read("DEVICE_TLS_CERT", path), read("DEVICE_TLS_KEY", path)];
  if (number === undefined || certificate === undefined || key === undefined) return undefined;
  return { port: number, certificate, key };
}

function flag(text: string): boolean {
  if (text !== "0" && text !== "1") throw new TypeError(`"${text}" is neither 0 nor 1`);
  return text === "1";
}

/**
 * The secret, if it is long enough. The mistake does not repeat it: it may be a real one, only too short.
 *
 * @throws {TypeError}
 */
export function longSecret(text: string): string {
  if (text.length < SECRET_CHARACTERS_MIN) {
    throw new TypeError(
      `is shorter than ${SECRET_CHARACTERS_MIN} characters; take a random one, as openssl rand -base64 32 makes it`,
    );
  }
  return text;
}

/** A long secret that can stand in `Authorization: Bearer`. */
function sendableSecret(text: string): string {
  if (!/^[!-~]*$/.test(text)) {
    throw new TypeError("has characters other than visible ASCII, which a header cannot carry");
  }
  return longSecret(text);
}

/** The mistake does not repeat the text: it holds a password. */
function databaseUrl(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) throw new TypeError("is not a postgres:// URL");
  return text;
}

function nats(read: Read): NatsServers | undefined {
  const [url, prefix = "kaigui"] = [read("NATS_URL", natsUrl), read("NATS_PREFIX", natsPrefix)];
  const [credentials, authority] = [read("NATS_CREDS", String), read("NATS_CA", String)];
  return url === undefined ? undefined : { url, prefix, credentials, authority };
}

/** The mistake does not repeat the text: it may hold a password. */
function natsUrl(text: string): string {
  for (const one of text.split(",")) {
    if (!/^(nats|tls):$/.test(URL.parse(one.trim())?.protocol ?? "")) {
      throw new TypeError("is not a nats:// or tls:// URL");
    }
  }
  return text;
}

/** A prefix of subjects: NATS splits them at dots, and takes some characters for patterns. */
function natsPrefix(text: string): string {
  if (!/^[\w-]+(\.[\w-]+)*$/.test(text)) {
    throw new TypeError(`"${text}" has characters other than letters, digits, "-", "_" and dots`);
  }
  return text;
}

function isolates(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > ISOLATES_MAX) {
    throw new TypeError(`"${text}" is not a number from 1 to ${ISOLATES_MAX}`);
  }
  return count;
}

/** Such as `commands=90,events.reminder=30`; which kinds there are is for the domain to say. */
function keepDays(text: string, check: (days: Settings["keepDays"]) => void): Settings["keepDays"] {
  const days: Record<string, number> = {};
  for (const part of text.split(",")) {
    const [, kind, count] = /^\s*([\w.-]+)=(\d{1,5})\s*$/.exec(part) ?? [];
    if (!kind || !count) throw new TypeError(`"${part}" is not like commands=400`);
    days[kind] = Number(count);
  }
  check(days);
  return days;
}

/** Such as `10.0.0.5,172.16.0.0/12`. */
function networks(text: string): string[] {
  const entries = text.split(",").map((entry) => entry.trim());
  new Networks(entries);
  return entries;
}

function networksOrNone(text: string): string[] {
  return text === "none" ? [] : networks(text);
}

function trustedProxies(text: string): number {
  if (!/^\d$/.test(text)) throw new TypeError(`"${text}" is not a number from 0 to 9`);
  return Number(text);
}
