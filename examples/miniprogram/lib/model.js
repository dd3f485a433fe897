/**
 * What a page knows, and what messages change of it: (state, message) gives a state. Nothing in here talks to WeChat.
 *
 * A tap is `{ id, wish, atMs, asks, step }`; over, its step is `ended`, and `result` says how:
 * `{ state, reason?, cell? }` with the words of the person's socket, or the reason `silence`.
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
    /** The person's own, in a cabinet whose cells are assigned. */
    permits: undefined,
    /** The last tap. */
    tap: undefined,
    /** A pickup code for one of the rentals: `{ rental, code, until }`. */
    shared: undefined,
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
      const { cabinet, rentals, permits } = message;
      return { ...state, link: "live", trouble: undefined, cabinet, rentals, permits };
    }
    case "cabinet":
      return { ...state, cabinet: withNews(state.cabinet, message) };
    case "rental":
      return { ...state, rentals: withRental(state.rentals, message) };
    default:
      return isAbout(message, state.tap) ? withAnswer(state, message) : state;
  }
}

function isAbout({ id }, tap) {
  return tap !== undefined && id !== undefined && id === tap.id;
}

function withNews(cabinet, { online = cabinet.online, cells = [] }) {
  const news = new Map(cells.map((cell) => [cell.cell, cell]));
  return { ...cabinet, online, cells: cabinet.cells.map((cell) => news.get(cell.cell) || cell) };
}

function withRental(rentals, { type: _type, ...rental }) {
  const others = rentals.filter((one) => one.rental !== rental.rental);
  const all = rental.state === "ended" ? others : [...others, rental];
  return all.sort((a, b) => a.since < b.since ? -1 : 1);
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
  const { code, until } = message;
  return { ...state, tap: undefined, shared: { rental: tap.wish.rental, code, until } };
}

/** "Nothing was done" is true of the asking that it answers. Of a tap that was asked before it says nothing. */
function resultOfError({ asks, step }, code) {
  const saysNothing = code === "too-fast" || code === "unavailable";
  return saysNothing && (asks > 1 || step !== "pending")
    ? { state: "unconfirmed", reason: "silence" }
    : { state: "refused", reason: code };
}

module.exports = { begin, endedWith, isRunning, reduce };
