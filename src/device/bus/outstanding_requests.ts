import type { Frame, NamelessFrame, PendingRequest } from "../../boards/mod.ts";
import { BUS } from "../../lib/limits.ts";

/** A request that was sent and not answered. */
interface OutstandingRequest {
  readonly pending: PendingRequest;
  readonly sentAt: number;
  /** When something was heard first after it was sent. */
  firstReceivedAt?: number;
}

/** From when on something that came holds, in milliseconds of one monotonic clock, and whether it was asked for. */
export interface AnswerTime {
  readonly asOf: number;
  readonly isSolicited: boolean;
}

/**
 * The answers that may still come. Most families number nothing, so an answer may be that of the oldest request which
 * it fits: what it says holds from when that was sent, and proves nothing about what was sent later.
 */
export class OutstandingRequests {
  #requests: OutstandingRequest[] = [];
  /** When the newest request that is answered was sent: a line is in order, so whatever comes now is younger. */
  #answeredAt: number;
  /** When something was heard last. */
  #lastReceivedAt = -Infinity;

  /** @param now when the line began */
  constructor(now: number) {
    this.#answeredAt = now;
  }

  /** The request leaves. */
  add(pending: PendingRequest, now: number): void {
    this.#requests = this.#requests.filter((request) => this.#isStillExpected(request)).slice(-BUS.owedMax);
    if (pending.answer !== "nothing") this.#requests.push({ pending, sentAt: now });
  }

  /** All that came until now was looked at. */
  received(now: number): void {
    this.#lastReceivedAt = now;
    for (const request of this.#requests) request.firstReceivedAt ??= now;
  }

  /**
   * Something came. A bus answers in order, so requests before the one that it answers are not answered any more. What
   * nobody asked for may have been held up on its way: it is only known to be younger than the last answer.
   */
  matchAnswer(frame: Frame): AnswerTime {
    const index = this.#requests.findIndex((request) =>
      isAnswerTo(frame, request.pending) && this.#isStillExpected(request)
    );
    const [answered] = this.#requests.splice(0, index + 1).slice(-1);
    if (answered) this.#answeredAt = Math.max(this.#answeredAt, answered.sentAt);
    return { asOf: answered?.sentAt ?? this.#answeredAt, isSolicited: answered !== undefined };
  }

  /** The requests whose answers may still come, oldest first. */
  get requests(): PendingRequest[] {
    return this.#requests.filter((request) => this.#isStillExpected(request)).map(({ pending }) => pending);
  }

  /**
   * The frame with its name: that of the only lock whose answer it can be.
   *
   * @returns `undefined`: it may be about another lock as well, or about none that was asked for
   */
  identifyLock({ board, answers, ok, door }: NamelessFrame): Frame | undefined {
    const asked = this.requests.filter((pending) =>
      pending.board === board && answers.includes(pending.answer)
    );
    const [first] = asked;
    const channel = first?.channel;
    if (channel === undefined || asked.some((pending) => pending.channel !== channel)) return undefined;
    const lock = { board, channel };
    return first?.answer === "door" ? { type: "door", lock, door } : { type: "open-reply", lock, ok, door };
  }

  /**
   * A network that stands still holds answers up, and what it held up comes bit by bit: so the time counts from the first
   * thing that was heard after the request to the last.
   */
  #isStillExpected({ firstReceivedAt }: OutstandingRequest): boolean {
    return firstReceivedAt === undefined || this.#lastReceivedAt - firstReceivedAt < BUS.lateMs;
  }
}

/** Whether the frame is what the request asks for. */
export function isAnswerTo(frame: Frame, pending: PendingRequest): boolean {
  if (frame.type !== pending.answer) return false;
  if (!("lock" in frame)) return frame.board === pending.board;
  return frame.lock.board === pending.board && frame.lock.channel === pending.channel;
}
