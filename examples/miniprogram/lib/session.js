/** The person's session: the code of `wx.login` changed for one at the service, and kept until it is over. */
const { call, request, trouble, troubleOf } = require("./call.js");

/** WeChat's own part of the login is given up after this. */
const LOGIN_MS = 10000;
/** A session that ends so soon is renewed before it is used. */
const MARGIN_MS = 60 * 60 * 1000;

const TROUBLES = {
  401: "sign-in",
  404: "not-set-up",
  "too-many": "too-many",
  away: "wechat-away",
  busy: "wechat-away",
  refused: "wechat-refused",
};

/** The session with that service; each service has its own. */
function sessionWith(service) {
  const key = `kaigui.session ${service}`;

  /** The session's value. @throws {Error} a trouble */
  async function get() {
    const kept = wx.getStorageSync(key);
    if (kept && Date.parse(kept.until) - Date.now() > MARGIN_MS) return kept.value;
    const session = await login(service);
    keep(session);
    return session.value;
  }

  function keep(session) {
    try {
      wx.setStorageSync(key, session);
    } catch {
      // A full storage costs a login the next time.
    }
  }

  /** The service does not take it any more. */
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
