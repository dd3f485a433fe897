/**
 * The operator's REST API, `/api/v1`.
 *
 * @module
 */
import { Hono, type MiddlewareHandler } from "hono";
import { cabinetsRoutes } from "./routes/cabinets.ts";
import { cellsRoutes } from "./routes/cells.ts";
import { clearRoutes } from "./routes/clear.ts";
import { commandsRoutes } from "./routes/commands.ts";
import type { OperatorContext } from "./context.ts";
import { openApi } from "./openapi.ts";
import { peopleRoutes } from "./routes/people.ts";
import { permitsRoutes } from "./routes/permits.ts";
import { postersRoutes } from "./routes/posters.ts";
import { Problem, problemOf, problemResponse } from "./problem.ts";
import { recordsRoutes } from "./routes/records.ts";
import { rentalsRoutes } from "./routes/rentals.ts";
import { statusRoutes } from "./routes/status.ts";
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
