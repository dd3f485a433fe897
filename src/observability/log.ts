/**
 * The log: structured records on standard error, readable on a terminal and JSON otherwise. What the rooms
 * report is turned into records here and nowhere else, so that what must not be logged (secrets, sessions,
 * tokens) has one place to be kept out of.
 *
 * @module
 */
import {
  configureSync,
  getAnsiColorFormatter,
  getJsonLinesFormatter,
  getLogger,
  type Logger,
  type LogRecord,
  resetSync,
} from "@logtape/logtape";
import { isDatabaseUnavailable } from "../db/mod.ts";
import { adviseOnUnknownDevice, type CertificateReport, type DeviceReport } from "../device/mod.ts";
import { printable, printableJson } from "../lib/plain_text.ts";
import type { CommandReport, NoticeReport } from "../locker/mod.ts";
import type { HangUp } from "../http/server/mod.ts";
import { BrokerError } from "../router/mod.ts";
import { UnreadableSecretError } from "../lib/secret_box.ts";
import type { CredentialRefusal } from "../users/mod.ts";
import { WechatError } from "../wechat/mod.ts";

/** What is logged: everything that an operator may want to know, or taps and what needs somebody's attention. */
export type LogScope = "all" | "taps";

const TAPS = "taps";

/** Starts logging; again is fine. Before, records go nowhere. */
export function startLog(scope: LogScope = "all"): Logger {
  const format = logFormat({ terminal: Deno.stderr.isTerminal() });
  const encoder = new TextEncoder();
  configureSync({
    reset: true,
    sinks: { stderr: (record: LogRecord) => writeAll(encoder.encode(format(record))) },
    loggers: [
      { category: "kaigui", sinks: ["stderr"], lowestLevel: scope === "all" ? "info" : "warning" },
      {
        category: ["kaigui", TAPS],
        sinks: ["stderr"],
        parentSinks: "override",
        lowestLevel: scope === "all" ? "info" : "debug",
      },
      { category: ["logtape", "meta"], sinks: ["stderr"], lowestLevel: "warning" },
    ],
  });
  return getLogger("kaigui");
}

/**
 * How a record is written. Devices, people and proxies have a say in what stands in it, so all of it is seen: a log that
 * is kept as JSON is looked at on terminals, too.
 */
export function logFormat({ terminal }: { terminal: boolean }): (record: LogRecord) => string {
  if (terminal) return getAnsiColorFormatter({ value: (value, inspect) => printable(inspect(value)) });
  const format = getJsonLinesFormatter({ properties: "flatten" });
  return (record) => printableJson(format(record));
}

/** Stops logging, so that it can be started again. */
export function stopLog(): void {
  resetSync();
}

/** Says why the program ends: in plain words to a person, as a record where standard error is no terminal. */
export function tellEnd(why: string): void {
  if (Deno.stderr.isTerminal()) return writeAll(new TextEncoder().encode(`${why}\n`));
  // Braces would stand for properties of the record.
  startLog().fatal(why.replace(/[{}]/g, "$&$&"));
  stopLog();
}

/** A log that cannot be written must not stop the service. */
function writeAll(bytes: Uint8Array): void {
  try {
    for (let written = 0; written < bytes.length;) written += Deno.stderr.writeSync(bytes.subarray(written));
  } catch {
    // Nobody is left to tell.
  }
}

/** How often the log says that somebody does not answer, while every tap and every person finds out. */
const AWAY_EVERY_MS = 5_000;
/** What strangers do that is told one by one in that time; whoever tries a thousand links is told as a number. */
const TOLD_ONE_BY_ONE = 20;

/**
 * Logs what went wrong where no caller waits for the result. What others can bring about again and again is told now and
 * then: a database or a WeChat that is away, a controller whose secret cannot be read.
 */
