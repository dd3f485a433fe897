import { createHmac } from "node:crypto";
import type { Context } from "hono";
import { type Cabinet, versionOf } from "../../../locker/mod.ts";
import { Problem } from "../../problem.ts";

/** Whether a cabinet is as a request wants it to be that changes it; `undefined`: there is none. */
export type IsAsWanted = (now: Cabinet | undefined) => boolean;

const TAG = /^(W\/)?"([!#-~\x80-\xff]*)"$/;
/** Of an HMAC, with 6 bits each: more than can be guessed. */
const TAG_CHARACTERS = 22;

/**
 * The tags of how cabinets are described. All of a description is in them, also what not every caller is shown, such as the
 * registration, so they are keyed: nobody can try what a tag was made of.
 */
export class CabinetTags {
  readonly #key: Uint8Array;

  /** @param sessionSecret known to all programs of the service, and to no others; with another one all tags are others */
  constructor(sessionSecret: string) {
    this.#key = createHmac("sha256", sessionSecret).update("tags of cabinets").digest();
  }

  /** The cabinet's tag: strong, as what has it may be replaced without a look. */
  of(cabinet: Cabinet): string {
    return `"${this.#valueOf(cabinet)}"`;
  }

  /**
   * What the request's `If-Match` wants (RFC 9110, 13.1.1): `*` a cabinet, tags one that is described so. A weak tag is none
   * that may be compared here, so nothing matches it.
   *
   * @returns `undefined`: it wants nothing
   * @throws {Problem} if it is not such a header
   */
  ifMatchOf(c: Context): IsAsWanted | undefined {
    const header = c.req.header("if-match");
    if (header === undefined) return undefined;
    if (header.trim() === "*") return (now) => now !== undefined;
    const tags = header.split(",").map((tag) => TAG.exec(tag.trim()));
    if (tags.includes(null)) throw new Problem(400, 'If-Match: * or tags as ETag has them, such as "x7Kq"');
    const wanted = new Set(tags.flatMap((tag) => tag?.[1] === undefined ? tag?.[2] ?? [] : []));
    return (now) => now !== undefined && wanted.has(this.#valueOf(now));
  }

  #valueOf(cabinet: Cabinet): string {
    return createHmac("sha256", this.#key).update(versionOf(cabinet)).digest("base64url")
      .slice(0, TAG_CHARACTERS);
  }
}
