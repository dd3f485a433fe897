import { isDatabaseUnavailable } from "../db/mod.ts";
import type { DeviceReport } from "../device/mod.ts";
import type { CommandReport, NoticeReport } from "../locker/mod.ts";
import type { Metrics } from "../metrics/mod.ts";
import { BrokerError } from "../router/mod.ts";
import { UnreadableSecretError } from "../lib/secret_box.ts";
import type { CredentialRefusal } from "../users/mod.ts";
import { WechatError } from "../wechat/wechat_error.ts";

/** Counts a report about a device's connection. */
export function countDevice(metrics: Metrics, report: DeviceReport): void {
  switch (report.type) {
    case "registered":
      return metrics.add("registrations_total");
    case "closed":
      return metrics.add("device_closed_total", report.reason);
    case "too-fast":
      return metrics.add("device_too_fast_total");
    case "accept-failed":
      return metrics.add("device_accept_failures_total");
    case "too-many-connections":
      return metrics.add("device_closed_total", report.type);
    case "flood":
      return;
  }
}

/** Counts a command's end. A refusal's duration is left out, since it would hide how long doors take. */
export function countCommand(metrics: Metrics, report: CommandReport): void {
  if (report.type === "settled") return metrics.add("commands_settled_total");
  if (report.type !== "finished") return;
  const { result: { state, reason = "" }, tookMs } = report;
  metrics.add("commands_total", state);
  if (state === "refused") return metrics.add("commands_refused_total", reason);
  if (state === "unconfirmed") metrics.add("commands_unconfirmed_total", reason);
  metrics.observe("command_seconds", tookMs / 1000);
}

/** Counts an error that no caller waits for. */
export function countFailure(metrics: Metrics, error: unknown): void {
  if (error instanceof WechatError) return metrics.add("wechat_failures_total", error.kind);
  if (error instanceof BrokerError) return metrics.add("failures_total", "broker");
  // Any client can cause it by claiming to be that controller, and is counted as a refused connection.
  if (error instanceof UnreadableSecretError) return;
  metrics.add("failures_total", isDatabaseUnavailable(error) ? "database" : "program");
}

/** Counts a refused credential. */
export function countRefusal(metrics: Metrics, { what }: CredentialRefusal): void {
  metrics.add("refusals_total", what);
}

/** Counts the result of a try to send a notice. */
export function countNotice(metrics: Metrics, { outcome }: NoticeReport): void {
  metrics.add("notices_total", outcome);
}

/** Counts an answered HTTP request by the class of its status. */
export function countAnswer(metrics: Metrics, status: number): void {
  metrics.add("http_requests_total", `${Math.floor(status / 100)}xx`);
}
