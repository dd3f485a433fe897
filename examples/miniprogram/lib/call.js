/** WeChat's functions with `success` and `fail` callbacks, as promises; and the troubles that can come up. */

/** A request that takes longer has failed, in milliseconds. */
const TIMEOUT_MS = 10000;

/** Calls the function of `wx` with this name. */
function call(name, options) {
  return new Promise((success, fail) => wx[name]({ ...options, success, fail }));
}

/** Sends a request; returns the answer, whatever its status. @throws {Error} a `network` trouble if there is none */
async function request(options) {
  try {
    return await call("request", { timeout: TIMEOUT_MS, ...options });
  } catch {
    throw trouble("network");
  }
}

/**
 * A trouble that keeps the person from the cabinet.
 *
 * @param code the key of its text in `troubles`
 * @param status the answer's status, or 0 without an answer
 * @param retryMs how long the service wants no further request
 * @param lasting whether the same request would fail again
 */
function trouble(code, { status = 0, retryMs = 0, lasting = false } = {}) {
  return Object.assign(new Error(code), { code, status, retryMs, lasting });
}

/** The trouble of a refused request. `codes`: the codes of its statuses and errors. */
function troubleOf({ statusCode: status, data, header }, codes) {
  const error = data && data.error;
  const code = codes[error] || codes[status] || (status < 500 ? "not-allowed" : "service");
  const lasting = error === "refused" || status >= 400 && status < 500 && status !== 429;
  return trouble(code, { status, retryMs: retryMsOf(header), lasting });
}

/** WeChat's clients write the header's name in different ways. */
function retryMsOf(header = {}) {
  const name = Object.keys(header).find((name) => name.toLowerCase() === "retry-after");
  return Number(header[name]) * 1000 || 0;
}

module.exports = { call, request, trouble, troubleOf };
