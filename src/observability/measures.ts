/**
 * What the rooms report, as figures: the counterpart of `log.ts`.
 *
 * @module
 */
import { isDatabaseUnavailable } from "../db/mod.ts";
import type { DeviceReport } from "../device/mod.ts";
import type { CommandReport, NoticeReport } from "../locker/mod.ts";
import type { Metrics } from "../metrics/mod.ts";
import { BrokerError } from "../router/mod.ts";
import { UnreadableSecretError } from "../lib/secret_box.ts";
import type { CredentialRefusal } from "../users/mod.ts";
import { WechatError } from "../wechat/mod.ts";

/** What a device's connection did. */
export function measureDevice(metrics: Metrics, report: DeviceReport): void {
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

/** What became of a command. A refusal takes no time worth knowing: it would hide how long doors take. */
export function measureCommand(metrics: Metrics, report: CommandReport): void {
  if (report.type === "settled") return metrics.add("commands_settled_total");
  if (report.type !== "finished") return;
  const { result: { state, reason = "" }, tookMs } = report;
  metrics.add("commands_total", state);
  if (state === "refused") return metrics.add("commands_refused_total", reason);
  if (state === "unconfirmed") metrics.add("commands_unconfirmed_total", reason);
  metrics.observe("command_seconds", tookMs / 1000);
}

/** What went wrong where no caller waits for the result. */
export function measureFailure(metrics: Metrics, error: unknown): void {
  if (error instanceof WechatError) return metrics.add("wechat_failures_total", error.kind);
  if (error instanceof BrokerError) return metrics.add("failures_total", "broker");
  // Anybody brings it about who says that it is that controller, and is counted as one who is not let in.
  if (error instanceof UnreadableSecretError) return;
  metrics.add("failures_total", isDatabaseUnavailable(error) ? "database" : "program");
}

/** Somebody was not believed. */
export function measureRefusal(metrics: Metrics, { what }: CredentialRefusal): void {
  metrics.add("refusals_total", what);
}

/** What became of a try to tell somebody. */
export function measureNotice(metrics: Metrics, { outcome }: NoticeReport): void {
  metrics.add("notices_total", outcome);
}

/** An HTTP request was answered with that status. */
export function measureAnswer(metrics: Metrics, status: number): void {
  metrics.add("http_requests_total", `${Math.floor(status / 100)}xx`);
}
