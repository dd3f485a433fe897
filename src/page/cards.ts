/**
 * What the card of a rental says: where the cell is, since and until when, how its tap goes, and what can be done.
 *
 * @module
 */
import type { Seen } from "./faces.ts";
import { momentOf, spanOf } from "./moments.ts";
import { tapOf } from "./rentals.ts";
import type { MyRental } from "./state.ts";
import { isRunning, type Tap } from "./taps.ts";
import { tapTelling, type Telling } from "./tellings.ts";
import { type ButtonWords, fill, fillSay } from "./texts.ts";
import { placeOf } from "./wall.ts";

/** One thing that can be done, as a button. */
export interface Deed {
  readonly type: "reopen" | "retrieve";
  readonly words: ButtonWords;
}

/** See the module. */
export interface Card {
  readonly tap: Tap | undefined;
  readonly busy: boolean;
  /** The cell's number and size. */
  readonly title: string;
  /** Where its door is on the wall, if somebody said. */
  readonly where: string | undefined;
  readonly since: string;
  /** Until when; `late` when that is over. */
  readonly until: { readonly words: string; readonly late: boolean } | undefined;
  /** What happens, or has to be done now. */
  readonly telling: Telling | undefined;
  readonly deeds: readonly Deed[];
  readonly canShare: boolean;
}

/** How this rental looks now. */
export function cardOf(rental: MyRental, seen: Seen): Card {
  const { state, texts } = seen;
  const tap = tapOf(state, rental);
  const place = placeOf(state.cabinet, rental.cell);
  return {
    tap,
    busy: isRunning(tap),
    title: titleOf(rental, seen),
    where: place && fill(texts.mine.where, { c: place.column, r: place.row }),
    since: fill(texts.mine.since, { t: momentOf(rental.since, seen) }),
    until: untilOf(rental, seen),
    telling: tap === undefined ? standing(rental, seen) : tapTelling(tap, texts.told),
    deeds: deedsOf(rental, seen),
    canShare: rental.state === "held" && !rental.picked,
  };
}

function titleOf({ cell }: MyRental, { state: { cabinet }, texts }: Seen): string {
  const size = cabinet.cells.find((one) => one.cell === cell)?.size ?? "";
  const name = fill(texts.cellName, { n: cell });
  return size === "" ? name : `${name} · ${texts.sizes[size] ?? size}`;
}

function untilOf({ until, state: rentalState }: MyRental, seen: Seen): Card["until"] {
  if (until === undefined || rentalState !== "held") return undefined;
  const { state, texts } = seen;
  const leftMs = Date.parse(until) - state.minuteMs;
  const left = spanOf(Math.abs(leftMs), texts);
  if (leftMs <= 0) return { words: fill(texts.mine.overdue, { left }), late: true };
  const words = state.isLocal ? texts.mine.until : texts.mine.left;
  return { words: fill(words, { left, t: momentOf(until, seen) }), late: false };
}

/** What to say where no tap has anything to say. */
function standing(
  { state: rentalState, cell, reason }: MyRental,
  { state, texts }: Seen,
): Telling | undefined {
  if (rentalState === "returning") return { ...texts.mine.returning, tone: "good", shape: "door-open" };
  if (rentalState === "ended") {
    return { ...fillSay(texts.told.over[reason ?? "unknown"], { n: cell }), tone: "good", shape: "tick" };
  }
  const door = state.cabinet.cells.find((one) => one.cell === cell)?.door;
  return door === "open" ? { ...texts.mine.doorOpen, tone: "good", shape: "door-open" } : undefined;
}

/** What is over may be opened once more for a short time, which the server knows; not what the operator ended. */
function deedsOf({ state, reason }: MyRental, { texts: { mine } }: Seen): readonly Deed[] {
  if (state === "held") {
    return [{ type: "retrieve", words: mine.retrieve }, { type: "reopen", words: mine.reopen }];
  }
  return state === "ended" && reason === "operator" ? [] : [{ type: "reopen", words: mine.again }];
}
