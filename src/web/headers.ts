import type { MiddlewareHandler } from "hono";
import { clientOf } from "../http/client_address.ts";

/** Holds where a route says nothing of its own. */
const EVERYWHERE: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  // What older browsers have instead of `frame-ancestors`.
  "x-frame-options": "DENY",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
};

/** Half a year. Other hosts of the domain are not ours to bind, so it has no `includeSubDomains`. */
const STAY_ENCRYPTED = "max-age=15552000";

/** Where WeChat's script for scanning lies. */
const WECHAT_SCRIPTS = "https://res.wx.qq.com";

/** Adds to every answer what it does not say itself. */
export function safeHeaders(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const { headers } = c.res;
    for (const [name, value] of Object.entries(EVERYWHERE)) if (!headers.has(name)) headers.set(name, value);
    if (clientOf(c).isSecure) headers.set("strict-transport-security", STAY_ENCRYPTED);
  };
}

/** Lets a page load our own script and style, open our socket, and where people scan with it, load WeChat's script. */
export function pagePolicy({ wechat }: { wechat: boolean }): MiddlewareHandler {
  const scripts = wechat ? `'self' ${WECHAT_SCRIPTS}` : "'self'";
  return async (c, next) => {
    c.header(
      "content-security-policy",
      `default-src 'none'; script-src ${scripts}; style-src 'self'; img-src 'self' data:; ` +
        `connect-src 'self'${
          socketsOf(clientOf(c).host)
        }; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
    );
    await next();
  };
}

/** Lets a page of the console load our own script and style and call our own API, and nothing else. */
export function consolePolicy(): MiddlewareHandler {
  return async (c, next) => {
    c.header("content-security-policy", CONSOLE_POLICY);
    await next();
  };
}

/** A form is sent by the script alone: sent by the browser, a password would stand in an address. */
const CONSOLE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Older Safari, and so WeChat on older iPhones, does not count a WebSocket to the same host as `'self'`. */
function socketsOf(host: string): string {
  return /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : "";
}
