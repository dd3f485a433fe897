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

/**
 * Takes over what this thread says beside the log. The runtime does so too: it tells of an error that nobody caught as
 * text, and ends the thread.
 *
 * @param options.uncaught ends the thread, after an error that nobody caught
 */
export function captureRuntime(log: Logger, { uncaught }: { uncaught: (error: unknown) => void }): void {
  for (const [method, level] of Object.entries(LEVELS)) {
    Object.assign(console, {
      [method]: (...said: unknown[]) => log[level]("{said}", { said: said.map(textOf).join(" ") }),
    });
  }
  // Node's own listener would print it.
  process.removeAllListeners("warning");
  process.on("warning", (warning: Error) => log.warn("{warning}", { warning: messageOf(warning) }));
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    const { error } = event;
    const stack = error instanceof Error ? error.stack : undefined;
    log.fatal("Nobody caught {error}", { error: messageOf(error), stack });
    uncaught(error);
  });
}

function textOf(said: unknown): string {
  return typeof said === "string" ? said : Deno.inspect(said);
}
