/**
 * What a page knows, and what messages change of it: (state, message) gives a state. Nothing in here talks to WeChat.
 *
 * A tap is `{ id, wish, atMs, asks, step }`; over, its step is `ended`, and `result` says how:
 * `{ state, reason?, cell? }` with the words of the person's socket, the reason `silence`, or the states `kept` and
 * `claimed` of wishes that open no door.
 */

const RUNNING = ["pending", "requested", "sent"];

/** The state before anything is known. */
function begin() {
  return {
    /** `connecting`, `live`, or `away` with a `trouble`. */
    link: "connecting",
    trouble: undefined,
    cabinet: undefined,
    rentals: [],
    /** How many cells the person may have here, where there is a limit: `{ held?, all? }`. */
    rentalsMax: undefined,
    /** The person's own, in a cabinet whose cells are assigned. */
    permits: undefined,
    /** The last tap. */
    tap: undefined,
    /** A pickup code for one of the rentals: `{ rental, code, until }`. */
    shared: undefined,
    /** The rental that ended last, where somebody else ended it: `{ cell, reason }`. */
    over: undefined,
  };
}

/** Whether the tap waits for its answer. Until it is over there is no other. */
function isRunning(tap) {
  return tap !== undefined && RUNNING.includes(tap.step);
}

/** The tap with how it ended. */
function endedWith(tap, result) {
  return { ...tap, step: "ended", result };
}

/** The next state. */
function reduce(state, message) {
  switch (message.type) {
    case "welcome": {
      const { cabinet, permits, rentalsMax } = message;
      const rentals = message.rentals.filter((rental) => !isGone(rental));
      const now = { ...state, link: "live", trouble: undefined, cabinet, rentals, rentalsMax, permits };
      return withoutOldRefusal(now, state);
    }
    case "cabinet":
      return { ...state, cabinet: withNews(state.cabinet, message) };
    case "rental":
      return withoutOldRefusal(withRental(state, message), state);
    default:
      return isAbout(message, state.tap) ? withAnswer(state, message) : state;
  }
}

/** Whether the person may have no further cell here: what others gave a code for does not count. */
function isAtLimit({ rentals, rentalsMax = {} }) {
  const own = rentals.filter(({ state, picked }) => state !== "ended" && !picked);
  const held = own.filter(({ state }) => state === "held");
  return held.length >= (rentalsMax.held || Infinity) || own.length >= (rentalsMax.all || Infinity);
}

/** That the person has too many cells is said no more once that is over. */
function withoutOldRefusal(state, before) {
  const { tap } = state;
  const isOld = tap !== undefined && !isRunning(tap) && tap.result.reason === "limit";
  return isOld && isAtLimit(before) && !isAtLimit(state) ? { ...state, tap: undefined } : state;
}

function isAbout({ id }, tap) {
  return tap !== undefined && id !== undefined && id === tap.id;
}

function withNews(cabinet, { online = cabinet.online, cells = [] }) {
  const news = new Map(cells.map((cell) => [cell.cell, cell]));
  return { ...cabinet, online, cells: cabinet.cells.map((cell) => news.get(cell.cell) || cell) };
}

/** Whether the rental is over for good here: what the person gave back may be kept for a short time. */
function isGone({ state, reason, picked }) {
  return state === "ended" && (reason !== "retrieved" || picked);
}

/** What the person gave back stays in sight, since it may be kept after all; other ends are told. */
function withRental(state, { type: _type, ...rental }) {
  const { rental: id, cell, reason, picked } = rental;
  const others = state.rentals.filter((one) => one.rental !== id);
  const gone = isGone(rental);
  const all = gone ? others : [...others, rental];
  const rentals = all.sort((a, b) => a.since < b.since ? -1 : 1);
  if (!gone || picked || others.length === state.rentals.length) return { ...state, rentals };
  // What a tap came to says nothing of a rental that ended since.
  return { ...state, rentals, over: { cell, reason }, tap: isRunning(state.tap) ? state.tap : undefined };
}

/** An answer to the tap. One that was `unconfirmed` may still turn out to have opened. */
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
    const { cell = cellOf(state, tap.wish.rental) } = message;
    return { ...state, tap: endedWith(tap, { state: type, cell }) };
  }
  const { code, until } = message;
  return { ...state, tap: undefined, shared: { rental: tap.wish.rental, code, until } };
}

function cellOf({ rentals }, rental) {
  const { cell } = rentals.find((one) => one.rental === rental) || {};
  return cell;
}

/** "Nothing was done" is true of the asking that it answers. Of a tap that was asked before it says nothing. */
function resultOfError({ asks, step }, code) {
  const saysNothing = code === "too-fast" || code === "unavailable";
  return saysNothing && (asks > 1 || step !== "pending")
    ? { state: "unconfirmed", reason: "silence" }
    : { state: "refused", reason: code };
}

module.exports = { begin, endedWith, isAtLimit, isRunning, reduce };
