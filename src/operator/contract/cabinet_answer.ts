import type { z } from "zod";
import { KAIGUI } from "../../boards/mod.ts";
import type { Cabinet, CabinetCell, CabinetStatus } from "../../locker/mod.ts";
import { warningsOf } from "./cabinet_warnings.ts";
import type { CabinetAnswer, cell as cellShape } from "./cabinets.ts";
import { maybeTimestamp } from "./fields.ts";

/** A cabinet as the API answers it, with the link that its code has. */
export function cabinetAnswer(
  cabinet: Cabinet,
  { status, link }: { status: CabinetStatus; link: string },
): CabinetAnswer {
  const { id, cells, lastSeenAt: _, ...described } = cabinet;
  return {
    id,
    ...described,
    ...described.board === KAIGUI && { hasSecret: true },
    online: status.online,
    connectedAt: maybeTimestamp(status.connectedAt),
    lastSeenAt: maybeTimestamp(status.lastSeenAt),
    cells: cells.map((cell) => cellAnswer(cell, status)),
    link,
    warnings: [...warningsOf(cabinet)],
  };
}

/** A cell, with its door. */
export function cellAnswer(
  cell: CabinetCell,
  { doors }: Pick<CabinetStatus, "doors">,
): z.infer<typeof cellShape> {
  return { ...cell, door: doors.get(cell.cell) ?? "unknown" };
}
