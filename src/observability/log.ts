import {
  configureSync,
  getAnsiColorFormatter,
  getJsonLinesFormatter,
  getLogger,
  type Logger,
  type LogRecord,
  resetSync,
} from "@logtape/logtape";
import { printable, printableJson } from "../lib/text/plain_text.ts";

/** What is logged: everything that an operator may want to know, or only taps and what needs attention. */
export type LogScope = "all" | "taps";

/** The category of records about taps. */
export const TAPS = "taps";

/**
 * Starts logging to standard error, readable text on a terminal and JSON otherwise; may be called again. Records before
 * that are dropped.
 */
export function startLog(scope: LogScope = "all"): Logger {
  const format = logFormat({ terminal: Deno.stderr.isTerminal() });
  const encoder = new TextEncoder();
  configureSync({
    reset: true,
    sinks: { stderr: (record: LogRecord) => writeAll(encoder.encode(format(record))) },
    loggers: [
      { category: "kaigui", sinks: ["stderr"], lowestLevel: scope === "all" ? "info" : "warning" },
      {
        category: ["kaigui", TAPS],
        sinks: ["stderr"],
        parentSinks: "override",
        lowestLevel: scope === "all" ? "info" : "debug",
      },
      { category: ["logtape", "meta"], sinks: ["stderr"], lowestLevel: "warning" },
    ],
  });
  return getLogger("kaigui");
}

/**
 * The text of a record. Devices, people and proxies can put text into it, so characters that a terminal would hide or
 * obey are escaped, in JSON too, which is read on terminals as well.
 */
export function logFormat({ terminal }: { terminal: boolean }): (record: LogRecord) => string {
  if (terminal) return getAnsiColorFormatter({ value: (value, inspect) => printable(inspect(value)) });
  const format = getJsonLinesFormatter({ properties: "flatten" });
  return (record) => printableJson(format(record));
}

/** Stops logging, so that it can be started again. */
export function stopLog(): void {
  resetSync();
}

/** Writes why the program ends: as plain text on a terminal, as a record otherwise. */
export function logEnd(why: string): void {
  if (Deno.stderr.isTerminal()) return writeAll(new TextEncoder().encode(`${why}\n`));
  // Unescaped braces would be placeholders for the record's properties.
  startLog().fatal(why.replace(/[{}]/g, "$&$&"));
  stopLog();
}

/** A log that cannot be written must not stop the service. */
function writeAll(bytes: Uint8Array): void {
  try {
    for (let written = 0; written < bytes.length;) written += Deno.stderr.writeSync(bytes.subarray(written));
  } catch {
    // There is no other place to report it.
  }
}
