/**
 * The settings of a simulated 8A bus.
 *
 * @module
 */
import { BOARDS_MAX, LOCKS_MAX } from "./_limits.ts";
import type { BusEvent, Cell, Deafness, Wiring } from "./bus.ts";
import type { Random, Span } from "./span.ts";

/** How the boards, the locks and the people in front of them behave. */
export interface Virtual8aOptions {
  /** How many boards; their addresses count up from 1. @default 1 */
  readonly boards?: number;
  /** How many locks on each board, or one number per board. @default 24 */
  readonly locks?: number | readonly number[];
  /** How the feedback switches are wired. @default "short-when-locked" */
  readonly wiring?: Wiring;
  /** From the request, or from the last lock of an open-all, to the reply. @default 200 */
  readonly replyMs?: Span;
  /** From lock to lock in an open-all. @default 300 */
  readonly openAllStepMs?: Span;
  /** From a pulse to the feedback of an open door. Longer than `replyMs` makes the reply deny it. @default 0 */
  readonly popMs?: Span;
  /** From a door's popping open to somebody's closing it. @default "never" */
  readonly closeMs?: Span | "never";
  /** Head byte of the change reports, where the board sends them. @default none are sent */
  readonly changeReports?: 0x81 | 0x82;
  /** From a change to its report. @default 50 */
  readonly reportMs?: Span;
  /** The reply to hold on and hold off differs from board to board. @default "none" */
  readonly holdReply?: "none" | "echo" | "state";
  /** State bytes in a read-all reply. @default one per 8 locks */
  readonly stateBytes?: number;
  /** Locks whose coil fires and whose door stays shut. */
  readonly jammed?: readonly Cell[];
  /** Addresses of boards that neither obey nor answer. */
  readonly silent?: readonly number[];
  /** What gets lost on its way up. @default "nothing" */
  readonly deaf?: Deafness;
  /** Source of chance for drawn times. @default Math.random */
  readonly random?: Random;
  /** Hears of everything that happens on the bus. */
  readonly log?: (event: BusEvent) => void;
}

/**
 * How many locks each board has, by the board's address.
 *
 * @throws {RangeError} when there are more boards or locks than a bus can have
 */
export function locksByBoard({ boards = 1, locks = 24 }: Virtual8aOptions): Map<number, number> {
  if (!isWithin(boards, BOARDS_MAX)) throw new RangeError(`Cannot put ${boards} boards on a bus`);
  const counts = new Map<number, number>();
  for (let board = 1; board <= boards; board++) {
    const count = typeof locks === "number" ? locks : locks[board - 1] ?? 0;
    if (!isWithin(count, LOCKS_MAX)) throw new RangeError(`Cannot put ${count} locks on board ${board}`);
    counts.set(board, count);
  }
  return counts;
}

function isWithin(count: number, max: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= max;
}
