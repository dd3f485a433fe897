import { OPERATOR } from "../../../lib/limits.ts";
import { qrPicture } from "../../../lib/qr_code.ts";
import { type Cabinet, contactOf } from "../../../locker/mod.ts";
import { POSTERS_POLICY, renderPosters } from "../../../posters/mod.ts";
import type { OperatorContext } from "../../context.ts";
import { posterRoutes } from "../../contract/posters.ts";
import type { Mount } from "../../mount.ts";
import { Problem } from "../../problem.ts";
import { type CabinetLookUp, cabinetOf, linkOf } from "../../requests.ts";

/** What hangs on the cabinets: their codes alone, and posters that say how to use them. */
export function posterHandlers(mount: Mount, { cabinets }: OperatorContext): void {
  for (const format of ["svg", "png"] as const) {
    const route = posterRoutes[format];
    mount(route, async ({ c, path: { id: { id } }, query: { size } }) => {
      return c.body(await qrPicture(linkOf(c, id), { format, pixels: size }), 200, {
        "content-type": route.answers[200].media,
        "cache-control": `private, max-age=${OPERATOR.codeKeptSeconds}`,
      });
    });
  }
  mount(posterRoutes.posters, async ({ c, query: { cabinet: ids, layout }, caller }) => {
    const lookUp = { caller, cabinets };
    const found = ids.length > 0 ? await named(ids, lookUp) : await all(lookUp);
    const posters = found.map((cabinet) => {
      const { id, name, mode } = cabinet;
      return { id, name, mode, contact: contactOf(cabinet), link: linkOf(c, id) };
    });
    return c.html(await renderPosters(posters, { layout }), 200, {
      "content-security-policy": POSTERS_POLICY,
      "cache-control": "private, no-cache",
    });
  });
}

async function named(ids: readonly string[], lookUp: CabinetLookUp): Promise<Cabinet[]> {
  const found: Cabinet[] = [];
  for (const id of ids) found.push(await cabinetOf(id, lookUp));
  return found;
}

async function all({ caller, cabinets }: CabinetLookUp): Promise<Cabinet[]> {
  const found = await cabinets.list(caller, { after: undefined, limit: OPERATOR.postersMax + 1 });
  if (found.length === 0) throw new Problem(404, "There is no cabinet yet");
  if (found.length <= OPERATOR.postersMax) return found;
  const { postersMax } = OPERATOR;
  throw new Problem(
    422,
    `There are more than ${postersMax} cabinets: say whose posters, up to so many at once`,
  );
}
