/**
 * The page's state machine: (state, event) gives a state, without a document, a socket or a clock.
 *
 * @module
 */
import { hear } from "./server_messages.ts";
import { ended, endsAtMs, running, told } from "./progress.ts";
import { refusalOf } from "./refusals.ts";
import { rentalOf, tapOf, withoutOld } from "./rentals.ts";
import { type AccountState, minuteOf, type PageEvent, type PageState } from "./state.ts";
import {
  beginTap,
  changesAtMs,
  isRunning,
  type PageTap,
  type PendingTap,
  runningTaps,
  tapAbout,
  withoutTap,
  withTap,
} from "./taps.ts";
import { oneMinuteMs, tapAnswerMs } from "../times.ts";
import { subjectOf, type TapMessageDraft } from "./wishes.ts";

/** The next state. The same object comes back when nothing changed. */
export function reduce(state: PageState, event: PageEvent): PageState {
  switch (event.type) {
    case "disconnected":
      return event.connection === state.connection ? state : { ...state, connection: event.connection };
    case "heard":
      return hear(state, event);
    case "tapped":
      return tapped(state, event);
    case "asked-again":
      return askedAgain(state, event.id);
    case "restored":
      return restored(state, event);
    case "told":
      return told(state, event);
    case "account":
      return accountChanged(state, event.account);
    case "asking":
      return event.rental === state.asking ? state : { ...state, asking: event.rental };
    case "scan":
      return { ...state, scan: event.scan };
    case "time":
      return timePassed(state, event.nowMs);
  }
}

/** When a `time` event would change something; `undefined` when nothing waits. */
export function nextChangeMs(state: PageState): number | undefined {
  const { taps, notice, rentals, permits = [] } = state;
  const times = [...taps.values()].map(changesAtMs);
  if (notice !== undefined) times.push(endsAtMs(notice));
  for (const { goneAtMs } of rentals) if (goneAtMs !== undefined) times.push(goneAtMs);
  if (rentals.length > 0 || permits.length > 0) times.push(state.minuteMs + oneMinuteMs);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The tap that this would have to wait for, if one runs. */
export function inTheWay(state: PageState, wish: TapMessageDraft): PendingTap | undefined {
  const isAtDoor = wish.type === "reopen" || wish.type === "retrieve" || wish.type === "keep";
  const rental = isAtDoor ? rentalOf(state, wish.rental) : undefined;
  const tap = rental === undefined ? tapAbout(state.taps, subjectOf(wish)) : tapOf(state, rental);
  return isRunning(tap) ? tap : undefined;
}

/** Who left leaves nothing behind, neither on the page nor in what is kept. */
function accountChanged(state: PageState, account: AccountState): PageState {
  if (account !== "signed-out" && account !== "removed") return { ...state, account };
  return {
    ...state,
    account,
    rentals: [],
    permits: undefined,
    taps: new Map(),
    shared: [],
    waysBack: [],
    asking: undefined,
    notice: undefined,
  };
}

function tapped(
  before: PageState,
  { id, wish, nowMs, serverMs }: Extract<PageEvent, { type: "tapped" }>,
): PageState {
  const state = before.asking === undefined ? before : { ...before, asking: undefined };
  if (inTheWay(state, wish) !== undefined) return state;
  const cell = cellOf(state, wish);
  const refusal = refusalOf(state, wish);
  if (refusal !== undefined) return told(state, { news: { kind: "refusal", refusal, cell }, nowMs });
  return running(state, { tap: beginTap({ id, wish, cell, atMs: nowMs, serverMs }), nowMs });
}

/**
 * The taps that are asked again on a new connection. One of which the server never spoke may not have come to it: asked
 * again late, it would open a door in front of nobody.
 */
export function tapsToAskAgain(state: PageState, nowMs: number): readonly PendingTap[] {
  return runningTaps(state.taps).filter(({ id, step, atMs }) =>
    step !== "pending" || nowMs - atMs < tapAnswerMs || rentalOf(state, id) !== undefined
  );
}

function cellOf(state: PageState, wish: TapMessageDraft): number | undefined {
  if (wish.type === "open") return wish.cell;
  return "rental" in wish ? rentalOf(state, wish.rental)?.cell : undefined;
}

function askedAgain(state: PageState, id: string): PageState {
  const tap = state.taps.get(id);
  return isRunning(tap) ? { ...state, taps: withTap(state.taps, { ...tap, asks: tap.asks + 1 }) } : state;
}

function restored(
  state: PageState,
  { taps, shared, nowMs }: Extract<PageEvent, { type: "restored" }>,
): PageState {
  const held = shared.filter(({ rental }) => rentalOf(state, rental)?.state === "held");
  const all = taps.reduce(
    (before, key) => running(before, { tap: beginTap(key), nowMs }),
    held.length === 0 ? state : { ...state, shared: held },
  );
  return timePassed(all, nowMs);
}

function timePassed(state: PageState, nowMs: number): PageState {
  const due = [...state.taps.values()].filter((tap) => changesAtMs(tap) <= nowMs);
  const after = withoutOld(due.reduce((before, tap) => overdue(before, tap, nowMs), state), nowMs);
  const minute = minuteOf(nowMs);
  const old = after.notice !== undefined && endsAtMs(after.notice) <= nowMs;
  if (!old && minute === after.minuteMs) return after;
  const shared = after.shared.filter(({ untilMs }) => untilMs > nowMs);
  return { ...after, minuteMs: minute, shared, notice: old ? undefined : after.notice };
}

/** Where the cell is there that a `store` was for, nobody misses its answer. */
function overdue(state: PageState, tap: PageTap, nowMs: number): PageState {
  const isMissed = isRunning(tap) && rentalOf(state, tap.id) === undefined;
  return isMissed
    ? ended(state, { tap, outcome: { by: "silence" }, nowMs })
    : { ...state, taps: withoutTap(state.taps, tap.id) };
}
