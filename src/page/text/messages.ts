/**
 * What the page says of taps and of what happens meanwhile: the words' shape.
 *
 * In a text, `{n}` stands for the cell's number, `{old}` for that of the cell whose door did not open, `{retry}` for
 * how the person tries again.
 *
 * @module
 */
import type { Mode, Reason, RentalEnd } from "../../cabinet/types.ts";
import type { ErrorCode } from "../../protocol/messages.ts";
import type { Errand, PageRefusal } from "../state/state.ts";
import type { FinalState, TapStep } from "../state/taps.ts";
import type { DoorKind, Kind } from "../state/wishes.ts";

/** What happened, and what the person can do now. */
export interface Say {
  readonly title: string;
  readonly next: string;
}

/** How somebody tries again: the same button, or one on the card of the cell that he was given. */
export type Retry = "again" | "reopen" | "retrieve";

/** Errors that say the same as a reason. */
export type SharedReason = Extract<ErrorCode, "over" | "limit" | "blocked">;

/** How a rental ended: `collected` for somebody who came with a code, `unknown` where nobody listened. */
export type OverKind = RentalEnd | "collected" | "unknown";

/** One language. */
export interface ToldTexts {
  readonly steps: Readonly<Record<TapStep, Say>>;
  /** As long as no cell was said. */
  readonly asking: Readonly<Record<Exclude<Kind, "open" | "reopen" | "retrieve" | "way-back">, Say>>;
  /** The first door did not open, the server goes on with another one. */
  readonly another: Say;
  readonly opened: Readonly<Record<DoorKind, Say>>;
  /** A final state that came without a reason. */
  readonly states: Readonly<Record<Exclude<FinalState, "opened">, Say>>;
  readonly reasons: Readonly<Record<Reason, Say>>;
  /** No door of those that a `store` tried did open. */
  readonly notGiven: Say;
  readonly errors: Readonly<Record<Exclude<ErrorCode, SharedReason>, Say>>;
  readonly refusals: Readonly<Record<Exclude<PageRefusal, SharedReason>, Say>>;
  readonly silence: Say;
  /** The same where no cell was said. */
  readonly silenceAboutAll: Say;
  readonly retry: Readonly<Record<Retry, string>>;
  readonly doorOpen: Say;
  readonly doorClosed: Readonly<Record<Mode, Say>>;
  readonly over: Readonly<Record<OverKind, Say>>;
  readonly collecting: Say;
  readonly shared: Say;
  readonly kept: Say;
  readonly claimed: Say;
  /** What was typed has another number of digits, `{k}`, or is no number. */
  readonly fewDigits: Say;
  readonly noDigits: Say;
  readonly errands: Readonly<Record<Errand, Say>>;
}
