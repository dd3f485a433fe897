import type { Context, MiddlewareHandler } from "hono";
import { NotUtf8Error, utf8Of } from "../utf8.ts";

/** Whether the body is said to be JSON. A form of another site cannot say so. */
export function isJson(c: Context): boolean {
  return /^application\/json\s*(;|$)/i.test(c.req.header("content-type") ?? "");
}

/** Lets no body through that is not UTF-8. */
export const utf8Only: MiddlewareHandler = async (c, next) => {
  try {
    utf8Of(await c.req.arrayBuffer());
  } catch (error) {
    if (!(error instanceof NotUtf8Error)) throw error;
    return c.text(`The body ${error.message}`, 400);
  }
  return await next();
};
