import type { Frame, Pending } from "../boards/mod.ts";
import { BUS } from "../limits.ts";

/** A request that was sent and not answered. */
interface Request {
  readonly pending: Pending;
  readonly sentAt: number;
}

/**
 * The answers that may still come. Most families number nothing, so an answer may be that of the oldest request which
 * it fits: what it says holds from when that was sent, and proves nothing about what was sent later.
 */
export class Owed {
  #requests: Request[] = [];

  /** The request leaves. */
  sent(pending: Pending, now: number): void {
    this.#requests = this.#requests.filter(({ sentAt }) => now - sentAt < BUS.lateMs);
    if (pending.answer !== "nothing") this.#requests.push({ pending, sentAt: now });
  }

  /**
   * Something came. A bus answers in order, so requests before the one that it answers are not answered any more.
   *
   * @returns from when on it holds: `now` where nobody asked
   */
  answered(frame: Frame, now: number): number {
    const index = this.#requests.findIndex(({ pending, sentAt }) =>
      answers(frame, pending) && now - sentAt < BUS.lateMs
    );
    const [answered] = this.#requests.splice(0, index + 1).slice(-1);
    return answered?.sentAt ?? now;
  }
}

/** Whether the frame is what the request asks for. */
export function answers(frame: Frame, pending: Pending): boolean {
  if (frame.type !== pending.answer) return false;
  if (!("lock" in frame)) return frame.board === pending.board;
  return frame.lock.board === pending.board && frame.lock.channel === pending.channel;
}
