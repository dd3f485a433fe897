/**
 * What the server's messages change.
 *
 * @module
 */
import type { ToPage } from "../../protocol/messages.ts";
import { withCells } from "./doors.ts";
import { ended, running, told } from "./progress.ts";
import { withoutOldRefusal } from "./refusals.ts";
import { rentalOf, withoutRental, withRental, withRentals } from "./rentals.ts";
import type { PageState } from "./state.ts";
import { advance, isRunning, outcomeOfError, withoutTap } from "./taps.ts";
import { withWayBack } from "./ways_back.ts";

interface MessageHandler<Type extends ToPage["type"]> {
  readonly message: Extract<ToPage, { type: Type }>;
  readonly nowMs: number;
}

/** The state after this message. What was refused for a cause that is over is not told any more. */
export function hear(before: PageState, heard: MessageHandler<ToPage["type"]>): PageState {
  return withoutOldRefusal(after(before, heard), before);
}

function after(state: PageState, { message, nowMs }: MessageHandler<ToPage["type"]>): PageState {
  switch (message.type) {
    case "welcome":
      return welcomed(state, { message, nowMs });
    case "cabinet":
      return cabinetChanged(state, { message, nowMs });
    case "command":
      return answered(state, { message, nowMs });
    case "rental": {
      const { type: _, ...rental } = message;
      return withRental(state, { rental, nowMs });
    }
    case "shared":
      return shared(state, { message, nowMs });
    case "kept":
      return done(state, { message, kind: message.type, cell: rentalOf(state, message.rental)?.cell, nowMs });
    case "claimed":
      return done(state, { message, kind: message.type, cell: message.cell, nowMs });
    case "way-back": {
      const { type: _, ...wayBack } = message;
      return withWayBack(state, wayBack);
    }
    case "error":
      return failed(state, { message, nowMs });
    default:
      return state;
  }
}

function welcomed(state: PageState, { message, nowMs }: MessageHandler<"welcome">): PageState {
  const { you, cabinet, rentals, rentalsMax, permits } = message;
  const connected = withCells(withRentals(state, { rentals, nowMs }), { cells: cabinet.cells, nowMs });
  return { ...connected, connection: "live", you, cabinet, rentalsMax, permits };
}

function cabinetChanged(state: PageState, { message, nowMs }: MessageHandler<"cabinet">): PageState {
  const { online, cells } = message;
  const moved = cells === undefined ? state : withCells(state, { cells, nowMs });
  return online === undefined ? moved : { ...moved, cabinet: { ...moved.cabinet, online } };
}

function answered(state: PageState, { message, nowMs }: MessageHandler<"command">): PageState {
  const tap = state.taps.get(message.id);
  if (tap === undefined) return state;
  const cell = message.cell ?? tap.cell;
  if (message.state === "requested" || message.state === "sent") {
    return isRunning(tap)
      ? running(state, { tap: advance(tap, { step: message.state, cell }), nowMs })
      : state;
  }
  const { state: how, reason } = message;
  const after = ended(state, { tap, cell, outcome: { by: "server", state: how, reason }, nowMs });
  const { wish } = tap;
  return reason === "over" && "rental" in wish ? withoutRental(after, wish.rental) : after;
}

/** A code is shown with its rental, and that is all that is left of the tap which asked for it. */
function shared(state: PageState, { message, nowMs }: MessageHandler<"shared">): PageState {
  const { id, code, until } = message;
  const wish = state.taps.get(id)?.wish;
  const rental = wish?.type === "share" ? rentalOf(state, wish.rental) : undefined;
  if (rental === undefined) return state;
  const others = state.shared.filter((one) => one.rental !== rental.rental);
  const one = { rental: rental.rental, code, untilMs: Date.parse(until) };
  return told({ ...state, taps: withoutTap(state.taps, id), shared: [...others, one] }, {
    news: { kind: "shared", cell: rental.cell },
    nowMs,
  });
}

/** What was asked for is done; what became of it is told beside this. */
function done(
  state: PageState,
  { message: { id }, kind, cell, nowMs }: MessageHandler<"kept" | "claimed"> & HandledMessage,
): PageState {
  const after = { ...state, taps: withoutTap(state.taps, id) };
  return cell === undefined ? after : told(after, { news: { kind, cell }, nowMs });
}

interface HandledMessage {
  readonly kind: "kept" | "claimed";
  readonly cell: number | undefined;
}

function failed(state: PageState, { message, nowMs }: MessageHandler<"error">): PageState {
  const { id, code } = message;
  if (id === undefined) return told(state, { news: { kind: "error", code }, nowMs });
  const tap = state.taps.get(id);
  return isRunning(tap) ? ended(state, { tap, outcome: outcomeOfError(tap, code), nowMs }) : state;
}
