/**
 * What the runtime and libraries say by themselves, as records of the log: one line of JSON each where standard error
 * is no terminal, so that whatever reads the log understands all of it.
 *
 * @module
 */
import process from "node:process";
import type { Logger } from "@logtape/logtape";
import { messageOf } from "./log.ts";

/** On which level the log tells what is said by each method of the console. */
const LEVELS = {
  debug: "debug",
  log: "info",
  info: "info",
  warn: "warn",
  error: "error",
  trace: "debug",
} as const;

/** Takes over what this thread says beside the log. */
export function captureRuntime(log: Logger): void {
  for (const [method, level] of Object.entries(LEVELS)) {
    Object.assign(console, {
      [method]: (...said: unknown[]) => log[level]("{said}", { said: said.map(textOf).join(" ") }),
    });
  }
  // Node's own listener would print it.
  process.removeAllListeners("warning");
  process.on("warning", (warning: Error) => log.warn("{warning}", { warning: messageOf(warning) }));
}

function textOf(said: unknown): string {
  return typeof said === "string" ? said : Deno.inspect(said);
}
