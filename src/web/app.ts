/**
 * The HTTP side put together: people, operator, assets, health.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { isAway } from "../db/mod.ts";
import { operatorApi, type OperatorContext } from "../operator/mod.ts";
import { userRoutes, type UsersContext } from "../users/mod.ts";
import { assetRoutes, type Assets } from "./assets.ts";

/** What the app works with. */
export interface WebContext {
  readonly users: UsersContext;
  readonly operator: OperatorContext;
  readonly assets: Assets;
  /** Whether database and router answer. */
  readonly ready: () => Promise<boolean>;
  readonly failed: (error: unknown) => void;
}

/** The whole app. */
export function webApp(context: WebContext): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    context.failed(error);
    if (!isAway(error)) return c.text("Something went wrong here", 500);
    c.header("retry-after", "2");
    return c.text("The database does not answer; try again", 503);
  });
  app.get("/healthz", (c) => c.text("ok"));
  app.get("/readyz", async (c) => await context.ready() ? c.text("ready") : c.text("not ready", 503));
  app.route("/api/v1", operatorApi(context.operator));
  const pages = new Hono();
  pages.use("/c/*", pageHeaders);
  pages.route("/", userRoutes(context.users));
  pages.route("/assets", assetRoutes(context.assets));
  app.route("/", pages);
  return app;
}

/** Nothing but our own script, style and socket; no frame around the page. */
const pageHeaders = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", "data:"],
    connectSrc: ["'self'", socketsOfThisHost],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: "DENY",
  referrerPolicy: "same-origin",
});

/** Older Safari, and so WeChat on older iPhones, does not count a WebSocket to the same host as `'self'`. */
function socketsOfThisHost(c: Context): string {
  const host = c.req.header("host") ?? "";
  return /^[\w.:[\]-]+$/.test(host) ? `ws://${host} wss://${host}` : "'self'";
}
