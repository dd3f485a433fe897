import { oneMinuteMs, tapAnswerMs } from "../times.ts";
import { noticeEndsAtMs, withEndedTap, withNews, withRunningTap } from "./progress.ts";
import { refusalOf } from "./refusals.ts";
import { rentalOf, tapOf, withoutOldRentals } from "./rentals.ts";
import { handleMessage } from "./server_messages.ts";
import { type AccountState, minuteOf, type PageEvent, type PageState } from "./state.ts";
import { subjectOf, type TapRequest } from "./tap_requests.ts";
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

/** The next state, without a document, a socket or a clock. The same object comes back when nothing changed. */
export function reduce(state: PageState, event: PageEvent): PageState {
  switch (event.type) {
    case "disconnected":
      return event.connection === state.connection ? state : { ...state, connection: event.connection };
    case "message":
      return handleMessage(state, event);
    case "tapped":
      return tapped(state, event);
    case "resent":
      return resent(state, event.id);
    case "restored":
      return restored(state, event);
    case "news":
      return withNews(state, event);
    case "account":
      return accountChanged(state, event.account);
    case "take-dialog":
      return event.rental === state.takeDialog ? state : { ...state, takeDialog: event.rental };
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
  if (notice !== undefined) times.push(noticeEndsAtMs(notice));
  for (const { goneAtMs } of rentals) if (goneAtMs !== undefined) times.push(goneAtMs);
  if (rentals.length > 0 || permits.length > 0) times.push(state.minuteMs + oneMinuteMs);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The running tap for which this request would have to wait. */
export function blockingTap(state: PageState, request: TapRequest): PendingTap | undefined {
  const isAtDoor = request.type === "reopen" || request.type === "retrieve" || request.type === "keep";
  const rental = isAtDoor ? rentalOf(state, request.rental) : undefined;
  const tap = rental === undefined ? tapAbout(state.taps, subjectOf(request)) : tapOf(state, rental);
  return isRunning(tap) ? tap : undefined;
}

/** A person who left leaves nothing behind, neither on the page nor in the browser's storage. */
function accountChanged(state: PageState, account: AccountState): PageState {
  if (account !== "signed-out" && account !== "removed") return { ...state, account };
  return {
    ...state,
    account,
    rentals: [],
    permits: undefined,
    taps: new Map(),
    sharedCodes: [],
    recoveryCodes: [],
    takeDialog: undefined,
    notice: undefined,
  };
}

function tapped(
  before: PageState,
  { id, request, nowMs, serverMs }: Extract<PageEvent, { type: "tapped" }>,
): PageState {
  const state = before.takeDialog === undefined ? before : { ...before, takeDialog: undefined };
  if (blockingTap(state, request) !== undefined) return state;
  const cell = cellOf(state, request);
  const refusal = refusalOf(state, request);
  if (refusal !== undefined) return withNews(state, { news: { kind: "refusal", refusal, cell }, nowMs });
  return withRunningTap(state, { tap: beginTap({ id, request, cell, atMs: nowMs, serverMs }), nowMs });
}

/**
 * The taps that are sent again on a new connection. A tap that the server never answered may not have reached it: sent
 * again late, it would open a door with no person in front of it.
 */
export function tapsToResend(state: PageState, nowMs: number): readonly PendingTap[] {
  return runningTaps(state.taps).filter(({ id, step, atMs }) =>
    step !== "pending" || nowMs - atMs < tapAnswerMs || rentalOf(state, id) !== undefined
  );
}

function cellOf(state: PageState, request: TapRequest): number | undefined {
  if (request.type === "open") return request.cell;
  return "rental" in request ? rentalOf(state, request.rental)?.cell : undefined;
}

function resent(state: PageState, id: string): PageState {
  const tap = state.taps.get(id);
  if (!isRunning(tap)) return state;
  return { ...state, taps: withTap(state.taps, { ...tap, attempts: tap.attempts + 1 }) };
}

function restored(
  state: PageState,
  { taps, sharedCodes, nowMs }: Extract<PageEvent, { type: "restored" }>,
): PageState {
  const held = sharedCodes.filter(({ rental }) => rentalOf(state, rental)?.state === "held");
  const all = taps.reduce(
    (before, key) => withRunningTap(before, { tap: beginTap(key), nowMs }),
    held.length === 0 ? state : { ...state, sharedCodes: held },
  );
  return timePassed(all, nowMs);
}

function timePassed(state: PageState, nowMs: number): PageState {
  const due = [...state.taps.values()].filter((tap) => changesAtMs(tap) <= nowMs);
  const after = withoutOldRentals(due.reduce((before, tap) => overdue(before, tap, nowMs), state), nowMs);
  const minuteMs = minuteOf(nowMs);
  const isNoticeOld = after.notice !== undefined && noticeEndsAtMs(after.notice) <= nowMs;
  if (!isNoticeOld && minuteMs === after.minuteMs) return after;
  const sharedCodes = after.sharedCodes.filter(({ untilMs }) => untilMs > nowMs);
  return { ...after, minuteMs, sharedCodes, notice: isNoticeOld ? undefined : after.notice };
}

/** A `store` whose rental is there needs no answer any more. */
function overdue(state: PageState, tap: PageTap, nowMs: number): PageState {
  const isUnanswered = isRunning(tap) && rentalOf(state, tap.id) === undefined;
  return isUnanswered
    ? withEndedTap(state, { tap, outcome: { by: "silence" }, nowMs })
    : { ...state, taps: withoutTap(state.taps, tap.id) };
}
