import type { Frame, FrameWithoutLock, PendingRequest } from "../../boards/mod.ts";
import { BUS } from "../../lib/limits.ts";

interface OutstandingRequest {
  readonly pending: PendingRequest;
  readonly sentAt: number;
  /** When bytes were first received after the request was sent. */
  firstReceivedAt?: number;
}

/** Since when a frame's content holds, in ms of one monotonic clock, and whether a request asked for it. */
export interface AnswerTime {
  readonly asOf: number;
  readonly isSolicited: boolean;
}

/**
 * The requests whose answers may still come. Most families number nothing, so an answer may belong to the oldest
 * request that it fits: what it says holds since that request was sent, and proves nothing about what was sent later.
 */
export class OutstandingRequests {
  #requests: OutstandingRequest[] = [];
  /** When the newest answered request was sent. A line keeps its order: what comes now is younger. */
  #answeredAt: number;
  /** When bytes were last received. */
  #lastReceivedAt = -Infinity;

  /** @param now when the line began */
  constructor(now: number) {
    this.#answeredAt = now;
  }

  add(pending: PendingRequest, now: number): void {
    this.#requests = this.#requests.filter((request) => this.#isStillExpected(request)).slice(
      -BUS.outstandingMax,
    );
    if (pending.answer !== "nothing") this.#requests.push({ pending, sentAt: now });
  }

  /** All bytes received until now were decoded. */
  received(now: number): void {
    this.#lastReceivedAt = now;
    for (const request of this.#requests) request.firstReceivedAt ??= now;
  }

  /**
   * Finds the request that the frame answers. A bus answers in order, so earlier requests are not answered any more.
   * An unsolicited frame may have been held up on its way: it is only known to be younger than the last answer.
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
   * The frame with its lock: the only lock whose answer it can be.
   *
   * @returns `undefined`: the frame may be about another lock as well, or about none that was asked for
   */
  identifyLock({ board, mayAnswer, ok, door }: FrameWithoutLock): Frame | undefined {
    const asked = this.requests.filter((pending) =>
      pending.board === board && mayAnswer.includes(pending.answer)
    );
    const [first] = asked;
    const channel = first?.channel;
    if (channel === undefined || asked.some((pending) => pending.channel !== channel)) return undefined;
    const lock = { board, channel };
    return first?.answer === "door" ? { type: "door", lock, door } : { type: "open-reply", lock, ok, door };
  }

  /**
   * A network that stalls holds answers up and then delivers them bit by bit. So the time counts from the
   * first bytes that were received after the request to the last ones.
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
