// @ts-types="@types/cli-progress"
import cliProgress from "cli-progress";
import type { TimeSpan } from "../../db/queries/export.ts";
import { number, span } from "../amounts.ts";
import type { Io } from "../io.ts";

/** What is over sooner needs no bar. */
const QUIET_MS = 500;
const FORMAT = "{bar} {percentage}% | {rows} rows | {rate}/s | {left} left";

/**
 * A bar on the terminal, where there is one. Counting the rows before would take as long as reading them; so what
 * is known is where in time the rows are, between the first and the last.
 */
export class ExportProgress implements Disposable {
  /** Rows so far. */
  rows = 0;
  readonly #span: TimeSpan;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #bar: cliProgress.SingleBar | undefined;

  /** @param options.now milliseconds of a clock @default {performance.now} */
  constructor(span: TimeSpan, options: { terminal: Io["terminal"]; now?: () => number }) {
    const { terminal, now = () => performance.now() } = options;
    this.#span = span;
    this.#now = now;
    this.#startedAt = now();
    this.#bar = terminal && new cliProgress.SingleBar({
      stream: terminal,
      format: FORMAT,
      hideCursor: true,
      clearOnComplete: true,
      // The interruption is handled elsewhere, and disposes of the bar.
      gracefulExit: false,
    });
  }

  /** That many more rows are done, up to that time. */
  add(rows: number, upTo: number): void {
    this.rows += rows;
    const tookMs = this.#now() - this.#startedAt;
    if (!this.#bar || tookMs < QUIET_MS) return;
    const { first, last } = this.#span;
    const part = last === first ? 1 : (upTo - first) / (last - first);
    const shown = {
      rows: number(this.rows),
      rate: number(Math.round(this.rows / tookMs * 1000)),
      left: part > 0 ? span(Math.ceil(tookMs * (1 - part) / part / 1000)) : "?",
    };
    if (this.#bar.isActive) this.#bar.update(part, shown);
    else this.#bar.start(1, part, shown);
  }

  /** Takes the bar from the terminal. */
  [Symbol.dispose](): void {
    this.#bar?.stop();
  }
}
