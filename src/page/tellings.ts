/**
 * News in words, with the tone to say them in.
 *
 * @module
 */
import type { Mode } from "../locker/types.ts";
import type { News, PageState } from "./state.ts";
import {
  type EndedTap,
  type FinalState,
  gaveCell,
  isRunning,
  type RunningTap,
  shownAs,
  type Tap,
} from "./taps.ts";
import { fillSay, type Say, type Texts } from "./texts.ts";
import type { Retry, ToldTexts } from "./told_texts.ts";

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
export function newsTelling(news: News, { mode, texts: { told } }: { mode: Mode; texts: Texts }): Telling {
  switch (news.kind) {
    case "step":
    case "outcome":
      return tapTelling(news.tap, told);
    case "refusal":
      return { ...fillSay(told.refusals[news.refusal], { n: news.cell }), tone: "careful", shape: "ban" };
    case "door": {
      const say = news.door === "open" ? told.doorOpen : told.doorClosed[mode];
      return { ...fillSay(say, { n: news.cell }), tone: "good", shape: `door-${news.door}` };
    }
    case "error":
      return { ...told.errors[news.code], tone: "careful", shape: "ban" };
    case "over":
      return {
        ...fillSay(told.over[news.reason ?? "unknown"], { n: news.cell }),
        tone: "good",
        shape: "tick",
      };
    case "collecting":
      return { ...fillSay(told.collecting, { n: news.cell }), tone: "good", shape: "person" };
    case "shared":
      return { ...fillSay(told.shared, { n: news.cell }), tone: "good", shape: "tick" };
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

/** How far a tap is, or how it ended. */
export function tapTelling(tap: Tap, told: ToldTexts): Telling {
  const values = { n: tap.cell, old: tap.insteadOf };
  if (isRunning(tap)) return { ...fillSay(stepSay(tap, told), values), tone: "busy", shape: "spinner" };
  const say = fillSay(outcomeSay(tap, told), { ...values, retry: told.retry[retryOf(tap)] });
  return { ...say, ...outcomeLooks[shownAs(tap.outcome)] };
}

/** Whether what the person can do about a door is worth saying at length. */
export function isJam(tap: Tap | undefined): boolean {
  if (tap === undefined || isRunning(tap) || tap.cell === undefined) return false;
  const shown = shownAs(tap.outcome);
  return shown === "failed" || shown === "unconfirmed" || shown === "accepted";
}

function stepSay({ wish, cell, step, insteadOf }: RunningTap, told: ToldTexts): Say {
  if (insteadOf !== undefined) return told.another;
  const isAsking = wish.type === "share" || cell === undefined;
  return isAsking && wish.type in told.asking
    ? told.asking[wish.type as keyof ToldTexts["asking"]]
    : told.steps[step];
}

function outcomeSay({ wish, cell, outcome }: EndedTap, told: ToldTexts): Say {
  if (outcome.by === "silence") {
    return cell === undefined || wish.type === "share" ? told.silenceAboutAll : told.silence;
  }
  if (outcome.by === "error") return told.errors[outcome.code];
  const { state, reason } = outcome;
  if (state === "opened") return wish.type === "share" ? told.shared : told.opened[wish.type];
  if (state === "failed" && wish.type === "store") return told.notGiven;
  return reason === undefined ? told.states[state] : told.reasons[reason];
}

/** Storing again would be another cell, and a code counts once: from then on it is the button on the card. */
function retryOf({ wish, cell, outcome }: EndedTap): Retry {
  if (wish.type === "store" && (gaveCell(outcome) || outcome.by === "silence")) return "reopen";
  return wish.type === "pickup" && cell !== undefined ? "retrieve" : "again";
}
