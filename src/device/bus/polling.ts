import { BUS } from "../../lib/limits.ts";
import type { LockLayout } from "../cabinet.ts";
import type { DoorStates } from "../door_states.ts";

/**
 * Which board to read when: all on connecting and now and then, those with an open door often, so that its closing
 * is seen, and silent ones less and less. Times are those of the bus.
 */
export class Polling {
  readonly #layout: LockLayout;
  readonly #doors: DoorStates;
  #boards: number[] = [];
  #roundAt: number;
  #allAt = 0;
  /** How often in a row each board left a read unanswered; made when one first does. */
  #silent: Map<number, number> | undefined;
  /** A board that has answered, and has not left two reads in a row unanswered since. */
  #lively: number | undefined;
  /** The board that was lively last, and when the first read was sent that it left unanswered. */
  #wasLively: number | undefined;
  #silentFrom = -Infinity;
  #isProbing = false;
  /** Whether the last board was read for a sign of life. */
  #isProbed = false;

  /** @param firstAt when to read for the first time; `Infinity`: never */
  constructor(layout: LockLayout, { doors, firstAt }: { doors: DoorStates; firstAt: number }) {
    this.#layout = layout;
    this.#doors = doors;
    this.#roundAt = firstAt;
  }

  /** When {@linkcode next} has something to read. */
  get wakeAt(): number {
    return this.#boards.length > 0 ? 0 : this.#roundAt;
  }

  /** Whether somebody waits for a sign of life. */
  get isProbing(): boolean {
    return this.#isProbing;
  }

  /**
   * A board that is known to answer; also one that fell silent while nothing else was heard, as the line may be dead.
   *
   * @param heardAt when anything was heard last
   */
  answering(heardAt: number): number | undefined {
    return this.#lively ?? (heardAt < this.#silentFrom ? this.#wasLively : undefined);
  }

  /** The board to read now, and how many of its channels are in use; `undefined`: none. */
  next(now: number): LockLayout["boards"][number] | undefined {
    if (this.#boards.length === 0) {
      if (now < this.#roundAt) return undefined;
      const all = now >= this.#allAt;
      if (all) this.#allAt = now + BUS.idlePollMs;
      this.#boards = this.#doors.boardsToRead({ all });
      this.#roundAt = now + this.#everyMs(now);
    }
    const at = this.#boards.shift();
    this.#isProbed = this.#isProbing;
    this.#isProbing = false;
    return this.#layout.boards.find(({ board }) => board === at);
  }

  /**
   * Asks a board that is known to answer, before anything else; `false` if none is.
   *
   * @param options.again whether the board that answered last is asked once more, though it does not answer now
   */
  probe({ again = false }: { again?: boolean } = {}): boolean {
    const board = this.#lively ?? (again ? this.#wasLively : undefined);
    if (board === undefined) return false;
    if (!this.#boards.includes(board)) this.#boards.unshift(board);
    this.#isProbing = true;
    return true;
  }

  /** The board has answered. */
  heard(board: number): void {
    this.#lively = this.#wasLively = board;
    this.#silent?.delete(board);
  }

  /** The board has not answered a read. After some times its doors count as unknown. */
  silent(board: number, { askedAt, now }: { askedAt: number; now: number }): void {
    const silent = this.#silent ??= new Map<number, number>();
    const times = (silent.get(board) ?? 0) + 1;
    silent.set(board, times);
    if (times === 1 && board === this.#lively) this.#silentFrom = askedAt;
    if (times === 1) this.#roundAt = Math.min(this.#roundAt, now + BUS.silentRetryMs);
    // One answer may get lost.
    if (this.#isProbed && times < BUS.silentReadsMax) this.probe();
    if (times < BUS.silentReadsMax) return;
    this.#doors.forget(board);
    if (board === this.#lively) this.#lively = undefined;
  }

  /** Some door has moved: one that is open is looked at again soon. */
  doorsMoved(now: number): void {
    if (!this.#doors.someOpen) return;
    const areSilent = this.#doors.boardsToRead({ all: false }).every((board) => this.#silent?.has(board));
    if (areSilent) return;
    this.#roundAt = Math.min(this.#roundAt, now + BUS.openDoorPollMs);
  }

  #everyMs(now: number): number {
    const silent = this.#silent;
    if (silent && silent.size === this.#layout.boards.length) {
      return Math.min(BUS.silentRetryMs * 2 ** Math.min(...silent.values()), BUS.idlePollMs);
    }
    if (!this.#doors.someOpen) return BUS.idlePollMs;
    const fresh = now - this.#doors.changedAt < BUS.openDoorFreshMs;
    return fresh ? BUS.openDoorPollMs : BUS.openDoorLatePollMs;
  }
}
