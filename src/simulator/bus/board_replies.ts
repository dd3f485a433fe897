import type { TaskQueue } from "../task_queue.ts";
import type { BusEvent, FrameLoss } from "../bus_events.ts";
import { type DelayRange, draw, type Random } from "../delay_range.ts";

export interface BoardRepliesOptions {
  /** Addresses of the boards. */
  readonly boards: readonly number[];
  readonly tasks: TaskQueue;
  readonly replyMs: DelayRange;
  readonly reportMs?: DelayRange;
  readonly silent?: readonly number[];
  readonly frameLoss?: FrameLoss;
  readonly random?: Random;
  readonly log?: (event: BusEvent) => void;
}

export interface ScheduledReply {
  readonly board: number;
  /** Whether the request fired coils, see {@linkcode FrameLoss}. */
  readonly opening: boolean;
  /** Called when the reply is sent: the board reads the feedback then, not when it was asked. */
  readonly frame: () => Uint8Array;
}

/**
 * What the boards of one bus send, and when: replies after their time, change reports in between, and what
 * keeps either from reaching the service. Every time is in ms.
 */
export class BoardReplies {
  readonly #options: BoardRepliesOptions;
  readonly #random: Random;
  readonly #boards: ReadonlySet<number>;
  readonly #silent: Set<number>;
  #frameLoss: FrameLoss;
  #out: Uint8Array[] = [];
  #isReplyPending = false;
  /** Reports keep their order even when their delays are drawn. */
  #lastReportAt = -Infinity;

  constructor(options: BoardRepliesOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#boards = new Set(options.boards);
    this.#silent = new Set(options.silent);
    this.#frameLoss = options.frameLoss ?? "nothing";
  }

  /** Whether the bus is busy: a request was received and its reply is not sent yet. */
  get isReplyPending(): boolean {
    return this.#isReplyPending;
  }

  /** Whether the board exists and is not silent. */
  isAlive(board: number): boolean {
    return this.#boards.has(board) && !this.#silent.has(board);
  }

  silence(board: number): void {
    this.#silent.add(board);
  }

  revive(board: number): void {
    this.#silent.delete(board);
  }

  loseFrames(what: FrameLoss): void {
    this.#frameLoss = what;
  }

  /** The frames sent since the last call. */
  take(): Uint8Array[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  /** Occupies the bus and replies when the board's time is over, counted from `from`. */
  answer(from: number, reply: ScheduledReply): void {
    this.#isReplyPending = true;
    this.#options.tasks.add(from + draw(this.#options.replyMs, this.#random), (at) => {
      this.#isReplyPending = false;
      if (!this.isAlive(reply.board)) return;
      const isLost = this.#frameLoss === "everything" || (this.#frameLoss === "openings" && reply.opening);
      this.#send(reply.frame(), { at, type: isLost ? "lost" : "reply" });
    });
  }

  /** Sends a change report for a change at `from`, whether or not the bus is busy. */
  report(from: number, { board, bytes }: { board: number; bytes: Uint8Array }): void {
    if (!this.isAlive(board)) return;
    this.#lastReportAt = Math.max(
      this.#lastReportAt,
      from + draw(this.#options.reportMs ?? 50, this.#random),
    );
    this.#options.tasks.add(this.#lastReportAt, (at) => {
      const isLost = this.#frameLoss === "everything" || !this.isAlive(board);
      this.#send(bytes, { at, type: isLost ? "lost" : "report" });
    });
  }

  #send(bytes: Uint8Array, { at, type }: { at: number; type: "reply" | "report" | "lost" }): void {
    if (type !== "lost") this.#out.push(bytes);
    this.#options.log?.({ type, at, bytes });
  }
}
