/**
 * Opens that were sent, and what proves how they ended. No bytes and no timer; all times are milliseconds of one
 * monotonic clock.
 *
 * @module
 */
import type { LockAddress, SensedDoor } from "../../boards/mod.ts";
import { BUS } from "../../lib/limits.ts";
import type { Evidence } from "../../cabinet/requests.ts";
import type { OpenJob } from "../cabinet_driver.ts";

/** An open that was sent and for which evidence is looked for. */
export interface SentOpen {
  readonly job: OpenJob;
  readonly sentAt: number;
  readonly until: number;
  /** Whether boards answer an open at all. */
  readonly boardsAnswer: boolean;
  /** Whether something was to be heard: a board of this line is known to answer. */
  readonly isAnswerDue: boolean;
  /** Whether the board said anything to it. */
  isAnswered: boolean;
  /** Since when it is known that the board has got it; `undefined`: it may still be on its way. */
  receivedAt: number | undefined;
  /** When to look at the door next. */
  readAt: number;
  /** Whether anybody has looked. */
  isDoorRead: boolean;
}

/** An open for which no evidence came. */
export type ExpiredOpen = Pick<SentOpen, "job" | "sentAt" | "isAnswerDue">;

/** How the boards of a bus behave. */
export interface EvidenceOptions {
  /** See `Family.doorOpensWithinMs`. */
  readonly doorOpensWithinMs: number;
  /** Whether doors can be seen. */
  readonly canReadDoors: boolean;
}

/** See the module. Something that holds from a time on proves nothing about what was sent after that time. */
export class EvidenceCollector {
  readonly #options: EvidenceOptions;
  #all: SentOpen[] = [];

  constructor(options: EvidenceOptions) {
    this.#options = options;
  }

  /** How many are not over. */
  get size(): number {
    return this.#all.length;
  }

  /** When something is over by itself. */
  get expiresAt(): number {
    return this.#all.reduce((at, { until }) => Math.min(at, until), Infinity);
  }

  /** When a door is to be looked at next. */
  get nextReadAt(): number {
    return this.#all.reduce((at, { readAt }) => Math.min(at, readAt), Infinity);
  }

  /** The open leaves. */
  add(
    job: OpenJob,
    { now, ...line }: { now: number } & Pick<SentOpen, "boardsAnswer" | "isAnswerDue">,
  ): SentOpen {
    const open: SentOpen = {
      job,
      sentAt: now,
      until: now + BUS.confirmMs,
      ...line,
      isAnswered: false,
      receivedAt: undefined,
      readAt: Infinity,
      isDoorRead: false,
    };
    this.#all.push(open);
    return open;
  }

  /** One whose door is to be looked at now; `first`: and has not been. */
  nextDue(now: number, { first = false }: { first?: boolean } = {}): SentOpen | undefined {
    return this.#all.find(({ readAt, isDoorRead }) => readAt <= now && !(first && isDoorRead));
  }

  /** Nothing was said. The door is to be looked at then, where that tells anything. */
  scheduleRead(open: SentOpen, readAt: number): void {
    if (this.#options.canReadDoors) open.readAt = readAt;
  }

  /**
   * The board reports by itself that the lock's door moved, which may be a switch that bounces, or news that were held
   * up on their way: the door is to be looked at.
   *
   * @returns whether an open of that lock waits for evidence
   */
  boardReported(lock: LockAddress, readAt: number): boolean {
    const waiting = this.#at(lock, Infinity);
    for (const open of waiting) open.readAt = Math.min(open.readAt, readAt);
    return waiting.length > 0;
  }

  /** Whether an open of that lock waits for evidence. */
  isAwaiting(lock: LockAddress): boolean {
    return this.#at(lock, Infinity).length > 0;
  }

  /** A reading shows the lock's door open. */
  doorSeenOpen(lock: LockAddress, asOf: number): void {
    for (const open of this.#at(lock, asOf)) this.#finish(open, { state: "opened" });
  }

  /** The board answered. Without eyes its word is all there is; else the door is looked at, at `readAt`. */
  boardAnswered(lock: LockAddress, said: { ok: boolean; asOf: number; now: number; readAt: number }): void {
    for (const open of this.#at(lock, said.asOf)) {
      open.isAnswered = true;
      open.receivedAt ??= said.now;
      if (this.#options.canReadDoors) open.readAt = said.readAt;
      else if (said.ok) this.#finish(open, { state: "accepted" });
      else this.#finish(open, { state: "failed", reason: "did-not-open" });
    }
  }

  /** The board had time to say something, where it never says anything to an open. */
  noAnswerExpected(open: SentOpen, now: number): void {
    if (this.#options.canReadDoors) open.readAt = now;
    else this.#finish(open, { state: "accepted" });
  }

  /** A look at its door. Seen shut for long enough after the board got the open, it failed. */
  doorRead(open: SentOpen, seen: { door: SensedDoor | undefined; asOf: number; now: number }): void {
    const { door, asOf, now } = seen;
    if (!this.#all.includes(open)) return;
    open.readAt = now + BUS.confirmGapMs;
    if (asOf < open.sentAt) return;
    // A bus is in order: what was asked after the open is answered after it.
    if (!open.boardsAnswer) open.receivedAt ??= now;
    const { receivedAt, isAnswered } = open;
    if (door === "open") return this.#finish(open, { state: "opened" });
    if (receivedAt === undefined) return;
    if (door === undefined && isAnswered) return this.#finish(open, { state: "accepted" });
    if (door === "closed" && asOf >= receivedAt + this.#options.doorOpensWithinMs) {
      this.#finish(open, { state: "failed", reason: "did-not-open" });
    }
  }

  /** Ends those that looked for evidence long enough, and returns them. */
  expire(now: number): readonly ExpiredOpen[] {
    const late = this.#all.filter(({ until }) => now >= until);
    for (const open of late) {
      const reason = open.receivedAt === undefined ? "no-reply" : "not-seen";
      this.#finish(open, { state: "unconfirmed", reason });
    }
    return late;
  }

  /** The connection is gone. */
  close(): void {
    for (const open of [...this.#all]) {
      this.#finish(open, { state: "unconfirmed", reason: "link-lost" });
    }
  }

  #at(lock: LockAddress, asOf: number): SentOpen[] {
    return this.#all.filter(({ job: { cell }, sentAt }) =>
      cell.board === lock.board && cell.channel === lock.channel && sentAt <= asOf
    );
  }

  #finish(open: SentOpen, evidence: Evidence): void {
    const index = this.#all.indexOf(open);
    if (index < 0) return;
    this.#all.splice(index, 1);
    open.job.done(evidence);
  }
}
