import { cabinetById } from "../../db/queries/cabinets.ts";
import type { Database, RentalTable, Tables } from "../../db/mod.ts";
import { changeRental, dueRentals } from "../../db/queries/rentals.ts";
import { DOOR, RENTAL } from "../../lib/limits.ts";
import { endPastAlarms } from "../jobs.ts";
import type { Notices } from "../notices/notices.ts";
import { note } from "./outcomes.ts";
import { DEFAULT_RULES } from "../../cabinet/rules.ts";
import { descriptionOf } from "../cabinets/rows.ts";
import { nextDue } from "../rules.ts";

/**
 * Does what is due by now: reminders, and that rentals are overdue. One look at an index serves all rentals; none has a
 * timer. Several programs may do so at once: each thing is done once.
 *
 * @param options.notices writes what people are told of it @default {undefined} nothing is
 */
export async function doWhatIsDue(
  db: Database,
  now: number,
  { notices }: { notices?: Notices | undefined } = {},
): Promise<void> {
  const limit = DOOR.alarmsStepMax;
  while (await db.writer.run(endPastAlarms, { now, limit }) === limit);
  while (true) {
    const due = await dueRentals(db.tables, now, RENTAL.dueStepMax);
    for (const rental of due) await db.writer.transaction((trx) => remind(trx, rental, { now, notices }));
    if (due.length < RENTAL.dueStepMax) return;
  }
}

async function remind(
  trx: Tables,
  { id, cabinet, until, due_at }: RentalTable,
  { now, notices }: { now: number; notices: Notices | undefined },
): Promise<void> {
  if (until === null || due_at === null) return;
  const isOverdue = now >= until;
  const described = await cabinetById(trx, cabinet);
  const rules = described ? descriptionOf(described).rules : DEFAULT_RULES;
  const set = isOverdue
    ? { due_at: null, overdue_at: until }
    : { due_at: nextDue(rules, { until, after: now }) };
  const row = await changeRental(trx, id, { from: ["opening", "held"], set, due: due_at });
  if (!row) return;
  await note(trx, row, { kind: isOverdue ? "overdue" : "reminder", now });
  if (isOverdue) await notices?.write(trx, row, { kind: "overdue", now });
}
