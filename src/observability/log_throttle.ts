import { messageOf } from "./error_text.ts";

/** The time within which repeated reports are counted together. */
const WINDOW_MS = 5_000;
/** How many reports of a window are logged one by one; a flood of a thousand is logged as a number. */
const ONE_BY_ONE_MAX = 20;

/**
 * Logs the latest error and how many there were, once every 5 s at most.
 *
 * @param now milliseconds that only go forward
 */
export function latestOf(
  now: () => number,
  log: (error: string, times: number) => void,
): (error: unknown) => void {
  let loggedAt = -Infinity;
  let count = 0;
  return (error) => {
    count++;
    if (now() - loggedAt < WINDOW_MS) return;
    log(messageOf(error), count);
    loggedAt = now();
    count = 0;
  };
}

/**
 * Logs the first reports of each 5 s one by one, and of the others how many there were.
 *
 * @param now milliseconds that only go forward
 */
export function firstOf<Report>(
  now: () => number,
  { log, more }: { log: (report: Report) => void; more: (times: number) => void },
): (report: Report) => void {
  let since = now();
  let count = 0;
  return (report) => {
    if (now() - since >= WINDOW_MS) {
      if (count > ONE_BY_ONE_MAX) more(count - ONE_BY_ONE_MAX);
      since = now();
      count = 0;
    }
    if (++count <= ONE_BY_ONE_MAX) log(report);
  };
}
