/**
 * Names that nobody can guess, as WeChat gives them out.
 *
 * @module
 */
import { randomBytes } from "node:crypto";

/** Letters, digits and no more. */
export function randomName(length: number): string {
  let name = "";
  while (name.length < length) name += randomBytes(length).toString("base64").replace(/[^a-zA-Z0-9]/g, "");
  return name.slice(0, length);
}

/** By what WeChat finds a request again; stands at the end of each `errmsg`. */
export function requestId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `${seconds}-${randomBytes(4).toString("hex")}-${randomBytes(4).toString("hex")}`;
}
