import { getPath } from "hono/utils/url";

/** What people reach, and WeChat's server by an address that was typed into its console. */
const OF_PEOPLE = /^\/+(?:c|me|talk|wechat|ws)(?:\/|$)/;
const OF_OPERATORS = /^\/api\/v1\//;

/**
 * The path that a request means: people and proxies add slashes. Nothing else has a second spelling, as a proxy in front
 * may refuse the street what is not for it, such as `/metrics`, by its one path, or `/api` by how it begins; what only
 * means the same, such as `/c/../metrics`, has been refused before (`http/server/target.ts`).
 */
export function pathOf(request: Request): string {
  const path = getPath(request);
  if (OF_PEOPLE.test(path)) return path.replace(/\/{2,}/g, "/").replace(/\/$/, "");
  return OF_OPERATORS.test(path) ? path.replace(/\/$/, "") : path;
}
