import type { NoticeTable } from "../../db/mod.ts";
import type { DueNotice } from "../../db/queries/notices.ts";
import { backoffMs } from "../../lib/concurrency/backoff.ts";
import { NOTICE } from "../../lib/limits.ts";
import type { NoticeErrorKind } from "./notice_sender.ts";

const BACKOFF = { firstMs: NOTICE.retryMs, maxMs: NOTICE.retryMaxMs };

/** How a try went, with what was said of it. */
export type TryResult =
  | { readonly type: "sent" }
  | { readonly type: NoticeErrorKind; readonly problem: string };

/**
 * Why the notice must not be sent any more, or is not worth it, with what its last try said; `undefined`: it is to be
 * sent.
 *
 * - `no-identity`: the app does not know the person any more
 * - `unsure`: it may have arrived, and the other side would not know a double any more
 * - `late`: it is worth nothing by now
 * - `over`: what it says is not so any more
 */
export function reasonToDrop(notice: DueNotice, now: number): string | undefined {
  const why = reasonOf(notice, now);
  return why !== undefined && notice.problem !== null ? `${why}: ${notice.problem}` : why;
}

function reasonOf(notice: DueNotice, now: number): string | undefined {
  const { kind, openid, at, unsure_since, rental_state, rental_until } = notice;
  if (openid === null) return "no-identity";
  if (unsure_since !== null && now >= unsure_since + NOTICE.unsureMs) return "unsure";
  if (now >= at + NOTICE.worthMs) return "late";
  if (kind !== "overdue" && kind !== "extended") return undefined;
  const isExtended = kind === "overdue" && rental_until !== null && rental_until > now;
  return rental_state !== "held" || isExtended ? "over" : undefined;
}

/** The notice is dropped. */
export function dropped(problem: string, now: number): Partial<NoticeTable> {
  return { state: "dropped", finished_at: now, problem: brief(problem) };
}

/**
 * What a try means for the notice.
 *
 * @param notice as it was before the try
 * @param options.began when the try began
 * @param options.random from 0 to 1, so that what failed together is not tried again in one moment
 */
export function afterTry(
  notice: NoticeTable,
  result: TryResult,
  { began, now, random }: { began: number; now: number; random: number },
): Partial<NoticeTable> {
  switch (result.type) {
    case "sent":
      return { state: "sent", finished_at: now, unsure_since: null, problem: null };
    case "final":
      return dropped(result.problem, now);
    case "later":
    case "unsure": {
      const unsure_since = notice.unsure_since ?? (result.type === "unsure" ? began : null);
      const next_at = now + backoffMs(notice.tries, { ...BACKOFF, random });
      return { next_at, unsure_since, problem: brief(result.problem) };
    }
  }
}

function brief(problem: string): string {
  return problem.slice(0, NOTICE.problemCharsMax);
}
