import type { Hono } from "hono";
import { OPERATOR } from "../../lib/limits.ts";
import type { Cabinet, CabinetCatalog } from "../../locker/mod.ts";
import { POSTERS_POLICY, renderPosters } from "../../posters/mod.ts";
import { qrPicture } from "../../lib/qr_code.ts";
import type { OperatorContext } from "../context.ts";
import { linkOf } from "../links.ts";
import { Problem } from "../problem.ts";
import { codeQuery, posterQuery } from "../schemas/queries.ts";
import { checked, theCabinet } from "../requests.ts";

const FORMATS = { svg: "image/svg+xml", png: "image/png" } as const;

/** What hangs on the cabinets: their codes alone, and posters that say how to use them. */
export function postersRoutes(api: Hono, { cabinets, ...reached }: OperatorContext): void {
  for (const [format, type] of Object.entries(FORMATS) as [keyof typeof FORMATS, string][]) {
    api.get(`/cabinets/:id/qr.${format}`, async (c) => {
      const { id } = await theCabinet(c, cabinets);
      const { size } = checked(codeQuery, c.req.query(), "query");
      return c.body(await qrPicture(linkOf(c, id, reached), { format, pixels: size }), 200, {
        "content-type": type,
        "cache-control": `private, max-age=${OPERATOR.codeKeptSeconds}`,
      });
    });
  }
  api.get("/posters", async (c) => {
    const query = { ...c.req.query(), cabinet: c.req.queries("cabinet") };
    const { cabinet: ids, layout } = checked(posterQuery, query, "query");
    const found = ids.length > 0 ? await named(ids, cabinets) : await all(cabinets);
    const posters = found.map(({ id, name, mode, contact }) => ({
      id,
      name,
      mode,
      contact,
      link: linkOf(c, id, reached),
    }));
    return c.html(await renderPosters(posters, { layout }), 200, {
      "content-security-policy": POSTERS_POLICY,
      "cache-control": "private, no-cache",
    });
  });
}

async function named(ids: readonly string[], cabinets: CabinetCatalog): Promise<Cabinet[]> {
  const found: Cabinet[] = [];
  for (const id of ids) {
    const cabinet = await cabinets.find(id);
    if (!cabinet) throw new Problem(404, `There is no cabinet ${id}`);
    found.push(cabinet);
  }
  return found;
}

async function all(cabinets: CabinetCatalog): Promise<Cabinet[]> {
  const found = await cabinets.list({ after: undefined, limit: OPERATOR.postersMax + 1 });
  if (found.length === 0) throw new Problem(404, "There is no cabinet yet");
  if (found.length <= OPERATOR.postersMax) return found;
  throw new Problem(
    422,
    `There are more than ${OPERATOR.postersMax} cabinets: say whose posters, up to so many at once`,
  );
}
