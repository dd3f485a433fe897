/**
 * What the card of a rental says: where the cell is, since and until when, how its tap goes, and what can be done.
 *
 * @module
 */
import type { FaceInput } from "./faces.ts";
import { momentOf, spanOf } from "./moments.ts";
import { tapOf } from "../state/rentals.ts";
import { grouped } from "../state/shared.ts";
import type { MyRental } from "../state/state.ts";
import { isRunning, type PageTap, shownAs } from "../state/taps.ts";
import { collectingTelling, overTelling, tapTelling, type Telling } from "./tellings.ts";
import { type ButtonWords, fill } from "./texts.ts";
import { placeOf } from "./wall.ts";
import { mayComeBack } from "../state/ways_back.ts";
import type { Kind } from "../state/wishes.ts";

/** One thing that can be done, as a button. `take`: it is asked first whether to give the cell back. */
export interface CardAction {
  readonly type: "take" | "reopen" | "retrieve" | "keep";
  readonly words: ButtonWords;
  /** What the person most likely wants now. */
  readonly isMain: boolean;
}

/** See the module. */
export interface Card {
  readonly tap: PageTap | undefined;
  readonly busy: boolean;
  /** The cell's number and size. */
  readonly title: string;
  /** Where its door is on the wall, if somebody said. */
  readonly where: string | undefined;
  readonly since: string;
  /** The rental's public number. */
  readonly number: string | undefined;
  /** Until when; `late` when that is over. */
  readonly until: { readonly words: string; readonly late: boolean } | undefined;
  /** What happens, or has to be done now. */
  readonly telling: Telling | undefined;
  readonly deeds: readonly CardAction[];
  readonly canShare: boolean;
  /** A guest may see how to come back without this session. */
  readonly canComeBack: boolean;
}

/** How this rental looks now. */
export function cardOf(rental: MyRental, seen: FaceInput): Card {
  const { state, texts } = seen;
  const tap = tapOf(state, rental);
  const place = placeOf(state.cabinet, rental.cell);
  return {
    tap,
    busy: isRunning(tap),
    title: titleOf(rental, seen),
    where: place && fill(texts.mine.where, { c: place.column, r: place.row }),
    since: fill(texts.mine.since, { t: momentOf(rental.since, seen) }),
    number: rental.number && fill(texts.mine.number, { number: grouped(rental.number) }),
    until: untilOf(rental, seen),
    telling: isNews(tap, rental) ? tapTelling(tap, texts.told) : standing(rental, seen),
    deeds: deedsOf(rental, { tap, ...seen }),
    canShare: rental.state === "held" && !rental.picked && !rental.collecting,
    canComeBack: mayComeBack(state, rental.rental),
  };
}

/**
 * What a tap came to says nothing of a rental that ended since, that somebody is just collecting, or that is not as the
 * tap left it: kept after it was given back, or opened once more in the grace time.
 */
function isNews(
  tap: PageTap | undefined,
  { state, endedAtMs = -Infinity, collecting }: MyRental,
): tap is PageTap {
  if (tap === undefined || isRunning(tap)) return tap !== undefined;
  if (collecting || tap.endedAtMs <= endedAtMs) return false;
  return shownAs(tap.outcome) !== "opened" || leftAs[tap.wish.type] === state;
}

/** How a rental is once its door opened for that; a `reopen` leaves it as it was. */
const leftAs: Partial<Readonly<Record<Kind, MyRental["state"]>>> = {
  store: "held",
  retrieve: "returning",
  pickup: "returning",
};

function titleOf({ cell }: MyRental, { state: { cabinet }, texts }: FaceInput): string {
  const size = cabinet.cells.find((one) => one.cell === cell)?.size ?? "";
  const name = fill(texts.cellName, { n: cell });
  return size === "" ? name : `${name} · ${texts.sizes[size] ?? size}`;
}

function untilOf({ until, state: rentalState }: MyRental, seen: FaceInput): Card["until"] {
  if (until === undefined || rentalState !== "held") return undefined;
  const { state, texts } = seen;
  const leftMs = Date.parse(until) - state.minuteMs;
  const left = spanOf(Math.abs(leftMs), texts);
  if (leftMs <= 0) return { words: fill(texts.mine.overdue, { left }), late: true };
  const words = state.isLocal ? texts.mine.until : texts.mine.left;
  return { words: fill(words, { left, t: momentOf(until, seen) }), late: false };
}

/** What to say where no tap has anything to say. */
function standing(rental: MyRental, { state, texts }: FaceInput): Telling | undefined {
  if (rental.collecting) return collectingTelling(rental, texts.told);
  if (rental.state === "returning") {
    const say = rental.picked ? texts.mine.emptied : texts.mine.returning;
    return { ...say, tone: "good", shape: "door-open" };
  }
  if (rental.state === "ended") return overTelling(rental, texts.told);
  return isDoorOpen(rental, state) ? { ...texts.mine.doorOpen, tone: "good", shape: "door-open" } : undefined;
}

function isDoorOpen({ cell }: MyRental, { cabinet }: FaceInput["state"]): boolean {
  return cabinet.cells.find((one) => one.cell === cell)?.door === "open";
}

/**
 * What was given back may be kept, or opened once more, for a short time, which the server knows. Whoever has just
 * stored something is to shut the door first of all; whoever came with a code takes out, and that is all.
 */
function deedsOf(
  rental: MyRental,
  { tap, state, texts: { mine } }: FaceInput & { tap: PageTap | undefined },
): readonly CardAction[] {
  const { collecting, picked, reason } = rental;
  if (collecting) return [];
  const again = { type: "reopen", words: mine.again, isMain: false } as const;
  switch (rental.state) {
    case "held": {
      if (picked) return [{ type: "retrieve", words: mine.collect, isMain: true }, again];
      const isJustStored = tap?.wish.type === "store" || isDoorOpen(rental, state);
      return [{ type: "take", words: mine.take, isMain: !isJustStored }];
    }
    case "returning":
      return picked ? [again] : [keepOf(mine), again];
    case "ended":
      if (reason === "operator" || reason === "moved") return [];
      return picked || reason === "picked-up" ? [again] : [keepOf(mine), again];
  }
}

function keepOf({ keep }: FaceInput["texts"]["mine"]): CardAction {
  return { type: "keep", words: keep, isMain: false };
}
