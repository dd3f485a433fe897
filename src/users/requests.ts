import type { Context } from "hono";

/** Whether the body is said to be JSON. A form of another site cannot say so. */
export function isJson(c: Context): boolean {
  return /^application\/json\s*(;|$)/i.test(c.req.header("content-type") ?? "");
}
