import { printable } from "../lib/text/plain_text.ts";
import type { Io } from "./io.ts";

/**
 * The same outside, on whose terminal all that is said is seen, whosever words they are: names may be older than the
 * service's rules for them, and a service may be none of ours.
 */
export function printingIo(io: Io): Io {
  return {
    say: (line) => io.say(printableLines(line)),
    warn: (line) => io.warn(printableLines(line)),
    get canAsk() {
      return io.canAsk;
    },
    confirm: (question) => io.confirm(printable(question)),
    ask: (question, options) => io.ask(printable(question), options),
    draw: (text) => io.draw(text),
    write: (bytes) => io.write(bytes),
    send: (bytes) => io.send(bytes),
    env: (name) => io.env(name),
    get columns() {
      return io.columns;
    },
    get terminal() {
      return io.terminal;
    },
    stdin: () => io.stdin(),
    interrupted: () => io.interrupted(),
  };
}

/** The text for a terminal; ends of lines part it as before. */
export function printableLines(text: string): string {
  return text.split(/(\r?\n)/).map((part, index) => index % 2 === 1 ? part : printable(part)).join("");
}
