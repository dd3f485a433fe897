/**
 * Opens that were sent, and what proves how they ended. No bytes and no timer; all times are milliseconds of one
 * monotonic clock.
 *
 * @module
 */
import type { LockAddress, SensedDoor } from "../../boards/mod.ts";
import { BUS } from "../../lib/limits.ts";
import type { Evidence } from "../../cabinet/requests.ts";
import type { OpenJob } from "../line.ts";

/** An open that was sent and for which evidence is looked for. */
export interface SentOpen {
  readonly job: OpenJob;
  readonly sentAt: number;
  readonly until: number;
  /** Whether boards answer an open at all. */
  readonly isAnswered: boolean;
  /** Whether something was to be heard: a board of this line is known to answer. */
  readonly isExpected: boolean;
  /** Whether the board said anything to it. */
  answered: boolean;
  /** Since when it is known that the board has got it; `undefined`: it may still be on its way. */
  gotAt: number | undefined;
  /** When to look at the door next. */
  readAt: number;
  /** Whether anybody has looked. */
  isLookedAt: boolean;
}

/** An open for which no evidence came. */
export type ExpiredOpen = Pick<SentOpen, "job" | "sentAt" | "isExpected">;

/** How the boards of a bus behave. */
export interface EvidenceOptions {
  /** See `Family.popsWithinMs`. */
  readonly popsWithinMs: number;
  /** Whether doors can be seen. */
  readonly sees: boolean;
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
  get until(): number {
    return this.#all.reduce((at, { until }) => Math.min(at, until), Infinity);
  }

  /** When a door is to be looked at next. */
  get readAt(): number {
    return this.#all.reduce((at, { readAt }) => Math.min(at, readAt), Infinity);
  }

  /** The open leaves. */
  sent(
    job: OpenJob,
    { now, ...line }: { now: number } & Pick<SentOpen, "isAnswered" | "isExpected">,
  ): SentOpen {
    const confirming: SentOpen = {
      job,
      sentAt: now,
      until: now + BUS.confirmMs,
      ...line,
      answered: false,
      gotAt: undefined,
      readAt: Infinity,
      isLookedAt: false,
    };
    this.#all.push(confirming);
    return confirming;
  }

  /** One whose door is to be looked at now; `first`: and has not been. */
  due(now: number, { first = false }: { first?: boolean } = {}): SentOpen | undefined {
    return this.#all.find(({ readAt, isLookedAt }) => readAt <= now && !(first && isLookedAt));
  }

  /** Nothing was said. The door is to be looked at then, where that tells anything. */
  lookAt(confirming: SentOpen, readAt: number): void {
    if (this.#options.sees) confirming.readAt = readAt;
  }

  /**
   * The board reports by itself that the lock's door moved, which may be a switch that bounces, or news that were held
   * up on their way: the door is to be looked at.
   *
   * @returns whether an open of that lock waits for evidence
   */
  reported(lock: LockAddress, readAt: number): boolean {
    const waiting = this.#at(lock, Infinity);
    for (const confirming of waiting) confirming.readAt = Math.min(confirming.readAt, readAt);
    return waiting.length > 0;
  }

  /** Whether an open of that lock waits for evidence. */
  waitsFor(lock: LockAddress): boolean {
    return this.#at(lock, Infinity).length > 0;
  }

  /** A reading shows the lock's door open. */
  open(lock: LockAddress, asOf: number): void {
    for (const confirming of this.#at(lock, asOf)) this.#finish(confirming, { state: "opened" });
  }

  /** The board answered. Without eyes its word is all there is; else the door is looked at, at `readAt`. */
  answered(lock: LockAddress, said: { ok: boolean; asOf: number; now: number; readAt: number }): void {
    for (const confirming of this.#at(lock, said.asOf)) {
      confirming.answered = true;
      confirming.gotAt ??= said.now;
      if (this.#options.sees) confirming.readAt = said.readAt;
      else if (said.ok) this.#finish(confirming, { state: "accepted" });
      else this.#finish(confirming, { state: "failed", reason: "did-not-open" });
    }
  }

  /** The board had time to say something, where it never says anything to an open. */
  unanswered(confirming: SentOpen, now: number): void {
    if (this.#options.sees) confirming.readAt = now;
    else this.#finish(confirming, { state: "accepted" });
  }

  /** A look at its door. Seen shut for long enough after the board got the open, it failed. */
  looked(confirming: SentOpen, seen: { door: SensedDoor | undefined; asOf: number; now: number }): void {
    const { door, asOf, now } = seen;
    if (!this.#all.includes(confirming)) return;
    confirming.readAt = now + BUS.confirmGapMs;
    if (asOf < confirming.sentAt) return;
    // A bus is in order: what was asked after the open is answered after it.
    if (!confirming.isAnswered) confirming.gotAt ??= now;
    const { gotAt, answered } = confirming;
    if (door === "open") return this.#finish(confirming, { state: "opened" });
    if (gotAt === undefined) return;
    if (door === undefined && answered) return this.#finish(confirming, { state: "accepted" });
    if (door === "closed" && asOf >= gotAt + this.#options.popsWithinMs) {
      this.#finish(confirming, { state: "failed", reason: "did-not-open" });
    }
  }

  /** Ends those that looked for evidence long enough, and returns them. */
  giveUpLate(now: number): readonly ExpiredOpen[] {
    const late = this.#all.filter(({ until }) => now >= until);
    for (const confirming of late) {
      const reason = confirming.gotAt === undefined ? "no-reply" : "not-seen";
      this.#finish(confirming, { state: "unconfirmed", reason });
    }
    return late;
  }

  /** The connection is gone. */
  close(): void {
    for (const confirming of [...this.#all]) {
      this.#finish(confirming, { state: "unconfirmed", reason: "link-lost" });
    }
  }

  #at(lock: LockAddress, asOf: number): SentOpen[] {
    return this.#all.filter(({ job: { cell }, sentAt }) =>
      cell.board === lock.board && cell.channel === lock.channel && sentAt <= asOf
    );
  }

  #finish(confirming: SentOpen, evidence: Evidence): void {
    const index = this.#all.indexOf(confirming);
    if (index < 0) return;
    this.#all.splice(index, 1);
    confirming.job.done(evidence);
  }
}
