/**
 * The person's socket on one cabinet. It reconnects by itself after growing waits, and notices when the other end is
 * silent. Messages are not kept for the next connection: after its welcome the caller sends again.
 */
const { request, trouble, troubleOf } = require("./call.js");
const { betterTime, serverNow } = require("./server_time.js");
const { sessionWith } = require("./session.js");

/** From connecting to the first message. Phones in lifts and basements need seconds. */
const CONNECT_MS = 10000;
/** After a slower first message the socket pings at once: that message's time is too inexact. */
const PROMPT_MS = 1000;
/** The silence after which the socket pings. Networks forget connections from 30 s on. */
const QUIET_MS = 20000;
/** How long the answer may take, and how long when the person has just come back and is about to tap. */
const PONG_MS = 8000;
const PROBE_MS = 3000;
/** The first wait before connecting again; it doubles. */
const WAIT_FIRST_MS = 500;
const WAIT_MAX_MS = 15000;
/** A connection that held this long was steady: the next wait is the first one again. */
const STEADY_MS = 10000;

const TROUBLES = { 401: "sign-in", 404: "unknown-cabinet", 429: "too-many" };

/**
 * Connects until it is stopped.
 *
 * @param onMessage is called with each message
 * @param onTrouble is called with the reason when there is no connection; `lasting`: it connects again only on `wake()`
 */
function openSocket({ service, cabinet, onMessage, onTrouble }) {
  const session = sessionWith(service);
  const path = `/ws?cabinet=${encodeURIComponent(cabinet)}`;
  /**
   * The current connection, from getting the session until it is given up:
   * `{ live, header?, task?, beganMs?, sinceMs?, time?, pingedMs? }`, with the time of `server_time.js`.
   */
  let attempt;
  let timer;
  let tries = 0;
  let renewed = false;

  async function connect() {
    const mine = { live: false };
    attempt = mine;
    try {
      const value = await session.get();
      if (mine === attempt) listen(value);
    } catch (error) {
      if (mine === attempt) fail(error);
    }
  }

  function listen(value) {
    const mine = attempt;
    /** The events of a socket that was given up are ignored: they must not end the next one. */
    const ifCurrent = (then) => (event) => mine === attempt && then(event);
    mine.beganMs = Date.now();
    mine.header = { cookie: `kaigui_session=${value}` };
    const url = service.replace(/^http/, "ws") + path;
    const task = wx.connectSocket({ url, header: mine.header, fail: ifCurrent(lost) });
    if (!task) return ifCurrent(lost)();
    mine.task = task;
    task.onMessage(ifCurrent(({ data }) => receive(JSON.parse(data))));
    task.onClose(ifCurrent(lost));
    task.onError(ifCurrent(lost));
    after(CONNECT_MS, lost);
  }

  function receive(message) {
    const nowMs = Date.now();
    const isSlow = !attempt.live && nowMs - attempt.beganMs > PROMPT_MS;
    if (!attempt.live) Object.assign(attempt, { live: true, sinceMs: nowMs });
    if (message.time !== undefined) setServerTime(message.time, nowMs);
    renewed = false;
    after(isSlow ? 0 : QUIET_MS, () => ping(PONG_MS));
    onMessage(message);
  }

  function setServerTime(timeMs, receivedAtMs) {
    const { time, pingedMs: askedAtMs } = attempt;
    Object.assign(attempt, {
      time: betterTime(time, { timeMs, receivedAtMs, askedAtMs }),
      pingedMs: undefined,
    });
  }

  function ping(withinMs) {
    attempt.pingedMs = Date.now();
    after(withinMs, lost);
    send({ type: "ping" });
  }

  async function lost() {
    const { live, sinceMs, header } = attempt;
    giveUp();
    if (live) {
      if (Date.now() - sinceMs >= STEADY_MS) tries = 0;
      return fail(trouble("lost"));
    }
    const mine = { live: false };
    attempt = mine;
    const reason = await whyRefused(header);
    if (mine === attempt) fail(reason);
  }

  /** WeChat does not tell the answer to a refused socket, so the same address is requested without one. */
  async function whyRefused(header) {
    try {
      const answer = await request({ url: service + path, header });
      return answer.statusCode === 426 ? trouble("lost") : troubleOf(answer, TROUBLES);
    } catch (error) {
      return error;
    }
  }

  /** Logs in again if the session is not accepted: once, until the next connection works. */
  function fail({ code, status, retryMs, lasting }) {
    giveUp();
    if (status === 401) session.forget();
    if (status === 401 && !renewed) {
      renewed = true;
      return connect();
    }
    if (!lasting) after(Math.max(retryMs, waitMs()), connect);
    onTrouble({ code, lasting });
  }

  function waitMs() {
    const ms = Math.min(WAIT_MAX_MS, WAIT_FIRST_MS * 2 ** tries++);
    return ms * (0.5 + Math.random() / 2);
  }

  function after(ms, then) {
    clearTimeout(timer);
    timer = setTimeout(then, ms);
  }

  function giveUp() {
    clearTimeout(timer);
    const task = attempt && attempt.task;
    attempt = undefined;
    if (task) task.close({});
  }

  /** Without a socket nothing is sent, and nothing is kept for the next one. */
  function send(message) {
    if (!attempt) return;
    attempt.task.send({ data: JSON.stringify(message), fail: () => {} });
  }

  /** The person or the network is back: connects at once, or pings to find out whether the connection still works. */
  function wake() {
    if (!attempt) connect();
    else if (attempt.live) ping(PROBE_MS);
  }

  /** The service's time now, in milliseconds since 1970; `undefined` until the service has told it. */
  function now() {
    return attempt && attempt.time && serverNow(attempt.time, Date.now());
  }

  connect();
  return { send, wake, now, stop: giveUp };
}

module.exports = { openSocket };
