/** Ids for taps. Because of the id, the service opens nothing twice for a tap that is sent again. */
const { call } = require("./call.js");

const BYTES = 16;

/**
 * A new UUID of version 7. It needs WeChat's random numbers: with poor ones another person may have the same id, and such
 * a tap opens no door.
 *
 * @throws {Error} if WeChat returns none
 */
async function newId() {
  const { randomValues } = await call("getRandomValues", { length: BYTES });
  return uuidOf(new Uint8Array(randomValues), Date.now());
}

/** RFC 9562, 5.7: the milliseconds since 1970, then the random bytes, with the bits of version and variant. */
function uuidOf(random, nowMs) {
  const bytes = Array.from(random);
  bytes[6] = bytes[6] & 0x0f | 0x70;
  bytes[8] = bytes[8] & 0x3f | 0x80;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const all = nowMs.toString(16).padStart(12, "0") + hex.slice(12);
  return all.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

module.exports = { newId, uuidOf };
