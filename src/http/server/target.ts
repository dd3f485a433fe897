/** A path of characters that may stand as they are (RFC 3986, `pchar`), and of `%` escapes of those that may not. */
const PLAIN = /^(?:[\w.~!$&'()*+,;=:@/-]|%(?!2[DE]|3\d|4[1-9A-F]|5[\dAF]|6[1-9A-F]|7[\dAE])[\dA-F]{2})*$/i;
/** A segment `.` or `..`, which is resolved against those before it. */
const DOTS = /(?:^|\/)\.\.?(?:\/|$)/;

/**
 * Whether the path of a request's target has one spelling only. A proxy in front refuses some paths to the public by their
 * spelling, and `URL` would read others as the same path: `/c/../metrics`, `/%6Detrics`, `/c\..\metrics`.
 */
export function isPlainTarget(target: string): boolean {
  const [path = ""] = target.split("?", 1);
  return PLAIN.test(path) && !DOTS.test(path);
}
