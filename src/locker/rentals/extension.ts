import type { RentalTable, Tables } from "../../db/mod.ts";
import { cabinetById } from "../../db/queries/cabinets.ts";
import { changeRental, lockRental } from "../../db/queries/rentals.ts";
import { DEFAULT_RULES } from "../../cabinet/rules.ts";
import { OPERATOR } from "../../lib/limits.ts";
import { descriptionOf } from "../cabinets/rows.ts";
import type { DomainChange } from "../changes.ts";
import type { Notices } from "../notices/notices.ts";
import { nextDue } from "../rules.ts";
import { note } from "./outcomes.ts";

/** How much longer a rental may last: until then (milliseconds since 1970), or by so many milliseconds. */
export type Extension = { readonly until: number } | { readonly byMs: number };

/**
 * Why a rental was not extended. `over`: it has ended, or is being given back. `endless`: it never has to be over. `past`:
 * that time is over. `shorter`: it lasts longer than that already. `far`: that is later than any rule allows.
 */
export type ExtensionRefusal = "over" | "endless" | "past" | "shorter" | "far";

/**
 * Extends a rental. One that is overdue is so no more, and what was due for its old end is due for the new one. Time that is
 * added to a rental whose time is over counts from now.
 *
 * @param options.notices writes what its person is told of it @default {undefined} nothing is
 */
export async function extendRental(
  trx: Tables,
  id: string,
  { extension, now, notices }: { extension: Extension; now: number; notices: Notices | undefined },
): Promise<DomainChange[] | ExtensionRefusal> {
  const rental = await lockRental(trx, id);
  if (rental?.state !== "held") return "over";
  const { until: before } = rental;
  if (before === null) return "endless";
  const until = "until" in extension ? extension.until : Math.max(before, now) + extension.byMs;
  const refusal = refusalOf({ until, before, now });
  if (refusal !== undefined) return refusal;
  if (until === before) return [];
  const due_at = nextDue(await rulesOf(trx, rental), { until, after: now });
  const row = await changeRental(trx, id, { from: ["held"], set: { until, due_at, overdue_at: null } });
  if (!row) return "over";
  await note(trx, row, { kind: "extended", now, detail: new Date(until).toISOString() });
  await notices?.write(trx, row, { kind: "extended", now });
  return [{ type: "rental", row }];
}

function refusalOf(
  { until, before, now }: { until: number; before: number; now: number },
): ExtensionRefusal | undefined {
  if (until <= now) return "past";
  if (until < before) return "shorter";
  return until > now + OPERATOR.minutesMax * 60_000 ? "far" : undefined;
}

async function rulesOf(trx: Tables, { cabinet }: RentalTable) {
  const row = await cabinetById(trx, cabinet);
  return row ? descriptionOf(row).rules : DEFAULT_RULES;
}
