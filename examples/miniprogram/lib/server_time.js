/**
 * The service's clock as this phone reckons it, from what the service said and when that was heard:
 * `{ timeMs, heardAtMs }`. It is behind by as long as that was on its way and never ahead, unless this phone's clock was
 * set since; the next answer puts that right.
 */

/** What the service's clock says, at least. */
function serverNow({ timeMs, heardAtMs }, nowMs) {
  return timeMs + Math.max(0, nowMs - heardAtMs);
}

/**
 * The better of what was known and what was heard just now, in answer to what was asked at `askedAtMs` if anything was:
 * what was known, unless it is behind, or further ahead than the way there and back explains.
 */
function hearTime(known, { timeMs, heardAtMs, askedAtMs = -Infinity }) {
  const heard = { timeMs, heardAtMs };
  if (known === undefined) return heard;
  const knownMs = serverNow(known, heardAtMs);
  return knownMs >= timeMs && knownMs <= timeMs + heardAtMs - askedAtMs ? known : heard;
}

module.exports = { hearTime, serverNow };
