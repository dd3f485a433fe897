/**
 * The person's socket on one cabinet. It comes back by itself, later and later, and notices when the other end is
 * silent. What is lost in between is not kept: the service greets anew and whoever uses this asks again.
 */
const { request, trouble, troubleOf } = require("./call.js");
const { hearTime, serverNow } = require("./server_time.js");
const { sessionWith } = require("./session.js");

/** From connecting to the first message. Phones in lifts and basements need seconds. */
const CONNECT_MS = 10000;
/** A first message that took longer says too little of the service's clock, which is asked for then. */
const PROMPT_MS = 1000;
/** Silence after which the service is asked for a sign of life. Networks forget connections from 30 s on. */
const QUIET_MS = 20000;
/** How long that may take, and how long where the person has just come back and is about to tap. */
const PONG_MS = 8000;
const PROBE_MS = 3000;
/** The first wait before connecting again; it doubles. */
const WAIT_FIRST_MS = 500;
const WAIT_MAX_MS = 15000;
/** A connection that held for so long was a good one: waiting begins anew. */
const STEADY_MS = 10000;

const TROUBLES = { 401: "sign-in", 404: "unknown-cabinet", 429: "too-many" };

/**
 * Connects until it is stopped.
 *
 * @param onMessage hears each message
 * @param onTrouble hears why it is not connected; `lasting`: nothing is tried until somebody wakes it
 */
function openSocket({ service, cabinet, onMessage, onTrouble }) {
  const session = sessionWith(service);
  const path = `/ws?cabinet=${encodeURIComponent(cabinet)}`;
  /**
   * What counts now, from asking for the session until it is given up:
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
    /** A socket that was given up must not end its successor. */
    const ifCurrent = (then) => (event) => mine === attempt && then(event);
    mine.beganMs = Date.now();
    mine.header = { cookie: `kaigui_session=${value}` };
    const url = service.replace(/^http/, "ws") + path;
    const task = wx.connectSocket({ url, header: mine.header, fail: ifCurrent(lost) });
    if (!task) return ifCurrent(lost)();
    mine.task = task;
    task.onMessage(ifCurrent(({ data }) => heard(JSON.parse(data))));
    task.onClose(ifCurrent(lost));
    task.onError(ifCurrent(lost));
    after(CONNECT_MS, lost);
  }

  function heard(message) {
    const nowMs = Date.now();
    const isSlow = !attempt.live && nowMs - attempt.beganMs > PROMPT_MS;
    if (!attempt.live) Object.assign(attempt, { live: true, sinceMs: nowMs });
    if (message.time !== undefined) heardTime(message.time, nowMs);
    renewed = false;
    after(isSlow ? 0 : QUIET_MS, () => ping(PONG_MS));
    onMessage(message);
  }

  function heardTime(timeMs, heardAtMs) {
    const { time, pingedMs: askedAtMs } = attempt;
    Object.assign(attempt, {
      time: hearTime(time, { timeMs, heardAtMs, askedAtMs }),
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
    const why = await whyRefused(header);
    if (mine === attempt) fail(why);
  }

  /** WeChat does not say what a socket was answered, so the same is asked without one. */
  async function whyRefused(header) {
    try {
      const answer = await request({ url: service + path, header });
      return answer.statusCode === 426 ? trouble("lost") : troubleOf(answer, TROUBLES);
    } catch (error) {
      return error;
    }
  }

  /** Logs in anew where the session is not taken: once, until a connection stands again. */
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

  /** Nothing is sent where no socket is, and nothing is kept for the next one. */
  function send(message) {
    if (!attempt) return;
    attempt.task.send({ data: JSON.stringify(message), fail: () => {} });
  }

  /** The person or the network is back: connects at once, or finds out whether the connection is still good. */
  function wake() {
    if (!attempt) connect();
    else if (attempt.live) ping(PROBE_MS);
  }

  /** The service's clock now, in milliseconds since 1970; `undefined` as long as it has not said. */
  function now() {
    return attempt && attempt.time && serverNow(attempt.time, Date.now());
  }

  connect();
  return { send, wake, now, stop: giveUp };
}

module.exports = { openSocket };
