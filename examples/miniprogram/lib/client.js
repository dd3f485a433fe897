/**
 * One person at one cabinet. There is one tap at a time, each with an id of its own. It is sent again after every
 * interruption, also after the mini program was closed, until it is answered or too old.
 */
const { begin, endedWith, isRunning, reduce } = require("./model.js");
const { openSocket } = require("./socket.js");
const { newId } = require("./uuid.js");

/** Later than this after the tap, in milliseconds, nobody expects the door to open. */
const TAP_MS = 15000;

/** Requests that open no door. */
const DOORLESS = ["share", "keep", "claim"];

/**
 * Connects to the service.
 *
 * @param service its address, such as `https://kaigui.example.com`
 * @param onChange is called with each new state (`model.js`)
 */
function startClient({ service, cabinet, onChange }) {
  const key = `kaigui.tap ${service} ${cabinet}`;
  let state = { ...begin(), tap: storedTap() };
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
    // Timers stand still in the background: a tap that grew too old there is not sent again.
    expire();
    set(reduce(state, message));
    if (message.type === "welcome") send();
    // Either the tap was old, or the service's clock was set: asks for the time.
    if (message.reason === "expired") socket.wake();
  }

  function onTrouble(trouble) {
    set({ ...state, link: "away", trouble });
  }

  function onNetwork({ isConnected }) {
    if (isConnected) socket.wake();
  }

  /**
   * Sends a request to the cabinet, such as `{ type: "open", cell: 7 }`. Nothing happens while another tap runs or
   * while there is no connection.
   */
  async function tap(request) {
    if (state.link !== "live" || isRunning(state.tap)) return;
    const mine = {
      id: undefined,
      request,
      atMs: Date.now(),
      serverMs: socket.now(),
      attempts: 0,
      step: "pending",
    };
    // Before anything else, so that a second tap finds this one running.
    set({ ...state, tap: mine, endedRental: undefined });
    expire();
    const id = await newId().catch(() => undefined);
    if (state.tap !== mine) return;
    if (id === undefined) {
      return set({ ...state, tap: endedWith(mine, { state: "refused", reason: "no-random" }) });
    }
    storeTap({ id, request, atMs: mine.atMs, serverMs: mine.serverMs });
    set({ ...state, tap: { ...mine, id } });
    if (state.link === "live") send();
  }

  function send() {
    const { tap } = state;
    if (!isRunning(tap) || tap.id === undefined) return;
    set({ ...state, tap: { ...tap, attempts: tap.attempts + 1 } });
    socket.send({ ...tap.request, id: tap.id, ...timeOf(tap) });
  }

  /**
   * The time of the tap, the same each time, so that the service opens no door that nobody expects any more. A service of
   * an earlier version tells no time and takes none, and a request that opens no door has none.
   */
  function timeOf({ request, serverMs }) {
    const isDated = !DOORLESS.includes(request.type) && serverMs !== undefined && socket.now() !== undefined;
    return isDated ? { at: serverMs } : {};
  }

  /** Ends a tap that is too old, now or when it will be. */
  function expire() {
    clearTimeout(timer);
    if (!isRunning(state.tap)) return;
    const leftMs = state.tap.atMs + TAP_MS - Date.now();
    if (leftMs > 0) timer = setTimeout(expire, leftMs);
    else set({ ...state, tap: endedWith(state.tap, { state: "unconfirmed", reason: "silence" }) });
  }

  /** The names in the storage stay as they are: a version may find what the one before it stored. */
  function storeTap({ request: wish, ...tap }) {
    try {
      wx.setStorageSync(key, { ...tap, wish });
    } catch {
      // With a full storage the tap is not sent again after the mini program was closed.
    }
  }

  function storedTap() {
    const { wish: request, ...tap } = wx.getStorageSync(key) || { atMs: Infinity };
    const ageMs = Date.now() - tap.atMs;
    return ageMs >= 0 && ageMs < TAP_MS ? { ...tap, request, attempts: 1, step: "pending" } : undefined;
  }

  /** Handles that the person came back. */
  function wake() {
    expire();
    socket.wake();
    if (state.link === "live") send();
  }

  function stop() {
    clearTimeout(timer);
    wx.offNetworkStatusChange(onNetwork);
    socket.stop();
  }

  return { tap, wake, stop };
}

module.exports = { startClient };
