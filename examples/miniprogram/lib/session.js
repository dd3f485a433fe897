/** The person's session: the service gives it for the code of `wx.login`, and it is stored until it expires. */
const { call, request, trouble, troubleOf } = require("./call.js");

/** How long `wx.login` may take. */
const LOGIN_MS = 10000;
/** A session that expires within this time is renewed before it is used. */
const MARGIN_MS = 60 * 60 * 1000;

const TROUBLES = {
  401: "sign-in",
  404: "not-set-up",
  "too-many": "too-many",
  away: "wechat-away",
  busy: "wechat-away",
  refused: "wechat-refused",
};

/** The session with this service; each service has its own. */
function sessionWith(service) {
  const key = `kaigui.session ${service}`;

  /** The session's value. @throws {Error} a trouble */
  async function get() {
    const stored = wx.getStorageSync(key);
    if (stored && Date.parse(stored.until) - Date.now() > MARGIN_MS) return stored.value;
    const session = await login(service);
    store(session);
    return session.value;
  }

  function store(session) {
    try {
      wx.setStorageSync(key, session);
    } catch {
      // With a full storage the next start logs in again.
    }
  }

  /** Forgets the session, which the service does not accept any more. */
  function forget() {
    wx.removeStorageSync(key);
  }

  return { get, forget };
}

async function login(service) {
  const { code } = await call("login", { timeout: LOGIN_MS }).catch(() => {
    throw trouble("wechat-away");
  });
  const answer = await request({ url: `${service}/wechat/mini/session`, method: "POST", data: { code } });
  if (answer.statusCode !== 200) throw troubleOf(answer, TROUBLES);
  const { session: value, until } = answer.data;
  return { value, until };
}

module.exports = { sessionWith };
