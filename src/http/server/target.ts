/** What a path may have as it is (RFC 3986, `pchar`), or with a `%`; but a `%` before what needs none. */
const PLAIN = /^(?:[\w.~!$&'()*+,;=:@/-]|%(?!2[DE]|3\d|4[1-9A-F]|5[\dAF]|6[1-9A-F]|7[\dAE])[\dA-F]{2})*$/i;
/** What is resolved against the path before. */
const DOTS = /(?:^|\/)\.\.?(?:\/|$)/;

/**
 * Whether the path of a request's target has one spelling only. A proxy in front refuses the street by it what is not for
 * the street, and the `URL` that the request is made into would take others for the same: `/c/../metrics`, `/%6Detrics`,
 * `/c\..\metrics`.
 */
export function isPlainTarget(target: string): boolean {
  const [path = ""] = target.split("?", 1);
  return PLAIN.test(path) && !DOTS.test(path);
}