export function failureLog(log: Logger, now: () => number): (error: unknown) => void {
  const database = nowAndThen(now, (error, times) => {
    log.error("The database does not answer: {error} ({times} times)", { error, times });
  });
  const wechat = nowAndThen(now, (error, times) => {
    log.warn("WeChat does not do what it is asked: {error} ({times} times)", { error, times });
  });
  const secret = nowAndThen(now, (error, times) => log.error("{error} ({times} times)", { error, times }));
  return (error) => {
    if (isDatabaseUnavailable(error)) database(error);
    else if (error instanceof UnreadableSecretError) secret(error);
    else if (error instanceof WechatError) wechat(error);
    // The connection tells of what goes on and on once.
    else if (error instanceof BrokerError) {
      log.error("NATS cannot be used: {error}", { error: messageOf(error) });
    } else log.error("Something went wrong: {error}", { error: messageOf(error) });
  };
}

/**
 * Logs what no code of ours caught, and of a flood only how many there were.
 *
 * @param counted is told of each
 */
export function unhandledLog(log: Logger, counted: () => void): (error: unknown) => void {
  const tell = firstFew<unknown>(() => performance.now(), {
    tell: (error) => log.error("A failure that nothing caught: {error}", { error: storyOf(error) }),
    more: (times) => log.error("{times} more failures that nothing caught", { times }),
  });
  return (error) => {
    counted();
    tell(error);
  };
}

/** Tells the last of them and how many there were, once in a while. */
function nowAndThen(
  now: () => number,
  tell: (error: string, times: number) => void,
): (error: unknown) => void {
  let told = -Infinity;
  let untold = 0;
  return (error) => {
    untold++;
    if (now() - told < AWAY_EVERY_MS) return;
    tell(messageOf(error), untold);
    told = now();
    untold = 0;
  };
}

/** Tells the first ones one by one, and of a flood only how many more there were. */
function firstFew<T>(
  now: () => number,
  { tell, more }: { tell: (one: T) => void; more: (times: number) => void },
): (one: T) => void {
  let since = now();
  let count = 0;
  return (one) => {
    if (now() - since >= AWAY_EVERY_MS) {
      if (count > TOLD_ONE_BY_ONE) more(count - TOLD_ONE_BY_ONE);
      since = now();
      count = 0;
    }
    if (++count <= TOLD_ONE_BY_ONE) tell(one);
  };
}

/** Logs who was not believed, and of a flood only how many there were. */
export function refusalLog(log: Logger, now: () => number): (refusal: CredentialRefusal) => void {
  return firstFew(now, {
    tell: (refusal) => log.warn("Refused: {what} is {why}, from {address}", { ...refusal }),
    more: (times) => log.warn("Refused {times} more", { times }),
  });
}

/** Logs whom the HTTP port hung up on, and of a flood only how many there were. */
export function hangUpLog(log: Logger, now: () => number): (one: { network: string; why: HangUp }) => void {
  return firstFew(now, {
    tell: (one) => log.warn("Hung up on a connection from {network}: {why}", { ...one }),
    more: (times) => log.warn("Hung up on {times} more connections", { times }),
  });
}

/** Logs what devices' connections do. Of a flood of them that did not get anywhere it says only how many there were. */
export function deviceLog(log: Logger, now: () => number): (report: DeviceReport) => void {
  const tellStranger = firstFew<DeviceReport & { type: "closed" }>(now, {
    tell: (report) => logStranger(log, report),
    more: (times) => log.warn("Closed {times} more that did not register", { times }),
  });
  const tellTurnedAway = firstFew<DeviceReport & { type: "too-many-connections" }>(now, {
    tell: (report) =>
      log.error("Turned a device away: there are {connections} connections already", { ...report }),
    more: (times) => log.error("Turned {times} more devices away", { times }),
  });
  const tellNotAccepted = nowAndThen(now, (error, times) => {
    log.error("Cannot accept a device: {error} ({times} times)", { error, times });
  });
  return (report) => {
    if (report.type === "closed" && report.cabinet === undefined) tellStranger(report);
    else if (report.type === "too-many-connections") tellTurnedAway(report);
    else if (report.type === "accept-failed") tellNotAccepted(report.error);
    else logDevice(log, report);
  };
}

