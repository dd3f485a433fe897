import type { ToPage } from "../../protocol/messages.ts";
import { withCells } from "./doors.ts";
import { withEndedTap, withNews, withRunningTap } from "./progress.ts";
import { withRecoveryCode } from "./recovery.ts";
import { withoutOldRefusal } from "./refusals.ts";
import { rentalOf, withoutRental, withRental, withRentals } from "./rentals.ts";
import type { PageState } from "./state.ts";
import { advance, isRunning, outcomeOfError, withoutTap } from "./taps.ts";

interface Received<Type extends ToPage["type"]> {
  readonly message: Extract<ToPage, { type: Type }>;
  readonly nowMs: number;
}

/** The state after this message. News of a refusal goes once its cause is over. */
export function handleMessage(before: PageState, received: Received<ToPage["type"]>): PageState {
  return withoutOldRefusal(after(before, received), before);
}

function after(state: PageState, { message, nowMs }: Received<ToPage["type"]>): PageState {
  switch (message.type) {
    case "welcome":
      return welcomed(state, { message, nowMs });
    case "cabinet":
      return cabinetChanged(state, { message, nowMs });
    case "command":
      return commandChanged(state, { message, nowMs });
    case "rental": {
      const { type: _, ...rental } = message;
      return withRental(state, { rental, nowMs });
    }
    case "shared":
      return codeShared(state, { message, nowMs });
    case "kept":
    case "claimed":
      return requestDone(state, { message, nowMs });
    case "way-back": {
      const { type: _, ...code } = message;
      return withRecoveryCode(state, code);
    }
    case "error":
      return failed(state, { message, nowMs });
    default:
      return state;
  }
}

function welcomed(state: PageState, { message, nowMs }: Received<"welcome">): PageState {
  const { you, cabinet, rentals, rentalsMax, permits } = message;
  const connected = withCells(withRentals(state, { rentals, nowMs }), { cells: cabinet.cells, nowMs });
  return { ...connected, connection: "live", you, cabinet, rentalsMax, permits };
}

function cabinetChanged(state: PageState, { message, nowMs }: Received<"cabinet">): PageState {
  const { online, cells } = message;
  const moved = cells === undefined ? state : withCells(state, { cells, nowMs });
  return online === undefined ? moved : { ...moved, cabinet: { ...moved.cabinet, online } };
}

function commandChanged(state: PageState, { message, nowMs }: Received<"command">): PageState {
  const tap = state.taps.get(message.id);
  if (tap === undefined) return state;
  const cell = message.cell ?? tap.cell;
  if (message.state === "requested" || message.state === "sent") {
    if (!isRunning(tap)) return state;
    return withRunningTap(state, { tap: advance(tap, { step: message.state, cell }), nowMs });
  }
  const { state: finalState, reason } = message;
  const outcome = { by: "server", state: finalState, reason } as const;
  const ended = withEndedTap(state, { tap, cell, outcome, nowMs });
  const { request } = tap;
  return reason === "over" && "rental" in request ? withoutRental(ended, request.rental) : ended;
}

/** The code is shown on its rental's card, so the tap that asked for it is forgotten. */
function codeShared(
  state: PageState,
  { message: { id, code, until }, nowMs }: Received<"shared">,
): PageState {
  const request = state.taps.get(id)?.request;
  const rental = request?.type === "share" ? rentalOf(state, request.rental) : undefined;
  if (rental === undefined) return state;
  const others = state.sharedCodes.filter((other) => other.rental !== rental.rental);
  const shared = { rental: rental.rental, code, untilMs: Date.parse(until) };
  return withNews({ ...state, taps: withoutTap(state.taps, id), sharedCodes: [...others, shared] }, {
    news: { kind: "shared", cell: rental.cell },
    nowMs,
  });
}

/** The server tells what became of the rental in a message of its own. */
function requestDone(state: PageState, { message, nowMs }: Received<"kept" | "claimed">): PageState {
  const next = { ...state, taps: withoutTap(state.taps, message.id) };
  const cell = message.type === "claimed" ? message.cell : rentalOf(state, message.rental)?.cell;
  return cell === undefined ? next : withNews(next, { news: { kind: message.type, cell }, nowMs });
}

function failed(state: PageState, { message: { id, code }, nowMs }: Received<"error">): PageState {
  if (id === undefined) return withNews(state, { news: { kind: "error", code }, nowMs });
  const tap = state.taps.get(id);
  return isRunning(tap) ? withEndedTap(state, { tap, outcome: outcomeOfError(tap, code), nowMs }) : state;
}
