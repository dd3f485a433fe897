/** What of WeChat answers through `success` and `fail`, as promises; and what can stand in the way. */

/** A request that takes longer is given up. */
const TIMEOUT_MS = 10000;

/** Calls that function of `wx`. */
function call(name, options) {
  return new Promise((success, fail) => wx[name]({ ...options, success, fail }));
}

/** Sends a request and gives the answer, whatever its status. @throws {Error} a `network` trouble without one */
async function request(options) {
  try {
    return await call("request", { timeout: TIMEOUT_MS, ...options });
  } catch {
    throw trouble("network");
  }
}

/**
 * What stands between the person and the cabinet.
 *
 * @param code which text of `troubles` says it
 * @param status the answer's, or 0 without one
 * @param retryMs how long the service wants to be left alone
 * @param lasting whether asking again leads to the same
 */
function trouble(code, { status = 0, retryMs = 0, lasting = false } = {}) {
  return Object.assign(new Error(code), { code, status, retryMs, lasting });
}

/** The trouble that an answer tells of. `codes`: what the statuses and the errors mean there. */
function troubleOf({ statusCode: status, data, header }, codes) {
  const error = data && data.error;
  const code = codes[error] || codes[status] || (status < 500 ? "not-allowed" : "service");
  const lasting = error === "refused" || status >= 400 && status < 500 && status !== 429;
  return trouble(code, { status, retryMs: retryMsOf(header), lasting });
}

/** WeChat's clients do not agree on how the name is written. */
function retryMsOf(header = {}) {
  const name = Object.keys(header).find((name) => name.toLowerCase() === "retry-after");
  return Number(header[name]) * 1000 || 0;
}

module.exports = { call, request, trouble, troubleOf };
