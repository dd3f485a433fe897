import { Hono } from "hono";
import { renderJoin } from "../console/shell.tsx";
import { htmlAnswer, languageOf } from "../users/mod.ts";
import { type Assets, versionOf } from "./assets.ts";
import { consolePolicy } from "./headers.ts";

/** The console's pages: so far the one on which a link is used. */
export function consoleRoutes(assets: Assets): Hono {
  const routes = new Hono();
  const version = versionOf(assets);
  routes.use(consolePolicy());
  routes.get("/join", (c) => htmlAnswer(c, renderJoin({ lang: languageOf(c), version })));
  return routes;
}
