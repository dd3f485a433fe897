import type { Mode, RentalView } from "../../cabinet/types.ts";
import type { ErrorCode } from "../../protocol/messages.ts";
import type { PageNews, PageState } from "../state/state.ts";
import { isCommand } from "../state/tap_requests.ts";
import {
  type EndedTap,
  finalStateOf,
  gaveCell,
  isRunning,
  type PageTap,
  type PendingTap,
} from "../state/taps.ts";
import type { MessageTexts, RentalEndKind, Retry, SharedReason } from "./messages.ts";
import { fillMessage, type MessageText, type Texts } from "./texts.ts";
import type { CommandKind, FinalState, RentalEnd } from "../../cabinet/kinds.ts";

/** The colours of a message. No meaning hangs on them alone: a message has words and an icon too. */
export type Tone = "calm" | "good" | "done" | "busy" | "careful" | "bad" | "off";

/** The shapes of `icons.tsx`. */
export type IconShape =
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
  | "telephone"
  | "spinner";

/** A message with its colours and its icon. */
export interface StyledMessage extends MessageText {
  readonly tone: Tone;
  readonly shape: IconShape;
}

/** The style of a tap's outcome, wherever it is shown. */
export const outcomeStyles: Readonly<Record<FinalState, Pick<StyledMessage, "tone" | "shape">>> = {
  opened: { tone: "done", shape: "tick" },
  accepted: { tone: "busy", shape: "arrow" },
  failed: { tone: "bad", shape: "cross" },
  unconfirmed: { tone: "careful", shape: "question" },
  refused: { tone: "careful", shape: "ban" },
};

/** The message about the page's connection and the cabinet's. */
export function connectionMessage({ connection, cabinet }: PageState, texts: Texts): StyledMessage {
  if (connection === "live" && cabinet.online) {
    return { ...texts.ready[cabinet.mode], tone: "good", shape: "tick" };
  }
  const problem = connection === "live" ? "cabinet-offline" : connection;
  const text = texts.connection[problem];
  if (problem === "cabinet-offline" || problem === "offline-browser") {
    return { ...text, tone: "careful", shape: "offline" };
  }
  return { ...text, tone: problem === "connecting" ? "calm" : "careful", shape: "spinner" };
}

/** The message for this news. */
export function newsMessage(
  news: PageNews,
  { mode, texts: { messages } }: { mode: Mode; texts: Texts },
): StyledMessage {
  switch (news.kind) {
    case "step":
    case "outcome":
      return tapMessage(news.tap, messages);
    case "refusal": {
      const { refusal, cell } = news;
      const text = refusal === "limit" ? messages.reasons.limit : messages.refusals[refusal];
      return { ...fillMessage(text, { n: cell }), tone: "careful", shape: "ban" };
    }
    case "door": {
      const text = news.door === "open" ? messages.doorOpen : messages.doorClosed[mode];
      return { ...fillMessage(text, { n: news.cell }), tone: "good", shape: `door-${news.door}` };
    }
    case "error":
      return { ...errorText(news.code, messages), tone: "careful", shape: "ban" };
    case "over":
      return rentalEndMessage(news, messages);
    case "collecting":
      return collectingMessage(news, messages);
    case "shared":
    case "kept":
    case "claimed":
    case "extended":
      return { ...fillMessage(messages[news.kind], { n: news.cell }), tone: "good", shape: "tick" };
    case "no-code": {
      const text = news.digits === undefined ? messages.noDigits : messages.fewDigits;
      return { ...fillMessage(text, { k: news.digits }), tone: "careful", shape: "warning" };
    }
    case "result": {
      const done = news.result === "copied";
      return {
        ...messages.results[news.result],
        tone: done ? "good" : "careful",
        shape: done ? "tick" : "warning",
      };
    }
  }
}

/** The message about a rental that ended. */
export function rentalEndMessage(
  { reason, cell, picked }: Pick<RentalView, "cell" | "picked"> & { readonly reason?: RentalEnd | undefined },
  messages: MessageTexts,
): StyledMessage {
  const isEmpty = reason === "retrieved" || reason === "picked-up";
  const why = picked && isEmpty ? "collected" : reason ?? "unknown";
  return { ...fillMessage(messages.over[why], { n: cell }), ...rentalEndStyles[why] };
}

/** An end that the person did not bring about is not shown as a success. */
const rentalEndStyles: Readonly<Record<RentalEndKind, Pick<StyledMessage, "tone" | "shape">>> = {
  retrieved: { tone: "good", shape: "tick" },
  "picked-up": { tone: "good", shape: "tick" },
  collected: { tone: "good", shape: "tick" },
  operator: { tone: "careful", shape: "warning" },
  moved: { tone: "careful", shape: "warning" },
  unknown: { tone: "calm", shape: "clock" },
};

/** The message that another person opens the cell with the rental's pickup code. */
export function collectingMessage(
  { cell }: { readonly cell: number },
  messages: MessageTexts,
): StyledMessage {
  return { ...fillMessage(messages.collecting, { n: cell }), tone: "busy", shape: "person" };
}

/** The message about a running or an ended tap. */
export function tapMessage(tap: PageTap, messages: MessageTexts): StyledMessage {
  const values = { n: tap.cell, old: tap.insteadOf };
  if (isRunning(tap)) {
    return { ...fillMessage(stepText(tap, messages), values), tone: "busy", shape: "spinner" };
  }
  const text = fillMessage(outcomeText(tap, messages), { ...values, retry: messages.retry[retryOf(tap)] });
  return { ...text, ...outcomeStyles[finalStateOf(tap.outcome)] };
}

/** Whether the door may be stuck, so that the page shows its help for that. */
export function isDoorProblem(tap: PageTap | undefined): boolean {
  if (tap === undefined || isRunning(tap) || tap.cell === undefined) return false;
  const shown = finalStateOf(tap.outcome);
  return shown === "failed" || shown === "unconfirmed" || shown === "accepted";
}

function stepText({ request, cell, step, insteadOf }: PendingTap, messages: MessageTexts): MessageText {
  if (insteadOf !== undefined) return messages.another;
  const hasNoCell = !isCommand(request) || cell === undefined;
  return hasNoCell && request.type in messages.withoutCell
    ? messages.withoutCell[request.type as keyof MessageTexts["withoutCell"]]
    : messages.steps[step];
}

function outcomeText({ request, cell, outcome }: EndedTap, messages: MessageTexts): MessageText {
  if (outcome.by === "silence") {
    return cell === undefined || !isCommand(request) ? messages.silenceAboutAll : messages.silence;
  }
  if (outcome.by === "error") return errorText(outcome.code, messages);
  const { state, reason } = outcome;
  // Only requests that open a door end like this.
  if (state === "opened") return messages.opened[request.type as CommandKind];
  if (state === "failed" && request.type === "store") return messages.notGiven;
  return reason === undefined ? messages.states[state] : messages.reasons[reason];
}

/** Some errors have the text of the reason with the same name. */
function errorText(code: ErrorCode, messages: MessageTexts): MessageText {
  return code in messages.errors
    ? messages.errors[code as keyof MessageTexts["errors"]]
    : messages.reasons[code as SharedReason];
}

/** A second `store` would take another cell, and a pickup code works once: then the button on the card is the way. */
function retryOf({ request, cell, outcome }: EndedTap): Retry {
  if (request.type === "store" && (gaveCell(outcome) || outcome.by === "silence")) return "reopen";
  return request.type === "pickup" && cell !== undefined ? "retrieve" : "again";
}
