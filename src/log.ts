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
import { isAway } from "./db/mod.ts";
import type { DeviceReport } from "./device/mod.ts";
import type { CommandReport } from "./locker/mod.ts";

/** Starts logging. Before, records go nowhere. */
export function startLog(): Logger {
  const format = Deno.stderr.isTerminal()
    ? getAnsiColorFormatter()
    : getJsonLinesFormatter({ properties: "flatten" });
  const encoder = new TextEncoder();
  configureSync({
    sinks: { stderr: (record: LogRecord) => writeAll(encoder.encode(format(record))) },
    loggers: [
      { category: "kaigui", sinks: ["stderr"], lowestLevel: "info" },
      { category: ["logtape", "meta"], sinks: ["stderr"], lowestLevel: "warning" },
    ],
  });
  return getLogger("kaigui");
}

/** Stops logging, so that it can be started again. */
export function stopLog(): void {
  resetSync();
}

/** A log that cannot be written must not stop the service. */
function writeAll(bytes: Uint8Array): void {
  try {
    for (let written = 0; written < bytes.length;) written += Deno.stderr.writeSync(bytes.subarray(written));
  } catch {
    // Nobody is left to tell.
  }
}

/** How often the log says that the database does not answer, while every tap and every socket finds out. */
const AWAY_EVERY_MS = 5_000;

/** Logs what went wrong where no caller waits for the result; a database that is away only now and then. */
export function failureLog(log: Logger, now: () => number): (error: unknown) => void {
  let told = -Infinity;
  let untold = 0;
  return (error) => {
    if (!isAway(error)) return log.error("Something went wrong: {error}", { error: messageOf(error) });
    untold++;
    if (now() - told < AWAY_EVERY_MS) return;
    log.error("The database does not answer: {error} ({times} times)", {
      error: messageOf(error),
      times: untold,
    });
    told = now();
    untold = 0;
  };
}

/** What a device's connection did. */
export function logDevice(log: Logger, report: DeviceReport): void {
  switch (report.type) {
    case "registered":
      return log.info("Cabinet {cabinet} is online, from {peer}", { ...report });
    case "closed": {
      const error = report.error === undefined ? {} : { error: messageOf(report.error) };
      if (report.cabinet === undefined) {
        return log.warn("Closed {peer}, which did not register: {reason}; it said {said}", {
          ...report,
          ...error,
        });
      }
      return log.info("Cabinet {cabinet} is offline: {reason}", { ...report, ...error });
    }
    case "accept-failed":
      return log.error("Cannot accept a device: {error}", { error: messageOf(report.error) });
    case "too-many-connections":
      return log.error("Turned a device away: there are {connections} connections already", { ...report });
  }
}

/** What became of a command. One that went well is told on a finer level: the journal has it. */
export function logCommand(
  log: Logger,
  { report, failed }: { report: CommandReport; failed: (error: unknown) => void },
): void {
  switch (report.type) {
    case "finished": {
      if (report.result.state === "opened" && !log.isEnabledFor("debug")) return;
      const { tap, result, tookMs } = report;
      const { id, command, by } = tap;
      const record = { id, command, cabinet: tap.cabinet.id, by, ...result, tookMs };
      const text = "Command {id}: {command} cabinet {cabinet} cell {cell} {state}";
      return result.state === "opened" ? log.debug(text, record) : log.info(text, record);
    }
    case "settled":
      return log.info("Command {id} is settled: cabinet {cabinet} cell {cell} was seen open", { ...report });
    case "journal-failed":
      return failed(report.error);
  }
}

/** An error with what caused it, on one line. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : ` (${messageOf(error.cause)})`;
  return `${error.name}: ${error.message}${cause}`;
}
