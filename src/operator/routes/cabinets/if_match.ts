import type { Context } from "hono";
import { type Cabinet, versionOf } from "../../../locker/mod.ts";
import { Problem } from "../../problem.ts";

/** Whether a cabinet is as a request wants it to be that changes it; `undefined`: there is none. */
export type IsAsWanted = (now: Cabinet | undefined) => boolean;

const TAG = /^(W\/)?"([!#-~\x80-\xff]*)"$/;

/** The tag of how the cabinet is described: strong, as what has it may be replaced without a look. */
export function etagOf(cabinet: Cabinet): string {
  return `"${versionOf(cabinet)}"`;
}

/**
 * What the request's `If-Match` wants (RFC 9110, 13.1.1): `*` a cabinet, tags one that is described so. A weak tag is none
 * that may be compared here, so nothing matches it.
 *
 * @returns `undefined`: it wants nothing
 * @throws {Problem} if it is not such a header
 */
export function ifMatchOf(c: Context): IsAsWanted | undefined {
  const header = c.req.header("if-match");
  if (header === undefined) return undefined;
  if (header.trim() === "*") return (now) => now !== undefined;
  const tags = header.split(",").map((tag) => TAG.exec(tag.trim()));
  if (tags.includes(null)) throw new Problem(400, 'If-Match: * or tags as ETag has them, such as "x7Kq"');
  const wanted = new Set(tags.flatMap((tag) => tag?.[1] === undefined ? tag?.[2] ?? [] : []));
  return (now) => now !== undefined && wanted.has(versionOf(now));
}
