/**
 * The page's state machine: (state, event) gives a state, without a document, a socket or a clock.
 *
 * @module
 */
import type { ToPage } from "../users/messages.ts";
import { withCells } from "./doors.ts";
import { type Notice, type PageEvent, type PageState, refusalOf } from "./state.ts";
import {
  advance,
  changesAtMs,
  end,
  isRunning,
  type Outcome,
  outcomeOfError,
  type RunningTap,
  type Tap,
  tapById,
  type TapKey,
  withoutTap,
  withTap,
} from "./taps.ts";
import { resultShownMs } from "./times.ts";

/** The next state. The same object comes back when nothing changed. */
export function reduce(state: PageState, event: PageEvent): PageState {
  switch (event.type) {
    case "disconnected":
      return event.connection === state.connection ? state : { ...state, connection: event.connection };
    case "heard":
      return heard(state, event);
    case "tapped":
      return tapped(state, event);
    case "asked-again":
      return askedAgain(state, event.id);
    case "restored":
      return restored(state, event);
    case "time":
      return timePassed(state, event.nowMs);
  }
}

/** When a `time` event would change something; `undefined` when nothing waits. */
export function nextChangeMs({ taps, notice }: PageState): number | undefined {
  const times = [...taps.values()].map(changesAtMs);
  if (notice !== undefined) times.push(notice.atMs + resultShownMs);
  return times.length === 0 ? undefined : Math.min(...times);
}

function heard(state: PageState, { message, nowMs }: { message: ToPage; nowMs: number }): PageState {
  switch (message.type) {
    case "welcome":
      return welcomed(state, { message, nowMs });
    case "cabinet":
      return cabinetChanged(state, { message, nowMs });
    case "command":
      return answered(state, { message, nowMs });
    case "error":
      return failed(state, { message, nowMs });
    default:
      return state;
  }
}

interface Heard<Type extends ToPage["type"]> {
  readonly message: Extract<ToPage, { type: Type }>;
  readonly nowMs: number;
}

function welcomed(state: PageState, { message, nowMs }: Heard<"welcome">): PageState {
  const { you, cabinet } = message;
  const connected = withCells(state, { cells: cabinet.cells, nowMs });
  const obsolete = state.notice?.news.kind === "refusal";
  return { ...connected, connection: "live", you, cabinet, notice: obsolete ? undefined : connected.notice };
}

function cabinetChanged(state: PageState, { message, nowMs }: Heard<"cabinet">): PageState {
  const { online, cells } = message;
  const moved = cells === undefined ? state : withCells(state, { cells, nowMs });
  return online === undefined ? moved : { ...moved, cabinet: { ...moved.cabinet, online } };
}

function answered(state: PageState, { message, nowMs }: Heard<"command">): PageState {
  const tap = tapById(state.taps, message.id);
  if (tap === undefined) return state;
  if (message.state !== "requested" && message.state !== "sent") {
    return ended(state, {
      tap,
      outcome: { by: "server", state: message.state, reason: message.reason },
      nowMs,
    });
  }
  return isRunning(tap) ? running(state, { tap: advance(tap, message.state), nowMs }) : state;
}

function failed(state: PageState, { message, nowMs }: Heard<"error">): PageState {
  const { id, code } = message;
  if (id === undefined) {
    return { ...state, notice: { cell: undefined, news: { kind: "error", code }, atMs: nowMs } };
  }
  const tap = tapById(state.taps, id);
  return isRunning(tap) ? ended(state, { tap, outcome: outcomeOfError(tap, code), nowMs }) : state;
}

function tapped(state: PageState, event: Extract<PageEvent, { type: "tapped" }>): PageState {
  const { id, cell, nowMs } = event;
  if (isRunning(state.taps.get(cell))) return state;
  const refusal = refusalOf(state, cell);
  if (refusal !== undefined) {
    return { ...state, notice: { cell, news: { kind: "refusal", refusal }, atMs: nowMs } };
  }
  return running(state, { tap: { id, cell, atMs: nowMs, step: "pending", asks: 1 }, nowMs });
}

function askedAgain(state: PageState, id: string): PageState {
  const tap = tapById(state.taps, id);
  return isRunning(tap) ? { ...state, taps: withTap(state.taps, { ...tap, asks: tap.asks + 1 }) } : state;
}

function restored(state: PageState, { taps, nowMs }: { taps: readonly TapKey[]; nowMs: number }): PageState {
  const all = taps.reduce(
    (before, key) => running(before, { tap: { ...key, step: "pending", asks: 1 }, nowMs }),
    state,
  );
  return timePassed(all, nowMs);
}

function timePassed(state: PageState, nowMs: number): PageState {
  const due = [...state.taps.values()].filter((tap) => changesAtMs(tap) <= nowMs);
  const after = due.reduce(
    (before, tap) =>
      isRunning(tap)
        ? ended(before, { tap, outcome: { by: "silence" }, nowMs })
        : { ...before, taps: withoutTap(before.taps, tap.cell) },
    state,
  );
  const old = after.notice !== undefined && after.notice.atMs + resultShownMs <= nowMs;
  return old ? { ...after, notice: undefined } : after;
}

function running(state: PageState, { tap, nowMs }: { tap: RunningTap; nowMs: number }): PageState {
  const notice: Notice = { cell: tap.cell, news: { kind: "step", step: tap.step }, atMs: nowMs };
  return { ...state, taps: withTap(state.taps, tap), notice };
}

interface Ending {
  readonly tap: Tap;
  readonly outcome: Outcome;
  readonly nowMs: number;
}

function ended(state: PageState, { tap, outcome, nowMs }: Ending): PageState {
  const notice: Notice = { cell: tap.cell, news: { kind: "outcome", outcome }, atMs: nowMs };
  return { ...state, taps: withTap(state.taps, end(tap, { outcome, nowMs })), notice };
}
