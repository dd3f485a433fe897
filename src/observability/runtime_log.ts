import process from "node:process";
import type { Logger } from "@logtape/logtape";
import { messageOf } from "./error_text.ts";

/** The level at which each method of the console is logged. */
const LEVELS = {
  debug: "debug",
  log: "info",
  info: "info",
  warn: "warn",
  error: "error",
  trace: "debug",
} as const;

/**
 * Turns what the runtime and libraries write to the console into records of the log, so that on a standard error that is
 * not a terminal every line is JSON.
 */
export function captureRuntime(log: Logger): void {
  for (const [method, level] of Object.entries(LEVELS)) {
    Object.assign(console, {
      [method]: (...said: unknown[]) => log[level]("{said}", { said: said.map(textOf).join(" ") }),
    });
  }
  // Otherwise Node's own listener would print it.
  process.removeAllListeners("warning");
  process.on("warning", (warning: Error) => log.warn("{warning}", { warning: messageOf(warning) }));
}

function textOf(said: unknown): string {
  return typeof said === "string" ? said : Deno.inspect(said);
}
