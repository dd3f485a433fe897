/**
 * An estimate of the service's clock, from its time in a message and when that was received: `{ timeMs, receivedAtMs }`.
 * It is behind by as long as the message travelled, and never ahead, unless this phone's clock was set since; the next
 * answer corrects that.
 */

/** The service's time, at least: milliseconds since 1970. */
function serverNow({ timeMs, receivedAtMs }, nowMs) {
  return timeMs + Math.max(0, nowMs - receivedAtMs);
}

/**
 * The better one of the known time and a new reading, which answers the ping of `askedAtMs` if there was one: the known
 * time, unless it is behind, or further ahead than the round trip explains.
 */
function betterTime(known, { timeMs, receivedAtMs, askedAtMs = -Infinity }) {
  const reading = { timeMs, receivedAtMs };
  if (known === undefined) return reading;
  const knownMs = serverNow(known, receivedAtMs);
  return knownMs >= timeMs && knownMs <= timeMs + receivedAtMs - askedAtMs ? known : reading;
}

module.exports = { betterTime, serverNow };
