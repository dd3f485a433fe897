/**
 * One person at one cabinet. One tap at a time, each with an id of its own: asked again after every interruption, also
 * after the mini program was closed, until it is answered or too old to be waited for.
 */
const { begin, endedWith, isRunning, reduce } = require("./model.js");
const { openSocket } = require("./socket.js");
const { newId } = require("./uuid.js");

/** Nobody expects a door to open later than this after the tap. */
const TAP_MS = 15000;

/** Wishes that open no door. */
const DOORLESS = ["share", "keep", "claim"];

/**
 * Starts talking with the service.
 *
 * @param service its address, such as `https://kaigui.example.com`
 * @param onChange hears each new state (`model.js`)
 */
function startClient({ service, cabinet, onChange }) {
  const key = `kaigui.tap ${service} ${cabinet}`;
  let state = { ...begin(), tap: keptTap() };
  let timer;
  const socket = openSocket({ service, cabinet, onMessage, onTrouble });
  wx.onNetworkStatusChange(onNetwork);
  set(state);
  expire();

  function set(next) {
    if (isRunning(state.tap) && !isRunning(next.tap)) wx.removeStorageSync(key);
    state = next;
    onChange(state);
  }

  function onMessage(message) {
    // Timers stand still in the background: a tap that grew too old there is not asked again.
    expire();
    set(reduce(state, message));
    if (message.type === "welcome") ask();
    // Either the tap was old, or the service's clock was set since it was asked for.
    if (message.reason === "expired") socket.wake();
  }

  function onTrouble(trouble) {
    set({ ...state, link: "away", trouble });
  }

  function onNetwork({ isConnected }) {
    if (isConnected) socket.wake();
  }

  /**
   * Wants something of the cabinet, such as `{ type: "open", cell: 7 }`. Nothing happens while another tap runs or
   * while there is no connection.
   */
  async function tap(wish) {
    if (state.link !== "live" || isRunning(state.tap)) return;
    const mine = { id: undefined, wish, atMs: Date.now(), serverMs: socket.now(), asks: 0, step: "pending" };
    // First of all, so that a second tap finds this one running.
    set({ ...state, tap: mine, over: undefined });
    expire();
    const id = await newId().catch(() => undefined);
    if (state.tap !== mine) return;
    if (id === undefined) {
      return set({ ...state, tap: endedWith(mine, { state: "refused", reason: "no-random" }) });
    }
    keep({ id, wish, atMs: mine.atMs, serverMs: mine.serverMs });
    set({ ...state, tap: { ...mine, id } });
    if (state.link === "live") ask();
  }

  function ask() {
    const { tap } = state;
    if (!isRunning(tap) || tap.id === undefined) return;
    set({ ...state, tap: { ...tap, asks: tap.asks + 1 } });
    socket.send({ ...tap.wish, id: tap.id, ...momentOf(tap) });
  }

  /**
   * When the tap was made, the same each time: the service opens no door that nobody expects any more. A service of an
   * earlier version tells no time and takes none, and what moves no door has none.
   */
  function momentOf({ wish, serverMs }) {
    const isDated = !DOORLESS.includes(wish.type) && serverMs !== undefined && socket.now() !== undefined;
    return isDated ? { at: serverMs } : {};
  }

  /** Gives up a tap that is too old, or does so when it will be. */
  function expire() {
    clearTimeout(timer);
    if (!isRunning(state.tap)) return;
    const leftMs = state.tap.atMs + TAP_MS - Date.now();
    if (leftMs > 0) timer = setTimeout(expire, leftMs);
    else set({ ...state, tap: endedWith(state.tap, { state: "unconfirmed", reason: "silence" }) });
  }

  function keep(tap) {
    try {
      wx.setStorageSync(key, tap);
    } catch {
      // A full storage costs only the asking again after the mini program was closed.
    }
  }

  function keptTap() {
    const kept = wx.getStorageSync(key);
    const ageMs = kept ? Date.now() - kept.atMs : -1;
    return ageMs >= 0 && ageMs < TAP_MS ? { ...kept, asks: 1, step: "pending" } : undefined;
  }

  /** The person is back. */
  function wake() {
    expire();
    socket.wake();
    if (state.link === "live") ask();
  }

  function stop() {
    clearTimeout(timer);
    wx.offNetworkStatusChange(onNetwork);
    socket.stop();
  }

  return { tap, wake, stop };
}

module.exports = { startClient };