function logDevice(
  log: Logger,
  report: Exclude<DeviceReport, { type: "too-many-connections" | "accept-failed" }>,
): void {
  switch (report.type) {
    case "registered":
      return log.info("Cabinet {cabinet} is online, from {peer}", { ...report });
    case "closed":
      return log.info(`Cabinet {cabinet} is offline: {reason}${withError(report)}`, closing(report));
    case "too-fast":
      return log.warn(
        "The device of cabinet {cabinet}, at {peer}, goes on sending more than a serial bus can carry: it is read no faster than that, and hung up on where it stays so",
        { ...report },
      );
    case "flood":
      return log.warn(
        "{count} connections said who they are and were not believed, the last one from {network}: guesses from there are slowed down",
        { ...report },
      );
  }
}

/** What it said that nobody knows comes with how to make it a cabinet. */
function logStranger(log: Logger, report: DeviceReport & { type: "closed" }): void {
  const { reason, said = "", claimed } = report;
  const closed = `Closed {peer}, which did not register${
    claimed === undefined ? "" : " as cabinet {claimed}"
  }: {reason}${withError(report)}`;
  if (reason === "unauthorized") {
    return log.warn(`${closed}; wrong secret, or no such cabinet`, closing(report));
  }
  if (said === "") return log.warn(closed, closing(report));
  const { text, advice } = adviseOnUnknownDevice(said);
  const facts = { ...closing(report), ...text === undefined ? {} : { text } };
  const what = text === undefined ? "{said}" : "{text} ({said})";
  if (reason !== "unknown-registration") return log.warn(`${closed}; it said ${what}`, facts);
  log.warn(`${closed}; it said ${what}. If it is yours: {advice}`, { ...facts, advice });
}

/** On a terminal only the message is seen, so it has the error as well. */
function withError({ error }: DeviceReport & { type: "closed" }): string {
  return error === undefined ? "" : " ({error})";
}

function closing(report: DeviceReport & { type: "closed" }): Record<string, unknown> {
  return { ...report, ...report.error === undefined ? {} : { error: messageOf(report.error) } };
}

/** What became of the certificate that devices are shown. */
export function logCertificate(log: Logger, report: CertificateReport): void {
  if (report.type === "certificate-renewed") {
    return log.info("The certificate for devices is renewed, until {until}", { ...report });
  }
  log.error("The certificate for devices: {trouble}", { ...report });
}

/** What became of a command. One that went well is told on a finer level: the journal has it. */
export function logCommand(
  log: Logger,
  { report, failed }: { report: CommandReport; failed: (error: unknown) => void },
): void {
  const taps = log.getChild(TAPS);
  switch (report.type) {
    case "finished": {
      if (report.result.state === "opened" && !taps.isEnabledFor("debug")) return;
      const { tap, result, tookMs } = report;
      const { id, command, by } = tap;
      const record = { id, command, cabinet: tap.cabinet.id, by, ...result, tookMs };
      const text = "Command {id}: {command} cabinet {cabinet} cell {cell} {state}";
      return result.state === "opened" ? taps.debug(text, record) : taps.info(text, record);
    }
    case "settled":
      return taps.info("Command {id} is settled: cabinet {cabinet} cell {cell} was seen open", { ...report });
    case "journal-failed":
      return failed(report.error);
  }
}

/** What became of a notice. */
export function logNotice(log: Logger, report: NoticeReport): void {
  if (report.outcome === "sent") return log.debug("Notice {kind} is sent", { ...report });
  if (report.outcome === "later") return log.info("Notice {kind} is tried again: {problem}", { ...report });
  log.warn("Notice {kind} is dropped: {problem}", { ...report });
}

/** An error with where it came from: nothing else says so. */
function storyOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? messageOf(error) : String(error);
}

/** An error with what caused it, on one line. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : ` (${messageOf(error.cause)})`;
  return `${error.name}: ${error.message}${cause}`;
}
