/**
 * All texts of the page. Values are put in for names in braces: `{n}` the cell's number, `{t}` a time, `{left}` a
 * duration, `{k}` a count.
 *
 * @module
 */
import type { Mode } from "../../cabinet/types.ts";
import type { ConnectionState } from "../state/state.ts";
import type { TapStep } from "../state/taps.ts";
import type { MessageText, MessageTexts } from "./messages.ts";
import type { DoorState } from "../../cabinet/doors.ts";
import type { CellState, FinalState } from "../../cabinet/kinds.ts";

export type { MessageText } from "./messages.ts";

/** The languages of the page. */
export type Lang = "zh" | "en";

/** A button's words: what it does, and below that what follows from it. */
export interface ButtonWords {
  readonly main: string;
  readonly sub: string;
}

/** The texts in one language. A language that lacks one does not compile. */
export interface Texts {
  /** For `<html lang>`. */
  readonly htmlLang: string;
  readonly product: string;
  readonly hello: string;
  readonly needsScript: string;
  /** For a phone whose browser is too old for the page's script. */
  readonly slowScript: string;
  readonly noCells: string;
  readonly cells: string;
  readonly cellName: string;
  /** Any other size is shown as the cabinet's description writes it. */
  readonly sizes: Readonly<Record<string, string>>;
  /** The same on a cell's button, where there is little room. */
  readonly shortSizes: Readonly<Record<string, string>>;
  readonly doors: Readonly<Record<DoorState, string>>;
  readonly uses: Readonly<Record<CellState, string>>;
  /** Separates the parts of a list that screen readers read out. */
  readonly comma: string;
  readonly connection: Readonly<Record<Exclude<ConnectionState, "live"> | "cabinet-offline", MessageText>>;
  /** The connection works and the cabinet is online. */
  readonly ready: Readonly<Record<Mode, MessageText>>;
  /** On a cell's button: a word or two. */
  readonly shortSteps: Readonly<Record<TapStep, string>>;
  readonly shortStates: Readonly<Record<FinalState, string>>;
  readonly messages: MessageTexts;
  readonly times: TimeTexts;
  readonly mine: {
    readonly title: string;
    /** `{c}` column, `{r}` row. */
    readonly where: string;
    readonly since: string;
    readonly until: string;
    readonly left: string;
    readonly overdue: string;
    /** `{number}`. */
    readonly number: string;
    /** Shows the dialog that asks whether to give the cell back. */
    readonly take: ButtonWords;
    readonly reopen: ButtonWords;
    readonly retrieve: ButtonWords;
    /** For a person who came with a pickup code. */
    readonly collect: ButtonWords;
    readonly again: ButtonWords;
    readonly keep: ButtonWords;
    readonly share: string;
    readonly doorOpen: MessageText;
    readonly returning: MessageText;
    /** The same for a person who came with a pickup code. */
    readonly emptied: MessageText;
  };
  /** The dialog that asks whether to give the cell back. */
  readonly takeDialog: MessageText & { readonly close: string };
  /** The recovery code, with which a guest gets to the rental without this page's session. */
  readonly recovery: {
    readonly show: string;
    readonly title: string;
    readonly number: string;
    readonly secret: string;
    readonly how: string;
  };
  readonly claim: { readonly title: string; readonly how: string; readonly go: string };
  readonly permits: {
    readonly none: MessageText;
    readonly until: string;
    /** `{cells}`. */
    readonly later: string;
    readonly all: string;
    readonly id: string;
    readonly copy: string;
  };
  readonly store: {
    readonly title: string;
    readonly one: string;
    readonly free: string;
    readonly larger: string;
    readonly full: string;
    /** The person has as many cells as the rules allow. */
    readonly limit: string;
  };
  readonly pickup: { readonly title: string; readonly label: string; readonly go: string };
  readonly share: {
    readonly title: string;
    readonly until: string;
    readonly how: string;
    readonly copy: string;
    readonly renew: string;
    /** The text that is copied: `{name}`, `{code}`. */
    readonly message: string;
  };
  readonly drawing: {
    readonly title: string;
    readonly mine: string;
    readonly doorOpen: string;
    readonly opening: string;
  };
  readonly help: {
    readonly title: string;
    readonly steps: readonly string[];
    /** The link to the help. */
    readonly link: string;
  };
  readonly contact: {
    readonly title: string;
    /** A text that has this word sends people to the operator, so the cabinet's contact is shown beside it. */
    readonly operator: string;
  };
  readonly scan: { readonly start: string; readonly busy: string };
  readonly me: {
    readonly title: string;
    /** The person's `{number}`, for the telephone. */
    readonly number: string;
    readonly signOut: string;
    /** In place of the button for signing out, for a guest who rents a cell. */
    readonly holding: string;
    /** What signing out means. */
    readonly lost: GuestOrMember<string>;
    readonly leave: string;
    /** The link to the file with all that is kept about the person. */
    readonly download: string;
    readonly remove: string;
    readonly note: string;
    readonly sure: string;
    readonly cancel: string;
    readonly working: string;
    readonly signedOut: GuestOrMember<MessageText>;
    readonly removed: MessageText;
    readonly enter: string;
  };
}

/** A guest who signs out comes back as a new guest; a member signs in again. */
export interface GuestOrMember<Words> {
  readonly guest: Words;
  readonly member: Words;
}

/** Texts for times. A bar separates the singular from the plural where they differ. */
export interface TimeTexts {
  readonly minutes: string;
  readonly hours: string;
  readonly days: string;
  readonly ago: string;
  readonly ahead: string;
  readonly now: string;
  readonly yesterday: string;
  readonly today: string;
  readonly tomorrow: string;
  /** `{d}` the date. */
  readonly day: string;
}

/** The text with these values put in; a missing value is left out. */
export function fill(text: string, values: Readonly<Record<string, string | number | undefined>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? "")).trimStart();
}

/** The singular or plural text, with the count put in as `{k}`. */
export function fillCount(text: string, k: number): string {
  const [one = "", many = one] = text.split("|");
  return fill(k === 1 ? one : many, { k });
}

/** The message with these values put in. */
export function fillMessage({ title, next }: MessageText, values: Parameters<typeof fill>[1]): MessageText {
  return { title: fill(title, values), next: fill(next, values) };
}
