import { sql } from "kysely";
import type { RentalTable, Tables } from "../schema.ts";
import {
  isOwned,
  organizationOf,
  type OrganizationView,
  TABLES,
  testedIn,
  within,
} from "../organization_view.ts";
import { matching } from "../statements/conditions.ts";
import { countOf, type Cursor, type Page, readPage } from "../statements/page.ts";
import { isInRange, type TimeRange } from "../statements/time_range.ts";
import type { RentalState } from "../../cabinet/kinds.ts";

/**
 * The condition that a rental has not ended. Without a parameter, since SQLite does not use a partial index if its condition
 * has one.
 */
export const IS_ACTIVE = sql<boolean>`state <> ${sql.lit<RentalState>("ended")}`;
const IS_RETURNING = sql<boolean>`state = ${sql.lit<RentalState>("returning")}`;

/** Adds a rental; `false` if another rental has its number. */
export async function insertRental(trx: Tables, rental: RentalTable): Promise<boolean> {
  const organization = organizationOf(rental.cabinet);
  return await trx.insertInto("rentals").values({ ...rental, organization })
    .onConflict((on) => on.column("number").where("number", "is not", null).doNothing())
    .returning("id").executeTakeFirst() !== undefined;
}

/** Takes the number from the rental that has it, if that rental ended before then. */
export async function releaseNumber(trx: Tables, number: string, endedBefore: number): Promise<void> {
  await trx.updateTable("rentals").set({ number: null }).where("number", "=", number)
    .where("state", "=", "ended").where("ended_at", "<", endedBefore).execute();
}

/** The rental with that number, or `undefined`. */
export async function rentalByNumber(trx: Tables, number: string): Promise<RentalTable | undefined> {
  return await trx.selectFrom("rentals").selectAll().where("number", "=", number).executeTakeFirst();
}

/** The rental, or `undefined`. */
export async function rentalById(trx: Tables, id: string): Promise<RentalTable | undefined> {
  return await trx.selectFrom("rentals").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Locks the rental until the transaction ends. */
export async function lockRental(trx: Tables, id: string): Promise<RentalTable | undefined> {
  return await trx.selectFrom("rentals").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
}

/** Changes the rental if it is in one of these states and, with `due`, due at that time. @returns the changed rental */
export async function changeRental(
  trx: Tables,
  id: string,
  change: { from: readonly RentalState[]; set: Partial<RentalTable>; due?: number },
): Promise<RentalTable | undefined> {
  let update = trx.updateTable("rentals").set(change.set).where("id", "=", id).where(
    "state",
    "in",
    change.from,
  );
  if (change.due !== undefined) update = update.where("due_at", "=", change.due);
  return await update.returningAll().executeTakeFirst();
}

/** Counts one more command about the rental. */
export async function countCommand(trx: Tables, id: string): Promise<void> {
  await trx.updateTable("rentals").set((eb) => ({ opens: eb("opens", "+", 1) })).where("id", "=", id)
    .execute();
}

/** Notes that no tap of that picker is running any more; `undefined`: none was. */
export async function stopCollecting(
  trx: Tables,
  id: string,
  picker: string,
): Promise<RentalTable | undefined> {
  return await trx.updateTable("rentals").set({ collecting: 0 }).where("id", "=", id)
    .where("picker", "=", picker).where("collecting", "=", 1).returningAll().executeTakeFirst();
}

/** Removes a rental whose cell never opened. */
export async function deleteOpening(trx: Tables, id: string): Promise<boolean> {
  return await trx.deleteFrom("rentals").where("id", "=", id).where("state", "=", "opening")
    .returning("id").executeTakeFirst() !== undefined;
}

/** The person's rentals in the cabinet that have not ended, including those in `opening`. */
export async function activeRentalsOf(
  trx: Tables,
  { cabinet, person }: Pick<RentalTable, "cabinet" | "person">,
): Promise<Pick<RentalTable, "id" | "state">[]> {
  return await trx.selectFrom("rentals").select(["id", "state"]).where("cabinet", "=", cabinet)
    .where("person", "=", person).where(IS_ACTIVE).execute();
}

/** The rentals in the cabinet that are the person's, or whose picker the person is. */
export async function rentalsOf(trx: Tables, cabinet: string, person: string): Promise<RentalTable[]> {
  const active = (column: "person" | "picker") =>
    trx.selectFrom("rentals").selectAll().where("cabinet", "=", cabinet).where(column, "=", person)
      .where(IS_ACTIVE).where("state", "in", ["held", "returning"]).execute();
  const [own, picking] = [await active("person"), await active("picker")];
  const all = [...own, ...picking.filter((rental) => rental.person !== person)];
  return all.sort((a, b) => a.since - b.since);
}

/** The rentals of the person, as owner or picker, that ended since then and whose cells no other rental has had. */
export async function rentalsEndedOf(
  trx: Tables,
  { cabinet, person, since }: { cabinet: string; person: string; since: number },
): Promise<RentalTable[]> {
  // By way of the cabinet's cells: the index over ends contains all cabinets' rentals.
  return await trx.selectFrom("cells").innerJoin("rentals", "rentals.id", "cells.last_rental")
    .selectAll("rentals").where("cells.cabinet", "=", cabinet).where("cells.rental", "is", null)
    .where("cells.state", "=", "free").where("rentals.cabinet", "=", cabinet)
    .where("rentals.state", "=", "ended").where((eb) => eb(eb("rentals.ended_at", "+", 0), ">", since))
    .where(({ or, eb }) => or([eb("rentals.person", "=", person), eb("rentals.picker", "=", person)]))
    .orderBy("rentals.since").execute();
}

/** Locks the rentals of the cabinet, or of one of its cells, that have not ended. */
export async function lockActiveRentals(trx: Tables, cabinet: string, cell?: number): Promise<RentalTable[]> {
  let query = trx.selectFrom("rentals").selectAll().where("cabinet", "=", cabinet)
    .where(IS_ACTIVE);
  if (cell !== undefined) query = query.where("cell", "=", cell);
  return await query.orderBy("id").forUpdate().execute();
}

/** The rentals of the cabinet, or of one of its cells, that the operator ended at that time. */
export async function rentalsEndedAt(
  db: Tables,
  { cabinet, cell, at }: { cabinet: string; cell: number | undefined; at: number },
): Promise<RentalTable[]> {
  let query = db.selectFrom("rentals").selectAll().where("ended_at", "=", at)
    .where("cabinet", "=", cabinet).where("end_reason", "=", "operator");
  if (cell !== undefined) query = query.where("cell", "=", cell);
  return await query.orderBy("id").execute();
}

/** Up to `limit` rentals in `returning`, whose doors are still to be closed, oldest first, behind `after`. */
export async function returningAfter(
  trx: Tables,
  page: { after: Cursor | undefined; limit: number },
): Promise<RentalTable[]> {
  let query = trx.selectFrom("rentals").selectAll().where(IS_RETURNING)
    .orderBy("since").orderBy("id").limit(page.limit);
  const { after } = page;
  if (after) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple("since", "id"), ">", tuple(after.at, after.id))
    );
  }
  return await query.execute();
}

