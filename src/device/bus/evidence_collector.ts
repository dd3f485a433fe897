import { isSameLock, type LockAddress, type SensedDoor } from "../../boards/mod.ts";
import { BUS } from "../../lib/limits.ts";
import type { Evidence } from "../../cabinet/requests.ts";
import type { OpenJob } from "../cabinet_driver.ts";

/** An open that was sent and whose evidence is being collected. */
export interface SentOpen {
  readonly job: OpenJob;
  readonly sentAt: number;
  readonly until: number;
  /** Whether boards of this family answer an open at all. */
  readonly boardsAnswer: boolean;
  /** Whether an answer of some kind was due: a board on this line is known to answer. */
  readonly isAnswerDue: boolean;
  /** Whether the board answered this open. */
  isAnswered: boolean;
  /** Since when the board is known to have received the open; `undefined`: it may still be on its way. */
  receivedAt: number | undefined;
  /** When the door is to be read next. */
  readAt: number;
  /** Whether the door was read since the open. */
  isDoorRead: boolean;
}

/** How the boards of a bus behave. */
export interface EvidenceOptions {
  /** See `BoardFamily.doorOpensWithinMs`. */
  readonly doorOpensWithinMs: number;
  readonly canReadDoors: boolean;
}

/**
 * The opens that were sent, and the evidence of how they ended. What holds since a certain time proves nothing about
 * opens that were sent later. No bytes and no timer; all times are milliseconds of one monotonic clock.
 */
export class EvidenceCollector {
  readonly #options: EvidenceOptions;
  #all: SentOpen[] = [];

  constructor(options: EvidenceOptions) {
    this.#options = options;
  }

  /** How many opens wait for evidence. */
  get size(): number {
    return this.#all.length;
  }

  /** When the next open's time is up. */
  get expiresAt(): number {
    return this.#all.reduce((at, { until }) => Math.min(at, until), Infinity);
  }

  /** When the next door is to be read. */
  get nextReadAt(): number {
    return this.#all.reduce((at, { readAt }) => Math.min(at, readAt), Infinity);
  }

  /** Starts collecting evidence for an open that is sent now. */
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

  /** An open whose door is to be read now; with `first` only one whose door was not read yet. */
  nextDue(now: number, { first = false }: { first?: boolean } = {}): SentOpen | undefined {
    return this.#all.find(({ readAt, isDoorRead }) => readAt <= now && !(first && isDoorRead));
  }

  /** No answer came: the door is read at that time, where doors can be read. */
  scheduleRead(open: SentOpen, readAt: number): void {
    if (this.#options.canReadDoors) open.readAt = readAt;
  }

  /**
   * The board reported by itself that the lock's door moved. The switch may bounce, or the report may have
   * been held up, so the door has to be read.
   *
   * @returns whether an open of that lock waits for evidence
   */
  boardReported(lock: LockAddress, readAt: number): boolean {
    const waiting = this.#at(lock, Infinity);
    for (const open of waiting) open.readAt = Math.min(open.readAt, readAt);
    return waiting.length > 0;
  }

  isAwaiting(lock: LockAddress): boolean {
    return this.#at(lock, Infinity).length > 0;
  }

  /** A reading shows the lock's door open. */
  doorSeenOpen(lock: LockAddress, asOf: number): void {
    for (const open of this.#at(lock, asOf)) this.#finish(open, { state: "opened" });
  }

  /**
   * The board answered. Where doors cannot be read its answer is all the evidence there is; else the door is
   * read at `readAt`.
   */
  boardAnswered(lock: LockAddress, said: { ok: boolean; asOf: number; now: number; readAt: number }): void {
    for (const open of this.#at(lock, said.asOf)) {
      open.isAnswered = true;
      open.receivedAt ??= said.now;
      if (this.#options.canReadDoors) open.readAt = said.readAt;
      else if (said.ok) this.#finish(open, { state: "accepted" });
      else this.#finish(open, { state: "failed", reason: "did-not-open" });
    }
  }

  /** The board, which never answers an open, had the time to carry it out. */
  noAnswerExpected(open: SentOpen, now: number): void {
    if (this.#options.canReadDoors) open.readAt = now;
    else this.#finish(open, { state: "accepted" });
  }

  /** The open's door was read. Seen shut long enough after the board received the open, it has failed. */
  doorRead(open: SentOpen, seen: { door: SensedDoor | undefined; asOf: number; now: number }): void {
    const { door, asOf, now } = seen;
    if (!this.#all.includes(open)) return;
    open.readAt = now + BUS.confirmGapMs;
    if (asOf < open.sentAt) return;
    // A bus keeps its order: the read was answered after the open was received.
    if (!open.boardsAnswer) open.receivedAt ??= now;
    const { receivedAt, isAnswered } = open;
    if (door === "open") return this.#finish(open, { state: "opened" });
    if (receivedAt === undefined) return;
    if (door === undefined && isAnswered) return this.#finish(open, { state: "accepted" });
    if (door === "closed" && asOf >= receivedAt + this.#options.doorOpensWithinMs) {
      this.#finish(open, { state: "failed", reason: "did-not-open" });
    }
  }

  /** Ends the opens whose time is up, and returns them. */
  expire(now: number): readonly SentOpen[] {
    const late = this.#all.filter(({ until }) => now >= until);
    for (const open of late) {
      const reason = open.receivedAt === undefined ? "no-reply" : "not-seen";
      this.#finish(open, { state: "unconfirmed", reason });
    }
    return late;
  }

  /** Ends all opens as unconfirmed: the connection is gone. */
  close(): void {
    for (const open of [...this.#all]) this.#finish(open, { state: "unconfirmed", reason: "link-lost" });
  }

  #at(lock: LockAddress, asOf: number): SentOpen[] {
    return this.#all.filter(({ job, sentAt }) => isSameLock(job.lock, lock) && sentAt <= asOf);
  }

  #finish(open: SentOpen, evidence: Evidence): void {
    const index = this.#all.indexOf(open);
    if (index < 0) return;
    this.#all.splice(index, 1);
    open.job.done(evidence);
  }
}
