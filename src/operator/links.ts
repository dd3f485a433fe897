import type { Context } from "hono";
import type { OperatorContext } from "./context.ts";

/** Where people find the cabinet: what its code, its poster and its answer say. */
export function linkOf(c: Context, id: string, { publicUrl }: Pick<OperatorContext, "publicUrl">): string {
  return `${publicUrl ?? originOf(c)}/c/${id}`;
}

/** Where the request was sent to; a proxy in front that encrypts says so. */
function originOf(c: Context): string {
  const url = new URL(c.req.url);
  if (c.req.header("x-forwarded-proto") === "https") url.protocol = "https:";
  return url.origin;
}
