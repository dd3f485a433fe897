// The thread of one isolate: starts it when it is told to, and stops it.
/// <reference lib="deno.worker" />
import type { FromIsolate, ToIsolate } from "./messages.ts";
import { describeStartupError } from "../startup_errors.ts";
import { Isolate } from "./isolate.ts";
import type { IsolateOptions } from "./options.ts";
import { startLog, stopLog } from "../../observability/log.ts";
import { unhandledLog } from "../../observability/report_log.ts";
import { Metrics } from "../../metrics/mod.ts";
import { captureRuntime } from "../../observability/runtime_log.ts";
import { catchUnhandled } from "../unhandled.ts";

declare const self: DedicatedWorkerGlobalScope;

const log = startLog();
let metrics: Metrics | undefined;
captureRuntime(log);
catchUnhandled(unhandledLog(log, () => metrics?.add("failures_total", "unhandled")));
let starting: Promise<Isolate> | undefined;

self.onmessage = async ({ data }: MessageEvent<ToIsolate>) => {
  if (data.type === "start") await start(data.options);
  else await stop();
};

async function start(options: IsolateOptions): Promise<void> {
  startLog(options.logs);
  metrics = new Metrics(options.memory.metrics, options.index);
  try {
    starting = Isolate.start(options, log);
    const { http, device, deviceTls, ownerInvitation } = await starting;
    say({ type: "ready", http, device, deviceTls, ownerInvitation });
  } catch (error) {
    say({ type: "failed", why: describeStartupError(error) });
  }
}

async function stop(): Promise<void> {
  const isolate = await starting?.catch(() => undefined);
  await isolate?.stop();
  stopLog();
  say({ type: "stopped" });
}

function say(message: FromIsolate): void {
  self.postMessage(message);
}
