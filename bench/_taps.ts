/**
 * People who tap at their own rate, and what programs and taps cost: shared by the benchmarks of whole programs.
 *
 * @module
 */
import type { Page } from "../testing/page.ts";

/** Cells of a cabinet as `putCabinet()` makes them. */
const CELLS = 24;

/** What taps took, and how they ended. */
export interface Taps {
  /** From the time at which each was due until its outcome was told, in milliseconds. */
  readonly tookMs: readonly number[];
  readonly states: Readonly<Record<string, number>>;
}

/** Each person taps once in so many milliseconds, or as soon as their last tap is over, until that is over. */
export async function tapUntil(
  over: Promise<unknown>,
  { pages, everyMs }: { pages: readonly Page[]; everyMs: number },
): Promise<Taps> {
  const tookMs: number[] = [];
  const states: Record<string, number> = {};
  let isOver = false;
  over.finally(() => isOver = true);
  await Promise.all(pages.map(async (page, n) => {
    let due = performance.now() + everyMs * n / pages.length;
    for (let turn = 0; !isOver; turn++, due += everyMs) {
      await pause(due - performance.now());
      const state = await stateOf(page, 1 + turn % CELLS);
      states[state] = (states[state] ?? 0) + 1;
      tookMs.push(performance.now() - due);
      // Who had to wait does not tap faster afterwards.
      due = Math.max(due, performance.now() - everyMs);
    }
  }));
  return { tookMs, states };
}

function stateOf(page: Page, cell: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  page.messages.length = 0;
  const id = crypto.randomUUID();
  page.heard = (message) => {
    if (message["id"] === id && !["requested", "sent"].includes(message["state"])) resolve(message["state"]);
  };
  page.tap(cell, id);
  return promise;
}

/** Such as `p50 3.1 ms, p99 20.4 ms, longest 31.0 ms`. */
export function percentiles(tookMs: readonly number[]): string {
  const sorted = tookMs.toSorted((a, b) => a - b);
  const at = (part: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN).toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`;
}

/** The private memory of the process and its share of shared memory, in KiB. */
export async function memoryOf(pid: number): Promise<number> {
  return Number(/^Pss:\s+(\d+)/m.exec(await Deno.readTextFile(`/proc/${pid}/smaps_rollup`))?.[1]);
}

/** How long processors have worked for the process, in milliseconds: beside other work it says more than any time does. */
export async function cpuMsOf(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // User and system time, in hundredths of a second.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Waits so many milliseconds, or not at all. */
export async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
