/**
 * The page's state, and how messages change it: (state, message) gives a state. Nothing here calls WeChat.
 *
 * A tap is `{ id, request, atMs, attempts, step }`. After its end the step is `ended`, and `result` is
 * `{ state, reason?, cell? }` with the states and reasons of the person's socket, the reason `silence`, or the states
 * `kept` and `claimed` of requests that open no door.
 */

const RUNNING = ["pending", "requested", "sent"];

/** The state before the first message. */
function begin() {
  return {
    /** `connecting`, `live`, or `away` with a `trouble`. */
    link: "connecting",
    trouble: undefined,
    cabinet: undefined,
    rentals: [],
    /** How many cells the person may have here, if there is a limit: `{ held?, all? }`. */
    rentalsMax: undefined,
    /** The person's permits, in a cabinet whose cells are assigned. */
    permits: undefined,
    /** The last tap. */
    tap: undefined,
    /** A pickup code for one of the rentals: `{ rental, code, until }`. */
    sharedCode: undefined,
    /** The last rental that another person or the operator ended: `{ cell, reason }`. */
    endedRental: undefined,
  };
}

/** Whether the tap waits for its answer. Until it has ended there is no other. */
function isRunning(tap) {
  return tap !== undefined && RUNNING.includes(tap.step);
}

/** The tap, ended with this result. */
function endedWith(tap, result) {
  return { ...tap, step: "ended", result };
}

/** The next state. */
function reduce(state, message) {
  switch (message.type) {
    case "welcome": {
      const { cabinet, permits, rentalsMax } = message;
      const rentals = message.rentals.filter((rental) => !hasEnded(rental));
      const now = { ...state, link: "live", trouble: undefined, cabinet, rentals, rentalsMax, permits };
      return withoutOldRefusal(now, state);
    }
    case "cabinet":
      return { ...state, cabinet: withChanges(state.cabinet, message) };
    case "rental":
      return withoutOldRefusal(withRental(state, message), state);
    default:
      return isAbout(message, state.tap) ? withAnswer(state, message) : state;
  }
}

/** Whether the person may have no further cell here. Cells that they opened with a pickup code do not count. */
function isAtLimit({ rentals, rentalsMax = {} }) {
  const own = rentals.filter(({ state, picked }) => state !== "ended" && !picked);
  const held = own.filter(({ state }) => state === "held");
  return held.length >= (rentalsMax.held || Infinity) || own.length >= (rentalsMax.all || Infinity);
}

/** Removes a refusal for the limit once the person is below it. */
function withoutOldRefusal(state, before) {
  const { tap } = state;
  const isOld = tap !== undefined && !isRunning(tap) && tap.result.reason === "limit";
  return isOld && isAtLimit(before) && !isAtLimit(state) ? { ...state, tap: undefined } : state;
}

function isAbout({ id }, tap) {
  return tap !== undefined && id !== undefined && id === tap.id;
}

function withChanges(cabinet, { online = cabinet.online, cells = [] }) {
  const news = new Map(cells.map((cell) => [cell.cell, cell]));
  return { ...cabinet, online, cells: cabinet.cells.map((cell) => news.get(cell.cell) || cell) };
}

/** Whether the rental has ended for good: one that was given back can be kept for a short time. */
function hasEnded({ state, reason, picked }) {
  return state === "ended" && (reason !== "retrieved" || picked);
}

/** A rental that was given back stays on the page, since it can be kept after all; other ends are shown as news. */
function withRental(state, { type: _type, ...rental }) {
  const { rental: id, cell, reason, picked } = rental;
  const others = state.rentals.filter((one) => one.rental !== id);
  const ended = hasEnded(rental);
  const all = ended ? others : [...others, rental];
  const rentals = all.sort((a, b) => a.since < b.since ? -1 : 1);
  if (!ended || picked || others.length === state.rentals.length) return { ...state, rentals };
  // The result of an earlier tap is old once the rental has ended.
  return {
    ...state,
    rentals,
    endedRental: { cell, reason },
    tap: isRunning(state.tap) ? state.tap : undefined,
  };
}

/** The state after an answer to the tap. An `unconfirmed` tap may still turn out to have opened. */
function withAnswer(state, message) {
  const { tap } = state;
  const { type, state: step, reason, cell } = message;
  if (type === "command" && RUNNING.includes(step)) {
    const isBack = RUNNING.indexOf(step) < RUNNING.indexOf(tap.step);
    return isRunning(tap) && !isBack ? { ...state, tap: { ...tap, step } } : state;
  }
  if (type === "command") return { ...state, tap: endedWith(tap, { state: step, reason, cell }) };
  if (!isRunning(tap)) return state;
  if (type === "error") return { ...state, tap: endedWith(tap, resultOfError(tap, message.code)) };
  if (type === "kept" || type === "claimed") {
    const { cell = cellOf(state, tap.request.rental) } = message;
    return { ...state, tap: endedWith(tap, { state: type, cell }) };
  }
  const { code, until } = message;
  return { ...state, tap: undefined, sharedCode: { rental: tap.request.rental, code, until } };
}

function cellOf({ rentals }, rental) {
  const { cell } = rentals.find((one) => one.rental === rental) || {};
  return cell;
}

/** "Nothing was done" is true of the attempt that it answers, not of a tap that was sent before. */
function resultOfError({ attempts, step }, code) {
  const isUncertain = code === "too-fast" || code === "unavailable";
  return isUncertain && (attempts > 1 || step !== "pending")
    ? { state: "unconfirmed", reason: "silence" }
    : { state: "refused", reason: code };
}

module.exports = { begin, endedWith, isAtLimit, isRunning, reduce };
