import process from "node:process";
import type { Writable } from "node:stream";
import { nextSignal } from "../app/signals.ts";
import { utf8Of } from "../lib/text/utf8.ts";
import { askLine, type AskOptions, askYes } from "./ask_line.ts";

/** All that the command line touches outside of itself, so that a test can hand in its own. */
export interface Io {
  /** One line of the answer. */
  say(line: string): void;
  /** One line for the person, beside the answer. */
  warn(line: string): void;
  /** What is drawn with a terminal's own control sequences. No word from outside may be in it. */
  draw(text: string): void;
  /** The answer as bytes, for `--png -`. */
  write(bytes: Uint8Array): void;
  /**
   * A part of a long answer. Resolves when it has been taken, so that no more than that is in memory.
   *
   * @throws {Deno.errors.BrokenPipe} if the reader has gone
   */
  send(bytes: Uint8Array): Promise<void>;
  env(name: string): string | undefined;
  /** Columns of the terminal; `undefined` when the answer goes to a file or a pipe. */
  readonly columns: number | undefined;
  /** Standard error where it is a terminal, for what is drawn again and again. */
  readonly terminal: Writable | undefined;
  /** Whether there is a terminal to ask at. */
  readonly canAsk: boolean;
  /** Asks yes or no, where there is a terminal to ask at. */
  confirm(question: string): Promise<boolean>;
  /**
   * Asks for a line of text; `undefined` where there is no terminal to ask.
   *
   * @throws {Failure} if the person does not answer, but presses Ctrl-C
   */
  ask(question: string, options?: AskOptions): Promise<string | undefined>;
  /** All of standard input. */
  stdin(): Promise<Uint8Array>;
  /** Resolves when the person ends a command that runs on and on. */
  interrupted(): Promise<void>;
}

/** Wrong usage: the command was not understood and nothing was done. Exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The command could not be done. The message is one line for the person. Exit code 1. */
export class Failure extends Error {
  override name = "Failure";
}

/** Why a file cannot be read or written, in a few words. */
export function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file or folder";
  if (error instanceof Deno.errors.NotCapable) return "only files below this folder may be used";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}

/** How a question is asked, beside its text. */
interface Asking {
  /** What `--yes` is for, as in `end the rental`. */
  readonly to: string;
  /** What is said when the person does not want it. */
  readonly otherwise: string;
  readonly io: Io;
}

/**
 * Asks the person whether they want it.
 *
 * @param question is called only where somebody is there to answer
 * @throws {UsageError} if nobody is
 * @throws {Failure} if they do not want it
 */
export async function confirmed(
  question: () => string | Promise<string>,
  { to, otherwise, io }: Asking,
): Promise<void> {
  if (!io.canAsk) throw new UsageError(`Nobody is here to ask: add --yes to ${to}`);
  if (!await io.confirm(await question())) throw new Failure(otherwise);
}

const encoder = new TextEncoder();

/**
 * All of standard input as text.
 *
 * @throws {Failure} if it has another encoding than UTF-8, as GBK
 */
export async function pipedText(io: Pick<Io, "stdin">): Promise<string> {
  const bytes = await io.stdin();
  try {
    return utf8Of(bytes);
  } catch (cause) {
    throw new Failure("What came by the pipe is not UTF-8", { cause });
  }
}

/** The real outside. */
export const realIo: Io = {
  say,
  draw: say,
  warn: (line) => writeAll(Deno.stderr, encoder.encode(`${line}\n`)),
  write: (bytes) => writeAll(Deno.stdout, bytes),
  send: (bytes) => sendAll(Deno.stdout, bytes),
  env: (name) => Deno.env.get(name),
  get columns() {
    return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : undefined;
  },
  get terminal() {
    return Deno.stderr.isTerminal() ? process.stderr : undefined;
  },
  get canAsk() {
    return Deno.stdin.isTerminal();
  },
  confirm: (question) => askYes(question),
  ask: async (question, options) => {
    if (!Deno.stdin.isTerminal()) return undefined;
    const line = await askLine(question, options);
    if (line === undefined) throw new Failure("Stopped: nothing was done");
    return line;
  },
  stdin: () => new Response(Deno.stdin.readable).bytes(),
  interrupted: async () => void await nextSignal(),
};

/** One line on standard output. */
export function say(line: string): void {
  writeAll(Deno.stdout, encoder.encode(`${line}\n`));
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  try {
    for (let written = 0; written < bytes.length;) written += stream.writeSync(bytes.subarray(written));
  } catch (error) {
    // `kaigui cabinet list | head` has read enough.
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  }
}

/** Writes all of the bytes without holding up anything else. */
export async function sendAll(
  stream: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await stream.write(bytes.subarray(sent));
}
