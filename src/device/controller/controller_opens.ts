import { BUS, CONTROLLER, DEVICE } from "../../lib/limits.ts";
import { partition } from "../../lib/partition.ts";
import type { Evidence } from "../../cabinet/requests.ts";
import type { ResultLine } from "./lines.ts";
import type { OpenJob } from "../cabinet_driver.ts";

export interface ControllerOpensPort {
  /** It is the job's turn: answer with {@linkcode ControllerOpens.permitted} once it may be sent. */
  permit(job: OpenJob): void;
  send(job: OpenJob): void;
  /** Asks the controller for a sign of life. */
  ask(): void;
  /** The controller was silent when it had to answer: the line is dead. */
  silent(): void;
}

type RefusedReason = (ResultLine & { state: "refused" })["reason"];

const REFUSALS = {
  mac: "unavailable",
  lock: "unsupported",
  late: "expired",
  busy: "busy",
} as const satisfies Record<RefusedReason, string>;

/**
 * The opens of a smart controller: those that wait for their permission, one at a time, and those that were
 * sent and not answered, of which there may be several. No socket and no timer; all times are milliseconds of
 * one monotonic clock.
 *
 * An open is sent once. Nothing here sends it again.
 */
export class ControllerOpens {
  readonly #port: ControllerOpensPort;
  #waiting: OpenJob[] = [];
  #awaitingPermit: OpenJob | undefined;
  /** When the next open may be sent: a controller refuses one that comes within another one's pulse. */
  #nextAt = -Infinity;
  /** The opens that were sent, by id, and until when they may be answered. */
  readonly #sent = new Map<
    string,
    { readonly job: OpenJob; readonly sentAt: number; readonly until: number }
  >();
  /** When anything was last received. */
  #heardAt: number;
  /** Until when the sign of life has to come that was asked for before an open; `Infinity`: none was. */
  #silentAt = Infinity;

  /** @param now when the connection began */
  constructor(port: ControllerOpensPort, now: number) {
    this.#port = port;
    this.#heardAt = now;
  }

  /** When {@linkcode tick} has to be called next. */
  get wakeAt(): number {
    const deadlines = this.#waiting.map(({ deadline }) => deadline);
    const isHeld = this.#awaitingPermit !== undefined || this.#silentAt < Infinity;
    const nextAt = this.#waiting.length > 0 && !isHeld ? this.#nextAt : Infinity;
    return Math.min(nextAt, this.#silentAt, ...deadlines, ...this.#sent.values().map(({ until }) => until));
  }

  get isBusy(): boolean {
    return this.#waiting.length > 0 || this.#awaitingPermit !== undefined || this.#sent.size > 0;
  }

  /** Takes an open, or refuses it at once if too many are not over. */
  open(job: OpenJob, now: number): void {
    const isFull = this.#waiting.length + this.#sent.size >= BUS.queueMax;
    if (isFull) return job.done({ state: "refused", reason: "busy" });
    this.#waiting.push(job);
    this.tick(now);
  }

  permitted(may: boolean, now: number): void {
    const job = this.#awaitingPermit;
    if (!job) return;
    this.#awaitingPermit = undefined;
    if (!may) job.done({ state: "refused", reason: "unavailable" });
    else if (now >= job.deadline) job.done({ state: "refused", reason: "expired" });
    else this.#send(job, now);
    this.tick(now);
  }

  /** The controller sent something, whatever it is. */
  received(now: number): void {
    this.#heardAt = now;
    this.#silentAt = Infinity;
    this.tick(now);
  }

  /** Takes the controller's result of an open. That of an unknown open is ignored: it was over before. */
  takeResult(result: ResultLine): void {
    const sent = this.#sent.get(result.id);
    if (sent) this.#finish(sent.job, evidenceOf(result));
  }

  /** Ends opens whose time is up, and begins the next one. */
  tick(now: number): void {
    const [late, inTime] = partition(this.#waiting, ({ deadline }) => now >= deadline);
    this.#waiting = inTime;
    for (const job of late) job.done({ state: "refused", reason: "expired" });
    if (now >= this.#silentAt || this.#expireOpens(now)) return this.#lineIsDead();
    if (this.#awaitingPermit || now < this.#nextAt || this.#waiting.length === 0) return;
    if (now - this.#heardAt > BUS.freshMs) return this.#probeLine(now);
    this.#awaitingPermit = this.#waiting.shift();
    if (this.#awaitingPermit) this.#port.permit(this.#awaitingPermit);
  }

  /** The connection is gone: opens that were sent become unconfirmed, the others are refused. */
  close(): void {
    const refused = this.#awaitingPermit ? [this.#awaitingPermit, ...this.#waiting] : this.#waiting;
    this.#awaitingPermit = undefined;
    this.#waiting = [];
    for (const job of refused) job.done({ state: "refused", reason: "offline" });
    for (const { job } of [...this.#sent.values()]) {
      this.#finish(job, { state: "unconfirmed", reason: "link-lost" });
    }
  }

  /** Ends opens that were not answered in time. Returns whether nothing was received since one was sent. */
  #expireOpens(now: number): boolean {
    const late = this.#sent.values().filter(({ until }) => now >= until).toArray();
    for (const { job } of late) this.#finish(job, { state: "unconfirmed", reason: "no-reply" });
    return late.some(({ sentAt }) => this.#heardAt <= sentAt);
  }

  /** Nothing was received for a while: the waiting opens are sent once anything is. */
  #probeLine(now: number): void {
    if (this.#silentAt < Infinity) return;
    this.#silentAt = now + DEVICE.signOfLifeMs;
    this.#port.ask();
  }

  #lineIsDead(): void {
    this.#silentAt = Infinity;
    for (const job of this.#waiting.splice(0)) job.done({ state: "refused", reason: "offline" });
    this.#port.silent();
  }

  #send(job: OpenJob, now: number): void {
    this.#sent.set(job.id, { job, sentAt: now, until: now + BUS.confirmMs });
    this.#nextAt = now + CONTROLLER.pulseGapMs;
    this.#port.send(job);
  }

  #finish(job: OpenJob, evidence: Evidence): void {
    this.#sent.delete(job.id);
    job.done(evidence);
  }
}

function evidenceOf(result: ResultLine): Evidence {
  switch (result.state) {
    case "opened":
    case "accepted":
      return { state: result.state };
    case "failed":
      return { state: "failed", reason: "did-not-open" };
    case "refused":
      return { state: "refused", reason: REFUSALS[result.reason] };
  }
}
