import type { Database } from "../../db/mod.ts";
import { isSessionOver, personById } from "../../db/queries/people.ts";
import { permitsNow } from "../../db/queries/permits.ts";
import type { OpenTap } from "./taps.ts";
import { personOf } from "../../cabinet/commands.ts";
import type { Reason } from "../../cabinet/kinds.ts";

/**
 * Why this cell is not opened for the person who taps; `undefined`: it may be. The operator and staff, whose rights the
 * API has checked, may open every cell.
 *
 * @param now milliseconds since 1970
 */
export async function refusalOf(
  tap: OpenTap,
  { db, now }: { db: Database; now: number },
): Promise<Reason | undefined> {
  const person = personOf(tap);
  if (person === undefined) return undefined;
  const { cabinet, cell } = tap;
  if (cabinet.mode === "storage") return "forbidden";
  const { state } = cabinet.cells.find((one) => one.cell === cell) ?? {};
  if (state === "disabled" || state === "faulty") return "disabled";
  if (cabinet.mode === "open") return undefined;
  const speaker = await personById(db.tables, person);
  if (!speaker || isSessionOver(speaker, tap)) return "forbidden";
  const permits = await permitsNow(db.tables, { cabinet: cabinet.id, person, now });
  const may = permits.some(({ cells }) => cells === null || (JSON.parse(cells) as number[]).includes(cell));
  return may ? undefined : "forbidden";
}
