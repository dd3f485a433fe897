import type { Database } from "../../db/mod.ts";
import { changeNotice, isNoticeDue } from "../../db/queries/notices.ts";
import { CircuitBreaker } from "../../lib/concurrency/circuit_breaker.ts";
import { withTimeout } from "../../lib/concurrency/timeout.ts";
import { NOTICE } from "../../lib/limits.ts";
import type { PickupCodes } from "../codes/pickup_codes.ts";
import { retryWrite } from "../journal.ts";
import { type Leased, takeDue } from "./notice_lease.ts";
import { NoticeError, type NoticeSender, type NoticeToSend } from "./notice_sender.ts";
import { afterTry, type TryResult } from "./notice_tries.ts";
import type { NoticeKind } from "../../cabinet/kinds.ts";

/** The outcome of a try to send a notice, for the log. `later`: it is tried again. */
export interface NoticeReport {
  readonly kind: NoticeKind;
  readonly outcome: "sent" | "dropped" | "later";
  readonly problem?: string;
}

/** What an {@linkcode NoticeOutbox} works with. */
export interface NoticeOutboxOptions {
  /** The app's id, as in {@linkcode WantedNotices}. */
  readonly app: string;
  readonly sender: NoticeSender;
  readonly codes: PickupCodes;
  /** Whether it looks for what is due by itself: one isolate of a program does. All do when they are woken. */
  readonly polls: boolean;
  readonly report: (report: NoticeReport) => void;
  /** Is told of what went wrong beside what senders say, such as database errors; the next look tries again. */
  readonly failed: (error: unknown) => void;
  readonly wallClock: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** How long sending may take. @default {NOTICE.sendMs} */
  readonly sendMs?: number;
}

/** What a sender that is too slow is taken to say. */
const TOO_SLOW: TryResult = { type: "unsure", problem: "no answer in time" };

/**
 * Sends the notices that are due, when it polls and when it is woken. Each notice is leased before it is sent, and
 * the outcome is written after: so it is sent once, however many isolates and programs do so.
 */
export class NoticeOutbox implements AsyncDisposable {
  readonly #db: Database;
  readonly #options: NoticeOutboxOptions;
  readonly #breaker = new CircuitBreaker({
    failuresMax: NOTICE.failuresMax,
    callsMax: NOTICE.atOnceMax,
    openMs: NOTICE.restMs,
    openMaxMs: NOTICE.restMaxMs,
  });
  readonly #running = new Set<Promise<void>>();
  readonly #poll: ReturnType<typeof setInterval> | undefined;
  #waking: ReturnType<typeof setTimeout> | undefined;
  #sending = 0;
  #isLooking = false;
  #lookAgain = false;
  #stopped = false;

  constructor(db: Database, options: NoticeOutboxOptions) {
    this.#db = db;
    this.#options = options;
    if (options.polls) this.#poll = setInterval(() => this.#look(), NOTICE.everyMs);
  }

  /** A notice was written, and will be committed in a moment. */
  wake(): void {
    if (this.#stopped) return;
    this.#waking ??= setTimeout(() => {
      this.#waking = undefined;
      this.#look();
    }, NOTICE.wakeMs);
  }

  /** Begins nothing new; resolves when what is being sent is over, and that is on disk. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#poll);
    clearTimeout(this.#waking);
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #look(): void {
    this.#lookAgain = true;
    if (!this.#isLooking) this.#own(this.#sendAll());
  }

  /** Sends what is due, as far as there is room; goes on whenever a notice is over. */
  async #sendAll(): Promise<void> {
    this.#isLooking = true;
    try {
      while (this.#lookAgain && !this.#stopped) {
        this.#lookAgain = false;
        const now = this.#options.wallClock();
        const room = this.#breaker.callsMax(now) - this.#sending;
        if (room <= 0 || !await isNoticeDue(this.#db.tables, now)) continue;
        const { app, codes } = this.#options;
        const { leased, gone } = await this.#db.writer.transaction((trx) =>
          takeDue(trx, { app, codes, now, room })
        );
        for (const { notice, problem } of gone) this.#report(notice, { outcome: "dropped", problem });
        for (const one of leased) this.#own(this.#send(one));
        this.#lookAgain ||= gone.length + leased.length > 0;
      }
    } finally {
      this.#isLooking = false;
    }
  }

  /** Writes the outcome unless another isolate has tried since; that it was sent is written in any case. */
  async #send(leased: Leased): Promise<void> {
    const { notice, began } = leased;
    const { wallClock, random } = this.#options;
    this.#sending++;
    try {
      const result = await this.#try(toSend(leased));
      const now = wallClock();
      if (result.type === "later" || result.type === "unsure") this.#breaker.failed(now);
      else this.#breaker.succeeded();
      const set = afterTry(notice, result, { began, now, random: random() });
      const tries = result.type === "sent" ? undefined : notice.tries + 1;
      await retryWrite(() =>
        this.#db.writer.transaction((trx) => changeNotice(trx, notice.id, { set, tries }))
      );
      this.#report(notice, reportOf(result));
    } finally {
      this.#sending--;
      this.#look();
    }
  }

  async #try(notice: NoticeToSend): Promise<TryResult> {
    const { sender, failed, sendMs = NOTICE.sendMs } = this.#options;
    try {
      const sent = sender.send(notice).then((): TryResult => ({ type: "sent" }));
      return await withTimeout(sent, { ms: sendMs, fallback: () => TOO_SLOW });
    } catch (error) {
      if (error instanceof NoticeError) return { type: error.kind, problem: error.message };
      failed(error);
      return { type: "unsure", problem: error instanceof Error ? error.message : String(error) };
    }
  }

  #report({ kind }: Pick<NoticeReport, "kind">, what: Omit<NoticeReport, "kind">): void {
    this.#options.report({ kind, ...what });
  }

  #own(work: Promise<void>): void {
    const owned: Promise<void> = work.catch(this.#options.failed).finally(() => this.#running.delete(owned));
    this.#running.add(owned);
  }
}

function toSend({ notice, code }: Leased): NoticeToSend {
  const { id, kind, person, openid, cabinet, cabinet_name, cell, at, rental_until } = notice;
  return {
    id,
    kind,
    person,
    openid: openid as string,
    cabinet: { id: cabinet, name: cabinet_name ?? cabinet },
    cell,
    code,
    at,
    until: rental_until ?? undefined,
  };
}

function reportOf(result: TryResult): Omit<NoticeReport, "kind"> {
  switch (result.type) {
    case "sent":
      return { outcome: "sent" };
    case "final":
      return { outcome: "dropped", problem: result.problem };
    case "later":
    case "unsure":
      return { outcome: "later", problem: result.problem };
  }
}
