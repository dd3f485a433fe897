import type { Context } from "hono";
import { hostOf, isSecure, type Reached } from "../http/client_address.ts";

/** Where people find the cabinet: what its code, its poster and its answer say. */
export function linkOf(c: Context, id: string, reached: Reached): string {
  return `${reached.publicUrl ?? originOf(c, reached)}/c/${id}`;
}

/** Where the request was sent to, as its sender knows the service. */
function originOf(c: Context, reached: Reached): string {
  return `${isSecure(c, reached) ? "https" : new URL(c.req.url).protocol.slice(0, -1)}://${hostOf(c)}`;
}
