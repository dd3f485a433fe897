import type { Context } from "hono";
import { clientOf } from "../http/client_address.ts";

/** Where people find the cabinet: what its code, its poster and its answer say. */
export function linkOf(c: Context, id: string): string {
  return `${clientOf(c).serviceUrl}/c/${id}`;
}
