import { createHash } from "node:crypto";
import type { Context } from "hono";
import { gzip, prefersGzip } from "./compression.ts";

/** Characters of a hash: 48 bits, so that two contents are never taken for one. */
const HASH_CHARACTERS = 12;

/** Stands for these contents, and for no others. */
export function shortHash(contents: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const content of contents) hash.update(content);
  return hash.digest("hex").slice(0, HASH_CHARACTERS);
}

/**
 * An answer that stays the same while the program runs. It is hashed and compressed once, and all answers share its bytes: of
 * peers that do not read it, no copies pile up.
 */
export class StaticAnswer {
  readonly #type: string;
  readonly #plain;
  readonly #gzipped;

  constructor(body: Uint8Array<ArrayBuffer>, type: string) {
    const hash = shortHash([body]);
    this.#type = type;
    this.#plain = { body, headers: { etag: `"${hash}"` } };
    // The same content in other bytes: its tag is weak (RFC 9110, section 8.8.1).
    this.#gzipped = {
      body: gzip(body, { best: true }),
      headers: { "etag": `W/"${hash}"`, "content-encoding": "gzip" },
    };
  }

  /** Answers in the encoding that the request prefers. The `vary` of `headers` has to name `accept-encoding`. */
  respond(c: Context, headers: { readonly vary: string; readonly "cache-control"?: string }): Response {
    const { body, headers: encoding } = prefersGzip(c) ? this.#gzipped : this.#plain;
    return c.body(body, 200, { ...encoding, "content-type": this.#type, ...headers });
  }
}
