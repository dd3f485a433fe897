import type { Hono } from "hono";
import { cellAnswer } from "../schemas/answers.ts";
import { reasonBody } from "../schemas/bodies.ts";
import type { OperatorContext } from "../context.ts";
import { actingOf, bodyOf, theCabinet, theCell } from "../requests.ts";

/** Taking cells out of use and into it again. */
export function cellsRoutes(api: Hono, { cabinets, acts, trustedProxies }: OperatorContext): void {
  for (const act of ["disable", "enable", "clean"] as const) {
    api.post(`/cabinets/:id/cells/:cell/${act}`, async (c) => {
      const cabinet = await theCabinet(c, cabinets);
      const { cell } = theCell(c, cabinet);
      const { reason } = await bodyOf(c, reasonBody);
      await acts.setCell(await actingOf(c, { trustedProxies, reason }), { cabinet: cabinet.id, cell, act });
      const after = await theCabinet(c, cabinets);
      return c.json(cellAnswer(theCell(c, after), await cabinets.status(after)));
    });
  }
}
