import type { Context, Next } from "hono";
import { NotUtf8Error, utf8Of } from "../lib/text/utf8.ts";

/** Whether the body is said to be JSON. A form of another site cannot say so. */
export function isJson(c: Context): boolean {
  return /^application\/json\s*(;|$)/i.test(c.req.header("content-type") ?? "");
}

/** Lets no body through that is not UTF-8. */
export async function utf8Only(c: Context, next: Next): Promise<Response | void> {
  try {
    utf8Of(await c.req.arrayBuffer());
  } catch (error) {
    if (!(error instanceof NotUtf8Error)) throw error;
    return c.text(`The body ${error.message}`, 400);
  }
  await next();
}
