/**
 * The operator's REST API, `/api/v1`.
 *
 * @module
 */
import { Hono, type MiddlewareHandler } from "hono";
import { cabinetsRoutes } from "./cabinets_routes.ts";
import { cellsRoutes } from "./cells_routes.ts";
import { clearRoutes } from "./clear_routes.ts";
import { commandsRoutes } from "./commands_routes.ts";
import type { OperatorContext } from "./context.ts";
import { openApi } from "./openapi.ts";
import { peopleRoutes } from "./people_routes.ts";
import { permitsRoutes } from "./permits_routes.ts";
import { postersRoutes } from "./posters_routes.ts";
import { Problem, problemOf, problemResponse } from "./problem.ts";
import { recordsRoutes } from "./records_routes.ts";
import { rentalsRoutes } from "./rentals_routes.ts";
import { statusRoutes } from "./status_routes.ts";
import { sentToken } from "./token.ts";
import type { TokenCheck } from "./token_check.ts";

/** The routes below `/api/v1`. */
export function operatorApi(context: OperatorContext): Hono {
  const api = new Hono();
  api.onError((error, c) => problemResponse(c, problemOf(error, context.failed)));
  let description: string | undefined;
  api.get("/openapi.json", (c) => {
    description ??= JSON.stringify(openApi());
    return c.body(description, 200, { "content-type": "application/json" });
  });
  api.use(operatorOnly(context.tokens));
  const groups = [
    cabinetsRoutes,
    commandsRoutes,
    cellsRoutes,
    clearRoutes,
    rentalsRoutes,
    permitsRoutes,
    peopleRoutes,
    postersRoutes,
    recordsRoutes,
    statusRoutes,
  ];
  for (const routes of groups) routes(api, context);
  api.all("*", (c) => {
    throw new Problem(404, `There is no ${c.req.method} ${c.req.path}`);
  });
  return api;
}

/** Lets nobody through who does not send the operator token. */
function operatorOnly(tokens: TokenCheck): MiddlewareHandler {
  return async (c, next) => {
    if (!await tokens.admits(c)) {
      c.header("www-authenticate", "Bearer");
      const isWrong = sentToken(c.req.header("authorization")) !== undefined;
      throw new Problem(
        401,
        isWrong ? "This is not the operator token" : "Send the operator token as Authorization: Bearer",
      );
    }
    await next();
  };
}