/** Up to `limit` rentals whose `due_at` has come. */
export async function dueRentals(trx: Tables, now: number, limit: number): Promise<RentalTable[]> {
  return await trx.selectFrom("rentals").selectAll().where("due_at", "is not", null)
    .where("due_at", "<=", now).orderBy("due_at").limit(limit).execute();
}

/** The rental, if it is within the view and counts already, or `undefined`. */
export async function rentalWithin(view: OrganizationView, id: string): Promise<RentalTable | undefined> {
  const rental = await view[TABLES].selectFrom("rentals").selectAll().where("id", "=", id)
    .where("state", "<>", "opening").executeTakeFirst();
  return within(view, rental);
}

/** Which rentals are listed. */
export interface RentalFilter extends TimeRange {
  readonly cabinet?: string | undefined;
  readonly cell?: number | undefined;
  /** Whose it is, or was. */
  readonly person?: string | undefined;
  readonly state?: string | undefined;
  /** Whether it has not ended although its time is up. */
  readonly overdue?: boolean | undefined;
  readonly number?: string | undefined;
  readonly before?: Cursor | undefined;
  readonly limit: number;
}

/** A page of rentals, newest first; the range is about when they began. */
export async function rentalsPage(
  view: OrganizationView,
  filter: RentalFilter,
): Promise<Page<RentalTable>> {
  const { cabinet, person, number, cell, state, overdue, before, limit } = filter;
  const db = view[TABLES];
  const isNarrow = [number, person, cabinet].some((value) => value !== undefined);
  const isActive = overdue === true || state === "held" || state === "returning";
  const byOrganizationIndex = !isNarrow && state !== "returning";
  const conditions = [IS_COUNTING, ...matching({ cabinet: person && cabinet, cell, state })];
  if (overdue === false) conditions.push(IS_NOT_OVERDUE);
  const { owned, fits } = testedIn(view, "rentals", { conditions, byOrganizationIndex });
  let query = db.selectFrom("rentals").where(owned);
  if (number !== undefined) query = query.where("number", "=", number);
  if (person !== undefined) query = query.where("person", "=", person);
  else if (cabinet !== undefined) query = query.where("cabinet", "=", cabinet);
  if (isActive) query = query.where(IS_ACTIVE);
  if (state === "returning" && !isNarrow) query = query.where(IS_RETURNING);
  if (overdue) query = query.where("overdue_at", "is not", null);
  // A cabinet has no more active ones than cells.
  const isSorted = isActive && cabinet !== undefined && person === undefined;
  const counted = query.where(isOwned(view, { byOrganizationIndex })).where(IS_COUNTING).where(
    isInRange("since", filter),
  );
  const count = isCountable(view, filter)
    ? () => countOf(db, counted.select("id"), { by: isSorted ? [] : ["since"] })
    : undefined;
  return await readPage(query.selectAll(), {
    time: "since",
    before,
    range: filter,
    limit,
    isSorted,
    fits,
    count,
  });
}

/** A rental in `opening` does not count yet. */
const IS_COUNTING = sql<boolean>`state <> ${sql.lit<RentalState>("opening")}`;
const IS_NOT_OVERDUE = sql<boolean>`(overdue_at is null or state = ${sql.lit<RentalState>("ended")})`;

/** Whether indexes tell all that is asked for. */
function isCountable(view: OrganizationView, filter: RentalFilter): boolean {
  const { cabinet, person, cell, state, overdue } = filter;
  const isOne = cabinet === undefined || person === undefined;
  return view.cabinets === undefined && isOne && [cell, state].every((value) => value === undefined) &&
    overdue !== false;
}
