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
 * The ETags of how cabinets are described. All of a description is in them, also what not every caller is shown, such as the
 * registration, so they are keyed: nobody can try what a tag was made of.
 */
export class CabinetEtags {
  readonly #key: Uint8Array;

  /** @param sessionSecret known to all programs of the service, and to no others; with another one all tags are others */
  constructor(sessionSecret: string) {
    this.#key = createHmac("sha256", sessionSecret).update("tags of cabinets").digest();
  }

  /** The cabinet's ETag: strong, as what has it may be replaced without a look. */
  of(cabinet: Cabinet): string {
    return `"${this.#valueOf(cabinet)}"`;
  }

  /**
   * What the request's `If-Match` and `If-None-Match` want.
   *
   * @returns `undefined`: they want nothing
   * @throws {Problem} if one is not such a header
   */
  wantedBy(c: Context): IsAsWanted | undefined {
    const wants = [this.#ifMatch(c), this.#ifNoneMatch(c)].filter((want) => want !== undefined);
    return wants.length === 0 ? undefined : (now) => wants.every((isAsWanted) => isAsWanted(now));
  }

  /** The header that does not hold of the cabinet as it is now. */
  mismatch(c: Context, now: Cabinet | undefined): "If-Match" | "If-None-Match" {
    return this.#ifNoneMatch(c)?.(now) === false && this.#ifMatch(c)?.(now) !== false
      ? "If-None-Match"
      : "If-Match";
  }

  /**
   * `*` wants a cabinet, tags want one that is described so (RFC 9110, 13.1.1). A weak tag is none that may be compared here,
   * so nothing matches it.
   */
  #ifMatch(c: Context): IsAsWanted | undefined {
    const tags = tagsIn(c, "If-Match");
    if (tags === "*") return (now) => now !== undefined;
    const wanted = tags && new Set(tags.flatMap(({ isWeak, value }) => isWeak ? [] : [value]));
    return wanted && ((now) => now !== undefined && wanted.has(this.#valueOf(now)));
  }

  /** `*` wants that there is none, tags want that none is described so; weak ones count as others (RFC 9110, 13.1.2). */
  #ifNoneMatch(c: Context): IsAsWanted | undefined {
    const tags = tagsIn(c, "If-None-Match");
    if (tags === "*") return (now) => now === undefined;
    const unwanted = tags && new Set(tags.map(({ value }) => value));
    return unwanted && ((now) => now === undefined || !unwanted.has(this.#valueOf(now)));
  }

  #valueOf(cabinet: Cabinet): string {
    return createHmac("sha256", this.#key).update(versionOf(cabinet)).digest("base64url")
      .slice(0, TAG_CHARACTERS);
  }
}

/**
 * The tags in a header of the request.
 *
 * @returns `undefined`: there is no such header
 * @throws {Problem} if there are none in it
 */
function tagsIn(
  c: Context,
  name: "If-Match" | "If-None-Match",
): "*" | { readonly isWeak: boolean; readonly value: string }[] | undefined {
  const header = c.req.header(name);
  if (header === undefined) return undefined;
  if (header.trim() === "*") return "*";
  return header.split(",").map((text) => {
    const [tag, weak, value = ""] = TAG.exec(text.trim()) ?? [];
    if (tag === undefined) throw new Problem(400, `${name}: * or tags as ETag has them, such as "x7Kq"`);
    return { isWeak: weak !== undefined, value };
  });
}
