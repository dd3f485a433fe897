import process from "node:process";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** How a line is asked for. */
export interface AskOptions {
  /** What is typed is not shown. @default {false} */
  readonly hidden?: boolean;
}

/** A terminal. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/**
 * Asks for a line on the terminal.
 *
 * @param options.terminal standard input and standard error, since standard output is for the answer of the command
 * @returns `undefined` if Ctrl-C or Ctrl-D was pressed instead
 */
export async function askLine(
  question: string,
  { hidden = false, terminal: { input, output } = { input: process.stdin, output: process.stderr } }:
    & AskOptions
    & { terminal?: Terminal } = {},
): Promise<string | undefined> {
  if (hidden) output.write(`${question} `);
  const shown = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : output;
  const lines = createInterface({ input, output: shown, terminal: true });
  const stopped = Promise.withResolvers<undefined>();
  lines.on("SIGINT", () => lines.close());
  lines.on("close", () => stopped.resolve(undefined));
  try {
    return await Promise.race([lines.question(hidden ? "" : `${question} `), stopped.promise]);
  } finally {
    lines.close();
    if (hidden) output.write("\n");
  }
}

/** Asks yes or no on the same terminal. Whatever is not a yes, as Ctrl-C, is a no. */
export async function askYes(question: string, options: { terminal?: Terminal } = {}): Promise<boolean> {
  const line = await askLine(`${question} [y/N]`, options);
  return line !== undefined && /^y(es)?$/i.test(line.trim());
}
