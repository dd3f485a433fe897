import type { OperatorContext } from "../../context.ts";
import { cellAnswer } from "../../contract/cabinet_answer.ts";
import { cellRoutes } from "../../contract/cabinets.ts";
import type { Mount } from "../../mount.ts";
import { cabinetOf, cellOf } from "../../requests.ts";

/** Taking cells out of use and into it again. */
export function cellHandlers(mount: Mount, { cabinets, acts }: OperatorContext): void {
  for (const act of ["disable", "enable", "clean"] as const) {
    mount(cellRoutes[act], async ({ path: { id: { id: cabinet }, cell: { cell } }, actor, caller }) => {
      await acts.setCell(actor, { cabinet, cell, act });
      const after = await cabinetOf(cabinet, { caller, cabinets });
      return cellAnswer(cellOf(String(cell), after), await cabinets.status(after));
    });
  }
}
