/**
 * For `runtime_log_test.ts`: a program that logs as the service does and writes much else to the console, in its main
 * thread or in a worker, until an error that no code catches.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import process from "node:process";
import { startLog } from "../../src/observability/log.ts";
import { unhandledLog } from "../../src/observability/report_log.ts";
import { captureRuntime } from "../../src/observability/runtime_log.ts";
import { catchUnhandled } from "../../src/app/unhandled.ts";

declare const self: DedicatedWorkerGlobalScope;

/** The exit code after the error. */
const ENDED = 7;
const THREAD = "thread";
const isThread = self.name === THREAD;

if (Deno.args[0] === "worker" && !isThread) {
  const worker = new Worker(import.meta.url, { type: "module", name: THREAD });
  worker.onmessage = ({ data }) => Deno.exit(data);
  worker.onerror = () => Deno.exit(1);
} else {
  const log = startLog();
  captureRuntime(log);
  const tell = unhandledLog(log, () => {});
  catchUnhandled((error) => {
    tell(error);
    if (isThread) self.postMessage(ENDED);
    else Deno.exit(ENDED);
  });
  log.info("An ordinary record");
  // deno-lint-ignore no-console -- as libraries do
  console.log("A library's line", { about: [1, 2] });
  // deno-lint-ignore no-console -- as libraries do
  console.error(new Error("A library's error"));
  process.emitWarning("Something is old", "DeprecationWarning");
  setTimeout(() => {
    throw new TypeError("Nobody caught this {at all}", { cause: new Error("of that") });
  }, 20);
}
