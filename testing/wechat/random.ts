/**
 * Random names, like WeChat's codes and tokens.
 *
 * @module
 */
import { randomBytes } from "node:crypto";

/** Letters and digits only. */
export function randomName(length: number): string {
  let name = "";
  while (name.length < length) name += randomBytes(length).toString("base64").replace(/[^a-zA-Z0-9]/g, "");
  return name.slice(0, length);
}

/** WeChat's id of a request, at the end of each `errmsg`. */
export function requestId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `${seconds}-${randomBytes(4).toString("hex")}-${randomBytes(4).toString("hex")}`;
}
