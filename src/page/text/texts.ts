/**
 * Everything that the page says. In braces stands what is put in: `{n}` the cell's number, `{t}` a moment, `{left}` a
 * length of time, `{k}` a count.
 *
 * @module
 */
import type { CellState, DoorState, Mode } from "../../cabinet/types.ts";
import type { ConnectionState } from "../state/state.ts";
import type { FinalState, TapStep } from "../state/taps.ts";
import type { Say, ToldTexts } from "./messages.ts";

export type { Say } from "./messages.ts";

/** The languages of the page. */
export type Lang = "zh" | "en";

/** A button's words: what it does, and what follows from it. */
export interface ButtonWords {
  readonly main: string;
  readonly sub: string;
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
  readonly noCells: string;
  readonly cells: string;
  readonly cellName: string;
  /** A size that is not here is shown as the cabinet's description writes it. */
  readonly sizes: Readonly<Record<string, string>>;
  /** The same on a cell's button, where there is little room. */
  readonly shortSizes: Readonly<Record<string, string>>;
  readonly doors: Readonly<Record<DoorState, string>>;
  readonly uses: Readonly<Record<CellState, string>>;
  /** What stands between the parts of a spoken list. */
  readonly comma: string;
  readonly connection: Readonly<Record<Exclude<ConnectionState, "live"> | "cabinet-offline", Say>>;
  /** All is well. */
  readonly ready: Readonly<Record<Mode, Say>>;
  /** On the cell itself: a word or two. */
  readonly shortSteps: Readonly<Record<TapStep, string>>;
  readonly shortStates: Readonly<Record<FinalState, string>>;
  readonly told: ToldTexts;
  readonly moments: Moments;
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
    /** Leads to the question whether to give the cell back. */
    readonly take: ButtonWords;
    readonly reopen: ButtonWords;
    readonly retrieve: ButtonWords;
    /** For somebody who came with a code. */
    readonly collect: ButtonWords;
    readonly again: ButtonWords;
    readonly keep: ButtonWords;
    readonly share: string;
    readonly doorOpen: Say;
    readonly returning: Say;
    /** The same for somebody who came with a code. */
    readonly emptied: Say;
  };
  /** The question whether to give the cell back. */
  readonly taking: Say & { readonly close: string };
  /** How a guest comes back without this page's session. */
  readonly wayBack: {
    readonly show: string;
    readonly title: string;
    readonly number: string;
    readonly secret: string;
    readonly how: string;
  };
  readonly claim: { readonly title: string; readonly how: string; readonly go: string };
  readonly permits: {
    readonly none: Say;
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
    /** The person has as many cells as is allowed. */
    readonly limit: string;
  };
  readonly pickup: { readonly title: string; readonly label: string; readonly go: string };
  readonly share: {
    readonly title: string;
    readonly until: string;
    readonly how: string;
    readonly copy: string;
    readonly renew: string;
    /** What is copied: `{name}`, `{code}`. */
    readonly message: string;
  };
  readonly wall: {
    readonly title: string;
    readonly mine: string;
    readonly doorOpen: string;
    readonly opening: string;
  };
  readonly help: {
    readonly title: string;
    readonly steps: readonly string[];
    /** Leads there. */
    readonly link: string;
  };
  readonly scan: { readonly start: string; readonly busy: string };
  readonly me: {
    readonly title: string;
    readonly signOut: string;
    /** In the place of signing out, for a guest who could not come back. */
    readonly holding: string;
    /** What is lost by signing out. */
    readonly lost: ByPerson<string>;
    readonly leave: string;
    readonly remove: string;
    readonly note: string;
    readonly sure: string;
    readonly cancel: string;
    readonly working: string;
    readonly signedOut: ByPerson<Say>;
    readonly removed: Say;
    readonly enter: string;
  };
}

/** A guest comes back as somebody else; others by their login. */
export interface ByPerson<Words> {
  readonly guest: Words;
  readonly member: Words;
}

/** Words for times. Where one and many differ they stand on both sides of a bar. */
export interface Moments {
  readonly minutes: string;
  readonly hours: string;
  readonly days: string;
  readonly ago: string;
  readonly ahead: string;
  readonly now: string;
  readonly yesterday: string;
  readonly today: string;
  readonly tomorrow: string;
  /** `{d}` the day. */
  readonly day: string;
}

/** The text with these put in; what is not known is left out. */
export function fill(text: string, values: Readonly<Record<string, string | number | undefined>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? "")).trimStart();
}

/** The text about so many, with `{k}` in it. */
export function fillCount(text: string, k: number): string {
  const [one = "", many = one] = text.split("|");
  return fill(k === 1 ? one : many, { k });
}

/** What to say, with these put in. */
export function fillSay({ title, next }: Say, values: Parameters<typeof fill>[1]): Say {
  return { title: fill(title, values), next: fill(next, values) };
}
