import { deepEqual, equal } from "node:assert/strict";
import type { DeviceReport } from "../device/mod.ts";
import type { CommandReport, RequestedTap, Result } from "../locker/mod.ts";
import { countAnswer, countCommand, countDevice, countFailure } from "./report_metrics.ts";
import { expose, Metrics, programStatus } from "../metrics/mod.ts";
import { BrokerError } from "../router/mod.ts";

/** The lines that are not 0. */
function counted(measure: (metrics: Metrics) => void): string[] {
  const memory = Metrics.memory(2);
  measure(new Metrics(memory, 0));
  return expose(memory).split("\n").filter((line) => /^kaigui_.* (?!0$)/.test(line))
    .map((line) => line.replace("kaigui_", ""));
}

function finished(result: Result): CommandReport {
  return { type: "finished", tap: {} as RequestedTap, result, tookMs: 11_000 };
}

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("countDevice() counts registrations, and closed connections by reason", () => {
  const about = { cabinet: "cab", peer: "192.0.2.1:5000" };
  const reports: DeviceReport[] = [
    { type: "registered", ...about },
    { type: "closed", ...about, reason: "silent" },
    { type: "too-fast", ...about },
    { type: "accept-failed", error: new Error("no descriptors") },
    { type: "too-many-connections", connections: 19_000 },
  ];
  deepEqual(counted((metrics) => reports.forEach((report) => countDevice(metrics, report))), [
    "device_accept_failures_total 1",
    "registrations_total 1",
    'device_closed_total{reason="silent"} 1',
    'device_closed_total{reason="too-many-connections"} 1',
    "device_too_fast_total 1",
  ]);
});

pure("countCommand() counts a command by its end, and measures it unless it was refused", () => {
  deepEqual(counted((metrics) => countCommand(metrics, finished({ state: "opened", cell: 1 }))), [
    'commands_total{state="opened"} 1',
    'command_seconds_bucket{le="15"} 1',
    'command_seconds_bucket{le="+Inf"} 1',
    "command_seconds_sum 11",
    "command_seconds_count 1",
  ]);
  const refused: Result = { state: "refused", reason: "offline", cell: 1 };
  deepEqual(counted((metrics) => countCommand(metrics, finished(refused))), [
    'commands_total{state="refused"} 1',
    'commands_refused_total{reason="offline"} 1',
  ]);
  const unconfirmed: Result = { state: "unconfirmed", reason: "no-reply", cell: 1 };
  deepEqual(counted((metrics) => countCommand(metrics, finished(unconfirmed))).slice(0, 2), [
    'commands_total{state="unconfirmed"} 1',
    'commands_unconfirmed_total{reason="no-reply"} 1',
  ]);
});

pure("countCommand() counts commands that were settled later, and no failures", () => {
  const reports: CommandReport[] = [
    { type: "settled", id: "id", cabinet: "cab", cell: 1 },
    { type: "journal-failed", id: "id", error: new Error("away") },
  ];
  deepEqual(counted((metrics) => reports.forEach((report) => countCommand(metrics, report))), [
    "commands_settled_total 1",
  ]);
});

pure("countFailure() tells an unavailable database or broker from a mistake of the program", () => {
  const errors = [
    new Error("Connection terminated unexpectedly"),
    new BrokerError("The connection broke"),
    new TypeError("x of undefined"),
    "odd",
  ];
  deepEqual(counted((metrics) => errors.forEach((error) => countFailure(metrics, error))), [
    'failures_total{kind="database"} 1',
    'failures_total{kind="broker"} 1',
    'failures_total{kind="program"} 2',
  ]);
});

pure("countAnswer() counts requests by the class of their status", () => {
  const statuses = [101, 200, 204, 302, 404, 503, 999];
  deepEqual(counted((metrics) => statuses.forEach((status) => countAnswer(metrics, status))), [
    'http_requests_total{status="1xx"} 1',
    'http_requests_total{status="2xx"} 2',
    'http_requests_total{status="3xx"} 1',
    'http_requests_total{status="4xx"} 1',
    'http_requests_total{status="5xx"} 1',
    'http_requests_total{status="other"} 1',
  ]);
});

pure("programStatus() has what was counted", () => {
  const memory = Metrics.memory(2);
  countCommand(new Metrics(memory, 0), finished({ state: "opened", cell: 1 }));
  countFailure(new Metrics(memory, 0), new Error("odd"));
  const { isolates, failures } = programStatus(memory, 0);
  deepEqual([isolates[0]?.commands, failures], [1, 1]);
  equal(isolates.length, 1);
});
