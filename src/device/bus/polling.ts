import { backoffMs } from "../../lib/concurrency/backoff.ts";
import { BUS } from "../../lib/limits.ts";
import type { LockLayout } from "../cabinet.ts";
import type { DoorStates } from "../door_states.ts";

/**
 * Which board is read when: all boards on connecting and at long intervals, boards with an open door often,
 * so that its closing is seen, and silent boards less and less. Times are those of the bus.
 */
export class Polling {
  readonly #layout: LockLayout;
  readonly #doors: DoorStates;
  #round: number[] = [];
  #nextRoundAt: number;
  #nextFullRoundAt = 0;
  /** How many reads in a row each board left unanswered; made with the first. */
  #unansweredReads: Map<number, number> | undefined;
  /** A board that has answered and has not left two reads in a row unanswered since. */
  #responsive: number | undefined;
  /** The board that was responsive last, and when the first read was sent that it left unanswered. */
  #lastResponsive: number | undefined;
  #silentFrom = -Infinity;
  #isProbing = false;
  /** Whether the last read was a probe. */
  #wasProbe = false;

  /** @param firstAt when to read for the first time; `Infinity`: never */
  constructor(layout: LockLayout, { doors, firstAt }: { doors: DoorStates; firstAt: number }) {
    this.#layout = layout;
    this.#doors = doors;
    this.#nextRoundAt = firstAt;
  }

  /** When {@linkcode next} has a board to read. */
  get wakeAt(): number {
    return this.#round.length > 0 ? 0 : this.#nextRoundAt;
  }

  /** Whether a sign of life is awaited. */
  get isProbing(): boolean {
    return this.#isProbing;
  }

  /**
   * A board that is known to answer. A board counts also if it fell silent while nothing else was received,
   * as the line may be dead.
   *
   * @param heardAt when bytes were last received
   */
  responsiveBoard(heardAt: number): number | undefined {
    return this.#responsive ?? (heardAt < this.#silentFrom ? this.#lastResponsive : undefined);
  }

  /** The board to read now, and how many of its channels are in use; `undefined`: none. */
  next(now: number): LockLayout["boards"][number] | undefined {
    if (this.#round.length === 0) {
      if (now < this.#nextRoundAt) return undefined;
      const all = now >= this.#nextFullRoundAt;
      if (all) this.#nextFullRoundAt = now + BUS.idlePollMs;
      this.#round = this.#doors.boardsToRead({ all });
      this.#nextRoundAt = now + this.#intervalMs(now);
    }
    const at = this.#round.shift();
    this.#wasProbe = this.#isProbing;
    this.#isProbing = false;
    return this.#layout.boards.find(({ board }) => board === at);
  }

  /**
   * Has a board that is known to answer read before anything else; `false` if there is none.
   *
   * @param options.again whether to ask the board that answered last once more, though it does not answer now
   */
  probe({ again = false }: { again?: boolean } = {}): boolean {
    const board = this.#responsive ?? (again ? this.#lastResponsive : undefined);
    if (board === undefined) return false;
    if (!this.#round.includes(board)) this.#round.unshift(board);
    this.#isProbing = true;
    return true;
  }

  answered(board: number): void {
    this.#responsive = this.#lastResponsive = board;
    this.#unansweredReads?.delete(board);
  }

  /** The board has not answered a read. After a number of such reads its doors count as unknown. */
  unanswered(board: number, { askedAt, now }: { askedAt: number; now: number }): void {
    const unansweredReads = this.#unansweredReads ??= new Map<number, number>();
    const times = (unansweredReads.get(board) ?? 0) + 1;
    unansweredReads.set(board, times);
    if (times === 1 && board === this.#responsive) this.#silentFrom = askedAt;
    if (times === 1) this.#nextRoundAt = Math.min(this.#nextRoundAt, now + BUS.silentRetryMs);
    // A single answer may get lost.
    if (this.#wasProbe && times < BUS.silentReadsMax) this.probe();
    if (times < BUS.silentReadsMax) return;
    this.#doors.forgetBoard(board);
    if (board === this.#responsive) this.#responsive = undefined;
  }

  /** A door has moved: one that is open is read again soon. */
  doorsMoved(now: number): void {
    if (!this.#doors.hasOpenDoor) return;
    const areSilent = this.#doors.boardsToRead({ all: false }).every((board) =>
      this.#unansweredReads?.has(board)
    );
    if (areSilent) return;
    this.#nextRoundAt = Math.min(this.#nextRoundAt, now + BUS.openDoorPollMs);
  }

  #intervalMs(now: number): number {
    const unansweredReads = this.#unansweredReads;
    if (unansweredReads && unansweredReads.size === this.#layout.boards.length) {
      const times = Math.min(...unansweredReads.values());
      return backoffMs(times, { firstMs: BUS.silentRetryMs, maxMs: BUS.idlePollMs });
    }
    if (!this.#doors.hasOpenDoor) return BUS.idlePollMs;
    const fresh = now - this.#doors.changedAt < BUS.openDoorFreshMs;
    return fresh ? BUS.openDoorPollMs : BUS.openDoorLatePollMs;
  }
}
