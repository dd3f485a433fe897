import { grouped } from "../state/pickup_codes.ts";
import { isRecoverable } from "../state/recovery.ts";
import { tapOf } from "../state/rentals.ts";
import type { MyRental } from "../state/state.ts";
import type { RequestKind } from "../state/tap_requests.ts";
import { finalStateOf, isRunning, type PageTap } from "../state/taps.ts";
import type { ViewInput } from "./cell_buttons.ts";
import { doorPositionOf } from "./door_drawing.ts";
import { formatDuration, formatTime } from "./format_time.ts";
import { collectingMessage, rentalEndMessage, type StyledMessage, tapMessage } from "./styled_messages.ts";
import { type ButtonWords, fill } from "./texts.ts";

/** An action that the card has a button for. `take` shows the dialog that asks whether to give the cell back. */
export interface CardAction {
  readonly type: "take" | "reopen" | "retrieve" | "keep";
  readonly words: ButtonWords;
  /** The person most likely wants this now. */
  readonly isMain: boolean;
}

/** The contents of a rental's card. */
export interface Card {
  readonly tap: PageTap | undefined;
  readonly busy: boolean;
  /** The cell's number and size. */
  readonly title: string;
  /** The door's column and row, if the cabinet has a layout. */
  readonly where: string | undefined;
  readonly since: string;
  /** The rental's public number. */
  readonly number: string | undefined;
  /** The rental's end; `late` when it has passed. */
  readonly until: { readonly words: string; readonly late: boolean } | undefined;
  /** What happens now, or what the person has to do. */
  readonly message: StyledMessage | undefined;
  readonly actions: readonly CardAction[];
  readonly canShare: boolean;
  /** The person is a guest who can ask for a recovery code. */
  readonly canRecover: boolean;
}

/** The card of this rental. */
export function cardOf(rental: MyRental, input: ViewInput): Card {
  const { state, texts } = input;
  const tap = tapOf(state, rental);
  const place = doorPositionOf(state.cabinet, rental.cell);
  return {
    tap,
    busy: isRunning(tap),
    title: titleOf(rental, input),
    where: place && fill(texts.mine.where, { c: place.column, r: place.row }),
    since: fill(texts.mine.since, { t: formatTime(rental.since, input) }),
    number: rental.number && fill(texts.mine.number, { number: grouped(rental.number) }),
    until: untilOf(rental, input),
    message: tellsTap(tap, rental) ? tapMessage(tap, texts.messages) : stateMessage(rental, input),
    actions: cardActionsOf(rental, { tap, ...input }),
    canShare: rental.state === "held" && !rental.picked && !rental.collecting,
    canRecover: isRecoverable(state, rental.rental),
  };
}

/**
 * Whether the card tells how the tap goes. Its outcome is old for a rental that has ended since, that another person is
 * collecting, or whose state is not what the tap made of it: kept after it was given back, or opened once more in the
 * grace time.
 */
function tellsTap(
  tap: PageTap | undefined,
  { state, endedAtMs = -Infinity, collecting }: MyRental,
): tap is PageTap {
  if (tap === undefined || isRunning(tap)) return tap !== undefined;
  if (collecting || tap.endedAtMs <= endedAtMs) return false;
  return finalStateOf(tap.outcome) !== "opened" || stateAfterOpening[tap.request.type] === state;
}

/** The rental's state after its door opened for this request; a `reopen` does not change it. */
const stateAfterOpening: Partial<Readonly<Record<RequestKind, MyRental["state"]>>> = {
  store: "held",
  retrieve: "returning",
  pickup: "returning",
};

function titleOf({ cell }: MyRental, { state: { cabinet }, texts }: ViewInput): string {
  const size = cabinet.cells.find((one) => one.cell === cell)?.size ?? "";
  const name = fill(texts.cellName, { n: cell });
  return size === "" ? name : `${name} · ${texts.sizes[size] ?? size}`;
}

function untilOf({ until, state: rentalState }: MyRental, input: ViewInput): Card["until"] {
  if (until === undefined || rentalState !== "held") return undefined;
  const { state, texts } = input;
  const leftMs = Date.parse(until) - state.minuteMs;
  const left = formatDuration(Math.abs(leftMs), texts);
  if (leftMs <= 0) return { words: fill(texts.mine.overdue, { left }), late: true };
  const words = state.isLocal ? texts.mine.until : texts.mine.left;
  return { words: fill(words, { left, t: formatTime(until, input) }), late: false };
}

/** The message about the rental's state, if the card does not tell of a tap. */
function stateMessage(rental: MyRental, { state, texts }: ViewInput): StyledMessage | undefined {
  if (rental.collecting) return collectingMessage(rental, texts.messages);
  if (rental.state === "returning") {
    const text = rental.picked ? texts.mine.emptied : texts.mine.returning;
    return { ...text, tone: "good", shape: "door-open" };
  }
  if (rental.state === "ended") return rentalEndMessage(rental, texts.messages);
  return isDoorOpen(rental, state) ? { ...texts.mine.doorOpen, tone: "good", shape: "door-open" } : undefined;
}

function isDoorOpen({ cell }: MyRental, { cabinet }: ViewInput["state"]): boolean {
  return cabinet.cells.find((one) => one.cell === cell)?.door === "open";
}

/**
 * A rental that was given back can be kept, or opened once more, for a short time that the server knows. A person who has
 * just stored something is first to shut the door. A person who came with a pickup code only takes out.
 */
function cardActionsOf(
  rental: MyRental,
  { tap, state, texts: { mine } }: ViewInput & { tap: PageTap | undefined },
): readonly CardAction[] {
  const { collecting, picked, reason } = rental;
  if (collecting) return [];
  const again = { type: "reopen", words: mine.again, isMain: false } as const;
  switch (rental.state) {
    case "held": {
      if (picked) return [{ type: "retrieve", words: mine.collect, isMain: true }, again];
      const isJustStored = tap?.request.type === "store" || isDoorOpen(rental, state);
      return [{ type: "take", words: mine.take, isMain: !isJustStored }];
    }
    case "returning":
      return picked ? [again] : [keepOf(mine), again];
    case "ended":
      if (reason === "operator" || reason === "moved") return [];
      return picked || reason === "picked-up" ? [again] : [keepOf(mine), again];
  }
}

function keepOf({ keep }: ViewInput["texts"]["mine"]): CardAction {
  return { type: "keep", words: keep, isMain: false };
}
