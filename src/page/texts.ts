/**
 * Everything that the page says. `{n}` stands for the cell's number.
 *
 * @module
 */
import type { CellState, Door, Reason } from "../locker/types.ts";
import type { ErrorCode } from "../users/messages.ts";
import type { Connection, Refusal } from "./state.ts";
import type { FinalState, Step } from "./taps.ts";
import { en } from "./texts_en.ts";
import { zh } from "./texts_zh.ts";

/** The languages of the page. */
export type Lang = "zh" | "en";

/** What happened, and what the person can do now. */
export interface Say {
  readonly title: string;
  readonly next: string;
}

/** One language. A text that is missing in one of them does not compile. */
export interface Texts {
  /** For `<html lang>`. */
  readonly htmlLang: string;
  readonly product: string;
  readonly hello: string;
  readonly needsScript: string;
  /** For a phone whose browser is too old for the page's script. */
  readonly slowScript: string;
  readonly cells: string;
  readonly noCells: string;
  readonly cellName: string;
  /** On the cell. A size that is not here is shown as the cabinet's description writes it. */
  readonly sizes: Readonly<Record<string, string>>;
  readonly spokenSizes: Readonly<Record<string, string>>;
  readonly doors: Readonly<Record<Door, string>>;
  readonly uses: Readonly<Record<CellState, string>>;
  /** What stands between the parts of a spoken list. */
  readonly comma: string;
  readonly connection: Readonly<Record<Connection | "cabinet-offline", Say>>;
  /** On the cell itself: a word or two. */
  readonly shortSteps: Readonly<Record<Step, string>>;
  readonly shortStates: Readonly<Record<FinalState, string>>;
  readonly steps: Readonly<Record<Step, Say>>;
  /** A final state that came without a reason. */
  readonly states: Readonly<Record<FinalState, Say>>;
  readonly reasons: Readonly<Record<Reason, Say>>;
  readonly errors: Readonly<Record<ErrorCode, Say>>;
  readonly refusals: Readonly<Record<Refusal, Say>>;
  readonly silence: Say;
  readonly moved: Readonly<Record<"open" | "closed", Say>>;
}

/** The texts by language. */
export const texts: Readonly<Record<Lang, Texts>> = { zh, en };

/** The text with the cell's number in it. */
export function fill(text: string, cell: number | undefined): string {
  return text.replace("{n}", cell === undefined ? "" : String(cell)).trimStart();
}
