/**
 * The page's messages about taps, rentals and doors: their keys, which each language fills.
 *
 * In a text, `{n}` stands for the cell's number, `{old}` for the number of the cell whose door did not open, `{retry}`
 * for how the person tries again.
 *
 * @module
 */
import type { Mode } from "../../cabinet/types.ts";
import type { ErrorCode } from "../../protocol/messages.ts";
import type { ActionResult, PageRefusal } from "../state/state.ts";
import type { TapStep } from "../state/taps.ts";
import type { RequestKind } from "../state/tap_requests.ts";
import type { CommandKind, FinalState, Reason, RentalEnd } from "../../cabinet/kinds.ts";

/** What happened, and what the person can do now. */
export interface MessageText {
  readonly title: string;
  readonly next: string;
}

/** How the person tries again: with the same button, or with a button on the rental's card. */
export type Retry = "again" | "reopen" | "retrieve";

/** Errors that have the text of a reason. */
export type SharedReason = Extract<ErrorCode, "over" | "limit" | "blocked">;

/** How a rental ended. `collected`: this person emptied it with a code; `unknown`: it ended while the page was away. */
export type RentalEndKind = RentalEnd | "collected" | "unknown";

/** The messages in one language. */
export interface MessageTexts {
  readonly steps: Readonly<Record<TapStep, MessageText>>;
  /** For steps before the cell is known. */
  readonly withoutCell: Readonly<
    Record<Exclude<RequestKind, "open" | "reopen" | "retrieve" | "way-back">, MessageText>
  >;
  /** The first door did not open, and the server chose another cell. */
  readonly another: MessageText;
  readonly opened: Readonly<Record<CommandKind, MessageText>>;
  /** For final states without a reason. */
  readonly states: Readonly<Record<Exclude<FinalState, "opened">, MessageText>>;
  readonly reasons: Readonly<Record<Reason, MessageText>>;
  /** None of the doors that a `store` tried did open. */
  readonly notGiven: MessageText;
  readonly errors: Readonly<Record<Exclude<ErrorCode, SharedReason>, MessageText>>;
  readonly refusals: Readonly<Record<Exclude<PageRefusal, SharedReason>, MessageText>>;
  readonly silence: MessageText;
  /** The same where the cell is not known. */
  readonly silenceAboutAll: MessageText;
  readonly retry: Readonly<Record<Retry, string>>;
  readonly doorOpen: MessageText;
  readonly doorClosed: Readonly<Record<Mode, MessageText>>;
  readonly over: Readonly<Record<RentalEndKind, MessageText>>;
  readonly collecting: MessageText;
  readonly shared: MessageText;
  readonly kept: MessageText;
  readonly claimed: MessageText;
  /** Staff gave the rental more time. */
  readonly extended: MessageText;
  /** The typed code has `{k}` digits, not eight, or other characters. */
  readonly fewDigits: MessageText;
  readonly noDigits: MessageText;
  readonly results: Readonly<Record<ActionResult, MessageText>>;
}
