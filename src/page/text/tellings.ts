/**
 * News in words, with the tone to say them in.
 *
 * @module
 */
import type { Mode, RentalEnd, RentalView } from "../../cabinet/types.ts";
import type { ErrorCode } from "../../protocol/messages.ts";
import type { PageNews, PageState } from "../state/state.ts";
import {
  type EndedTap,
  type FinalState,
  gaveCell,
  isRunning,
  type PageTap,
  type PendingTap,
  shownAs,
} from "../state/taps.ts";
import { fillSay, type Say, type Texts } from "./texts.ts";
import type { OverKind, Retry, SharedReason, ToldTexts } from "./messages.ts";
import { type DoorKind, isDoorKind } from "../state/wishes.ts";

/** The colour family. It always comes with an icon and words of its own. */
export type Tone = "calm" | "good" | "done" | "busy" | "careful" | "bad" | "off";

/** The shapes of `icons.tsx`. */
export type Shape =
  | "door-closed"
  | "door-open"
  | "door-unknown"
  | "tick"
  | "arrow"
  | "scan"
  | "cross"
  | "question"
  | "ban"
  | "warning"
  | "offline"
  | "close"
  | "person"
  | "clock"
  | "spinner";

/** Something in words. */
export interface Telling extends Say {
  readonly tone: Tone;
  readonly shape: Shape;
}

/** How a result looks, wherever it is shown. */
export const outcomeLooks: Readonly<Record<FinalState, Pick<Telling, "tone" | "shape">>> = {
  opened: { tone: "done", shape: "tick" },
  accepted: { tone: "busy", shape: "arrow" },
  failed: { tone: "bad", shape: "cross" },
  unconfirmed: { tone: "careful", shape: "question" },
  refused: { tone: "careful", shape: "ban" },
};

/** What the page says about its own connection and the cabinet's. */
export function connectionTelling({ connection, cabinet }: PageState, texts: Texts): Telling {
  if (connection === "live" && cabinet.online) {
    return { ...texts.ready[cabinet.mode], tone: "good", shape: "tick" };
  }
  const problem = connection === "live" ? "cabinet-offline" : connection;
  const say = texts.connection[problem];
  if (problem === "cabinet-offline" || problem === "offline-browser") {
    return { ...say, tone: "careful", shape: "offline" };
  }
  return { ...say, tone: problem === "connecting" ? "calm" : "careful", shape: "spinner" };
}

/** What the news say. */
export function newsTelling(
  news: PageNews,
  { mode, texts: { told } }: { mode: Mode; texts: Texts },
): Telling {
  switch (news.kind) {
    case "step":
    case "outcome":
      return tapTelling(news.tap, told);
    case "refusal": {
      const { refusal, cell } = news;
      const say = refusal === "limit" ? told.reasons.limit : told.refusals[refusal];
      return { ...fillSay(say, { n: cell }), tone: "careful", shape: "ban" };
    }
    case "door": {
      const say = news.door === "open" ? told.doorOpen : told.doorClosed[mode];
      return { ...fillSay(say, { n: news.cell }), tone: "good", shape: `door-${news.door}` };
    }
    case "error":
      return { ...errorSay(news.code, told), tone: "careful", shape: "ban" };
    case "over":
      return overTelling(news, told);
    case "collecting":
      return collectingTelling(news, told);
    case "shared":
    case "kept":
    case "claimed":
      return { ...fillSay(told[news.kind], { n: news.cell }), tone: "good", shape: "tick" };
    case "no-code": {
      const say = news.digits === undefined ? told.noDigits : told.fewDigits;
      return { ...fillSay(say, { k: news.digits }), tone: "careful", shape: "warning" };
    }
    case "errand": {
      const done = news.errand === "copied";
      return {
        ...told.errands[news.errand],
        tone: done ? "good" : "careful",
        shape: done ? "tick" : "warning",
      };
    }
  }
}

/** How a rental ended. */
export function overTelling(
  { reason, cell, picked }: Pick<RentalView, "cell" | "picked"> & { readonly reason?: RentalEnd | undefined },
  told: ToldTexts,
): Telling {
  const isEmpty = reason === "retrieved" || reason === "picked-up";
  const why = picked && isEmpty ? "collected" : reason ?? "unknown";
  return { ...fillSay(told.over[why], { n: cell }), ...overLooks[why] };
}

/** What nobody here brought about is no success. */
const overLooks: Readonly<Record<OverKind, Pick<Telling, "tone" | "shape">>> = {
  retrieved: { tone: "good", shape: "tick" },
  "picked-up": { tone: "good", shape: "tick" },
  collected: { tone: "good", shape: "tick" },
  operator: { tone: "careful", shape: "warning" },
  moved: { tone: "careful", shape: "warning" },
  unknown: { tone: "calm", shape: "clock" },
};

/** Somebody with the rental's code is at its door. */
export function collectingTelling({ cell }: { readonly cell: number }, told: ToldTexts): Telling {
  return { ...fillSay(told.collecting, { n: cell }), tone: "busy", shape: "person" };
}

/** How far a tap is, or how it ended. */
export function tapTelling(tap: PageTap, told: ToldTexts): Telling {
  const values = { n: tap.cell, old: tap.insteadOf };
  if (isRunning(tap)) return { ...fillSay(stepSay(tap, told), values), tone: "busy", shape: "spinner" };
  const say = fillSay(outcomeSay(tap, told), { ...values, retry: told.retry[retryOf(tap)] });
  return { ...say, ...outcomeLooks[shownAs(tap.outcome)] };
}

/** Whether what the person can do about a door is worth saying at length. */
export function isJam(tap: PageTap | undefined): boolean {
  if (tap === undefined || isRunning(tap) || tap.cell === undefined) return false;
  const shown = shownAs(tap.outcome);
  return shown === "failed" || shown === "unconfirmed" || shown === "accepted";
}

function stepSay({ wish, cell, step, insteadOf }: PendingTap, told: ToldTexts): Say {
  if (insteadOf !== undefined) return told.another;
  const isAsking = !isDoorKind(wish.type) || cell === undefined;
  return isAsking && wish.type in told.asking
    ? told.asking[wish.type as keyof ToldTexts["asking"]]
    : told.steps[step];
}

function outcomeSay({ wish, cell, outcome }: EndedTap, told: ToldTexts): Say {
  if (outcome.by === "silence") {
    return cell === undefined || !isDoorKind(wish.type) ? told.silenceAboutAll : told.silence;
  }
  if (outcome.by === "error") return errorSay(outcome.code, told);
  const { state, reason } = outcome;
  // The server says so of doors only.
  if (state === "opened") return told.opened[wish.type as DoorKind];
  if (state === "failed" && wish.type === "store") return told.notGiven;
  return reason === undefined ? told.states[state] : told.reasons[reason];
}

/** Some errors are the reasons of commands that are refused. */
function errorSay(code: ErrorCode, told: ToldTexts): Say {
  return code in told.errors
    ? told.errors[code as keyof ToldTexts["errors"]]
    : told.reasons[code as SharedReason];
}

/** Storing again would be another cell, and a code counts once: from then on it is the button on the card. */
function retryOf({ wish, cell, outcome }: EndedTap): Retry {
  if (wish.type === "store" && (gaveCell(outcome) || outcome.by === "silence")) return "reopen";
  return wish.type === "pickup" && cell !== undefined ? "retrieve" : "again";
}
