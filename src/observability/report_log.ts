/**
 * The log of what the rooms report. Reports become records here and nowhere else, so that secrets, sessions and tokens
 * are kept out of the log in one place.
 *
 * @module
 */
import type { Logger } from "@logtape/logtape";
import { isDatabaseUnavailable } from "../db/mod.ts";
import { adviseOnUnknownDevice } from "../device/entrance/unknown_device_advice.ts";
import type { CertificateReport, DeviceReport } from "../device/mod.ts";
import type { HangUp } from "../http/server/mod.ts";
import { UnreadableSecretError } from "../lib/secret_box.ts";
import type { CommandReport, NoticeReport } from "../locker/mod.ts";
import { BrokerError } from "../router/mod.ts";
import type { CredentialRefusal } from "../users/mod.ts";
import { WechatError } from "../wechat/wechat_error.ts";
import { messageOf, stackOf } from "./error_text.ts";
import { TAPS } from "./log.ts";
import { firstOf, latestOf } from "./log_throttle.ts";

/**
 * Logs errors that no caller waits for. Those that others can cause again and again are logged once every few seconds: an
 * unavailable database or WeChat, a controller whose secret cannot be read.
 *
 * @param now milliseconds that only go forward
 */
export function failureLog(log: Logger, now: () => number): (error: unknown) => void {
  const database = latestOf(now, (error, times) => {
    log.error("The database does not answer: {error} ({times} times)", { error, times });
  });
  const wechat = latestOf(now, (error, times) => {
    log.warn("WeChat does not do what it is asked: {error} ({times} times)", { error, times });
  });
  const secret = latestOf(now, (error, times) => log.error("{error} ({times} times)", { error, times }));
  return (error) => {
    if (isDatabaseUnavailable(error)) database(error);
    else if (error instanceof UnreadableSecretError) secret(error);
    else if (error instanceof WechatError) wechat(error);
    // The broker itself reports a repeated failure once.
    else if (error instanceof BrokerError) {
      log.error("NATS cannot be used: {error}", { error: messageOf(error) });
    } else log.error("Something went wrong: {error}", { error: messageOf(error) });
  };
}

/**
 * Logs errors that no code caught, and of a flood only how many there were.
 *
 * @param counted called for each
 */
export function unhandledLog(log: Logger, counted: () => void): (error: unknown) => void {
  const logOne = firstOf<unknown>(() => performance.now(), {
    log: (error) => log.error("A failure that nothing caught: {error}", { error: stackOf(error) }),
    more: (times) => log.error("{times} more failures that nothing caught", { times }),
  });
  return (error) => {
    counted();
    logOne(error);
  };
}

/** Logs refused credentials, and of a flood only how many there were. */
export function refusalLog(log: Logger, now: () => number): (refusal: CredentialRefusal) => void {
  return firstOf(now, {
    log: (refusal) => log.warn("Refused: {what} is {why}, from {address}", { ...refusal }),
    more: (times) => log.warn("Refused {times} more", { times }),
  });
}

/** Logs the connections that the HTTP port closed, and of a flood only how many there were. */
export function hangUpLog(log: Logger, now: () => number): (one: { network: string; why: HangUp }) => void {
  return firstOf(now, {
    log: (one) => log.warn("Hung up on a connection from {network}: {why}", { ...one }),
    more: (times) => log.warn("Hung up on {times} more connections", { times }),
  });
}

/** Logs what devices' connections do, and of a flood that did not register only how many there were. */
export function deviceLog(log: Logger, now: () => number): (report: DeviceReport) => void {
  const logClosedStranger = firstOf<DeviceReport & { type: "closed" }>(now, {
    log: (report) => logStranger(log, report),
    more: (times) => log.warn("Closed {times} more that did not register", { times }),
  });
  const logTurnedAway = firstOf<DeviceReport & { type: "too-many-connections" }>(now, {
    log: (report) =>
      log.error("Turned a device away: there are {connections} connections already", { ...report }),
    more: (times) => log.error("Turned {times} more devices away", { times }),
  });
  const logNotAccepted = latestOf(now, (error, times) => {
    log.error("Cannot accept a device: {error} ({times} times)", { error, times });
  });
  return (report) => {
    if (report.type === "closed" && report.cabinet === undefined) logClosedStranger(report);
    else if (report.type === "too-many-connections") logTurnedAway(report);
    else if (report.type === "accept-failed") logNotAccepted(report.error);
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
        "The device of cabinet {cabinet}, at {peer}, sends more than a serial bus can carry: it is read no faster than that, and disconnected if it goes on",
        { ...report },
      );
    case "flood":
      return log.warn(
        "{count} connections gave wrong credentials, the last one from {network}: further tries from there are slowed down",
        { ...report },
      );
  }
}

/** An unknown registration is logged with the command that makes it a cabinet. */
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

/** A terminal shows only the message, so the error is part of it. */
function withError({ error }: DeviceReport & { type: "closed" }): string {
  return error === undefined ? "" : " ({error})";
}

function closing(report: DeviceReport & { type: "closed" }): Record<string, unknown> {
  return { ...report, ...report.error === undefined ? {} : { error: messageOf(report.error) } };
}

/** Logs whether the TLS certificate for devices could be renewed. */
export function logCertificate(log: Logger, report: CertificateReport): void {
  if (report.type === "certificate-renewed") {
    return log.info("The certificate for devices is renewed, until {until}", { ...report });
  }
  log.error("The certificate for devices: {trouble}", { ...report });
}

/** Logs a command's end. One that opened its door is logged at level debug, since the journal has it. */
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

/** Logs the result of a try to send a notice. */
export function logNotice(log: Logger, report: NoticeReport): void {
  if (report.outcome === "sent") return log.debug("Notice {kind} is sent", { ...report });
  if (report.outcome === "later") return log.info("Notice {kind} is tried again: {problem}", { ...report });
  log.warn("Notice {kind} is dropped: {problem}", { ...report });
}
