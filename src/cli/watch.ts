import { withTimeout } from "../lib/concurrency/timeout.ts";
import { Failure, type Io } from "./io.ts";
import { printableLines } from "./printing_io.ts";

/** How often it is looked again. */
const EVERY_MS = 2_000;
/** Takes a terminal's cursor home and clears what is behind it (ECMA-48). */
const CLEAR = "\x1b[H\x1b[2J";

/**
 * Shows what `look` says, again and again, until the person ends it. What fails is shown too, and tried again: it may
 * be a restart that is watched.
 *
 * @param everyMs milliseconds between two looks
 * @throws {Failure} if it fails the first time
 */
export async function watch(look: () => Promise<string>, io: Io, everyMs = EVERY_MS): Promise<void> {
  let text: string | undefined = await look();
  const ended = io.interrupted().then(() => undefined);
  while (text !== undefined) {
    if (io.columns === undefined) io.say(`${text}\n`);
    else io.draw(`${CLEAR}${printableLines(text)}`);
    if (await withTimeout(ended, { ms: everyMs, fallback: () => "goes on" }) === undefined) return;
    text = await Promise.race([ended, look().catch(toLine)]);
  }
}

function toLine(error: unknown): string {
  if (error instanceof Failure) return `error: ${error.message}`;
  throw error;
}
