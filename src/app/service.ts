import type { Logger } from "@logtape/logtape";
import { DataFolder } from "./data_folder.ts";
import { type LogScope, startLog, stopLog } from "../observability/log.ts";
import { unhandledLog } from "../observability/report_log.ts";
import { httpUrl, localHost } from "./listening_url.ts";
import { type KeptSecret, keptSecret } from "./secrets.ts";
import { nextSignal } from "./signals.ts";
import { longSecret, type Settings, SettingsError } from "./settings/settings.ts";
import { Supervisor } from "./supervisor.ts";
import { tcpRetriesWarning } from "./settings/tcp_retries.ts";
import { catchUnhandled } from "./unhandled.ts";

/** A token is weaker than its shortest guess: this many characters of base64url are 128 bits. */
const STRONG_CHARACTERS = 22;

/** The running service, as one process. */
export interface Service extends AsyncDisposable {
  readonly http: Deno.NetAddr;
  readonly device: Deno.NetAddr;
  readonly deviceTls: Deno.NetAddr | undefined;
  readonly operatorToken: string;
  /** Resolves when the service has stopped, after the process was told to. */
  untilSignal(): Promise<void>;
}

/**
 * Starts the service and says so in one line on standard output.
 *
 * @param options.logs what is logged @default {"all"}
 * @param options.descriptorsMax how many files and sockets it may have open @default {PROCESS.descriptorsMax}
 * @throws {Error} if it cannot start; `describeStartupError` says why, for the operator
 */
export async function startService(
  settings: Settings,
  options: { logs?: LogScope; descriptorsMax?: number } = {},
): Promise<Service> {
  await checkDeviceTls(settings);
  using stack = new DisposableStack();
  const log = startLog(options.logs);
  stack.defer(stopLog);
  let supervisor: Supervisor | undefined = undefined;
  stack.use(catchUnhandled(unhandledLog(log, () => supervisor?.countUnhandled())));
  warnAboutSettings(settings, log);
  const folder = stack.use(await DataFolder.open(settings.dataDir));
  for (const file of await folder.readableByOthers()) {
    log.warn("{file} in DATA_DIR can be read by others: chmod 600 it", { file });
  }
  const token = settings.operatorToken ?? await ownToken(folder);
  const secret = settings.sessionSecret ?? (await readKeptSecret(`${folder.path}/session.secret`)).value;
  supervisor = await Supervisor.start({
    ...settings,
    ...options,
    dataFolder: folder.path,
    sessionSecret: secret,
    operatorToken: token,
  }, log);
  const address = ({ hostname, port }: Deno.NetAddr) => `${hostname}:${port}`;
  const { http, device, deviceTls, ownerInvitation } = supervisor.listening;
  if (ownerInvitation !== undefined) {
    const url = settings.publicUrl ?? httpUrl(localHost(http.hostname), http.port);
    say(`first owner: ${url}/console/join#${ownerInvitation} (works once, for 72 hours)`);
  }
  const tls = deviceTls ? ` device-tls=${address(deviceTls)}` : "";
  say(`kaigui ready http=${address(http)} device=${address(device)}${tls}`);
  return service(supervisor, { resources: stack.move(), log, token });
}

function service(
  supervisor: Supervisor,
  { resources, log, token }: { resources: DisposableStack; log: Logger; token: string },
): Service {
  let stopped: Promise<void> | undefined;
  const stop = () => stopped ??= supervisor.stop().finally(() => resources.dispose());
  return {
    ...supervisor.listening,
    operatorToken: token,
    async untilSignal() {
      const signal = await nextSignal();
      log.info("Stopping: {signal}", { signal });
      await stop();
    },
    [Symbol.asyncDispose]: stop,
  };
}

function warnAboutSettings(settings: Settings, log: Logger): void {
  if (!settings.guestLogin && !settings.wechat) {
    log.warn("Nobody can sign in: set GUEST_LOGIN=1 for guests, or WECHAT_APP_ID and what belongs to it");
  }
  if (settings.wechat && settings.publicUrl?.startsWith("http:")) {
    log.warn(
      "PUBLIC_URL is http: WeChat's pages and mini programs want https, and cookies are safe on it only",
    );
  }
  const deadLines = settings.tcpRetries && tcpRetriesWarning(settings.tcpRetries);
  if (deadLines) log.warn(deadLines);
  const secrets = { OPERATOR_TOKEN: settings.operatorToken, SESSION_SECRET: settings.sessionSecret };
  const characters = STRONG_CHARACTERS;
  for (const [name, value] of Object.entries(secrets)) {
    if (value === undefined || value.length >= characters) continue;
    log.warn("{name} is short; {characters} random characters are safe", { name, characters });
  }
}

/** Reports a certificate that cannot be used as other wrong settings are reported, before anything is opened. */
async function checkDeviceTls({ deviceTls }: Settings): Promise<void> {
  if (!deviceTls) return;
  const { CertificateError, checkCertificate } = await import("../device/transport/certificate.ts");
  try {
    await checkCertificate(deviceTls);
  } catch (cause) {
    if (cause instanceof CertificateError) throw new SettingsError(cause.message, { cause });
    throw cause;
  }
}

/** Shows the token that is made at the first start: once, and never in the log. */
async function ownToken(folder: DataFolder): Promise<string> {
  const { value, fresh } = await readKeptSecret(`${folder.path}/operator.token`);
  if (fresh) say(`operator token: ${value} (kept in ${folder.path}/operator.token)`);
  return value;
}

/**
 * The secret in that file, which an operator may have replaced.
 *
 * @throws {SettingsError} if it is too short
 */
async function readKeptSecret(file: string): Promise<KeptSecret> {
  const secret = await keptSecret(file);
  try {
    longSecret(secret.value);
  } catch (cause) {
    throw new SettingsError(`${file}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  return secret;
}

/** One line on standard output. */
function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
