import { type Context, Hono, type MiddlewareHandler } from "hono";
import { clientAddress, type Reached } from "../http/client_address.ts";
import { BodyTooLongError, boundedBody } from "../http/bounded_body.ts";
import { isDatabaseUnavailable } from "../db/mod.ts";
import { HTTP, IMPORT, OPERATOR, WECHAT } from "../lib/limits.ts";
import { operatorApi, type OperatorContext } from "../operator/mod.ts";
import { userRoutes, type UsersContext } from "../users/mod.ts";
import { assetRoutes, type Assets } from "./assets.ts";
import { consoleRoutes } from "./console_routes.ts";
import { pagePolicy, safeHeaders } from "./headers.ts";
import { metricsRoute, type MetricsSource } from "./metrics_route.ts";
import { pathOf } from "./paths.ts";
import { rootFiles } from "./root_files.ts";

/** What the app works with. */
export interface WebContext {
  readonly reached: Reached;
  readonly users: UsersContext;
  readonly operator: OperatorContext;
  readonly assets: Assets;
  /** What does not answer, in words; `undefined`: all that is needed does. */
  readonly missing: () => Promise<string | undefined>;
  /** Whether the service ends: then no new WebSocket is opened. @default {never} */
  readonly isStopping?: () => boolean;
  /** The metrics for Prometheus. @default {undefined} there is no `/metrics` */
  readonly metrics?: MetricsSource;
  /** Is told of each request's status. */
  readonly answered?: (status: number) => void;
  readonly failed: (error: unknown) => void;
}

/** The HTTP side put together: people, operator, console, assets, health. */
export function webApp(context: WebContext): Hono {
  const app = new Hono({ getPath: pathOf });
  const { metrics, answered, isStopping = () => false, operator: { tokens } } = context;
  app.use(clientAddress(context.reached));
  if (answered) app.use(counting(answered));
  app.use(safeHeaders());
  app.use(noNewSockets(isStopping));
  app.use(boundedBody(bodyBytesMaxOf));
  app.onError((error, c) => {
    if (error instanceof BodyTooLongError) return c.text(error.message, 413);
    context.failed(error);
    if (!isDatabaseUnavailable(error)) return c.text("Something went wrong here", 500);
    c.header("retry-after", "2");
    return c.text("The database does not answer; try again", 503);
  });
  app.get("/healthz", (c) => c.text("ok"));
  app.get("/readyz", async (c) => {
    if (isStopping()) return c.text("stopping", 503);
    const missing = await context.missing();
    return missing === undefined ? c.text("ready") : c.text(`not ready: ${missing}`, 503);
  });
  if (metrics) app.get("/metrics", metricsRoute(metrics, tokens));
  app.route("/", rootFiles());
  app.route("/api/v1", operatorApi(context.operator));
  const pages = new Hono();
  const policy = pagePolicy({ wechat: context.users.wechat?.account !== undefined });
  for (const path of ["/", "/c/*", "/me/copy/*"]) pages.use(path, policy);
  pages.route("/", userRoutes(context.users));
  pages.route("/assets", assetRoutes(context.assets));
  app.route("/", pages);
  app.route("/console", consoleRoutes(context.assets));
  return app;
}

/** How long a body may be. Nobody has to be known for the routes below `/wechat`. */
function bodyBytesMaxOf(path: string): number {
  if (path === "/api/v1/cabinets/import") return IMPORT.bodyBytesMax;
  if (path.startsWith("/api/v1/")) return OPERATOR.bodyBytesMax;
  if (path === "/wechat/push") return WECHAT.pushBytesMax;
  return HTTP.bodyBytesMax;
}

function counting(answered: (status: number) => void): MiddlewareHandler {
  return async (c, next) => {
    await next();
    answered(isSocket(c) ? 101 : c.res.status);
  };
}

/** Whether it was answered with a WebSocket: the adapter puts its server into `env`, and takes an empty answer for a yes. */
function isSocket({ env, res }: Context): boolean {
  return env?.wss !== undefined && res.status === 200 && res.body === null;
}

/** What lasts though it is not a WebSocket. */
const LASTING = ["/talk", "/api/v1/feed"];

/** Refuses new sockets, which would be closed in a moment: their clients try elsewhere, or again. */
function noNewSockets(isStopping: () => boolean): MiddlewareHandler {
  return async (c, next) => {
    const wantsSocket = c.req.header("upgrade") !== undefined || LASTING.includes(c.req.path);
    if (!isStopping() || !wantsSocket) return await next();
    c.header("retry-after", "1");
    return c.text("The service restarts; try again", 503);
  };
}
