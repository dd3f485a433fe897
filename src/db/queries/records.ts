import { sql } from "kysely";
import { uuidOf } from "../../lib/uuid.ts";
import { type RowStatement, runWith } from "../statements/compiled.ts";
import type { ActTable, AlarmTable, EventTable, Tables } from "../schema.ts";
import { organizationOfRecord, type OrganizationView, TABLES, testedIn } from "../organization_view.ts";
import { matching } from "../statements/conditions.ts";
import { countOf, type Cursor, type Page, readPage } from "../statements/page.ts";
import { isInRange, type TimeRange } from "../statements/time_range.ts";
import type { AlarmKind, AlarmState, AuditAction } from "../../cabinet/kinds.ts";

/** An event to be written; without an id it gets a new UUID. What it is not about is left out. */
export type NewEvent =
  & Pick<EventTable, "at" | "kind" | "cabinet" | "cell">
  & { readonly [Column in Exclude<keyof EventTable, "seq" | "alarm">]?: EventTable[Column] | undefined };

/** Adds an event. */
export async function insertEvent(trx: Tables, event: NewEvent): Promise<void> {
  await insertEvents(trx, [event]);
}

/** Adds events. */
export async function insertEvents(trx: Tables, events: readonly NewEvent[]): Promise<void> {
  const rows = events.map((event) => {
    const { at, kind, cabinet, cell, person = null, rental = null, command = null, detail = null } = event;
    const { id = uuidOf(crypto.getRandomValues(new Uint8Array(16)), at) } = event;
    return [id, at, kind, cabinet, cell, person, rental, command, detail];
  });
  await runWith(trx, INSERT, rows);
}

/** Padding may repeat a row, which is still one event. */
const INSERT: RowStatement = {
  name: "insert events",
  columns: ["text", "bigint", "text", "text", "integer", "text", "text", "text", "text"],
  build: (db, values) =>
    sql`
      insert into events (id, at, kind, cabinet, cell, person, rental, command, detail, organization)
      select noted.*, ${organizationOfRecord(sql.ref("column4"))} from (${values}) as noted
      where true on conflict (id) do nothing`.compile(db),
};

/** Records an act of the operator; `false` if it is recorded already. */
export async function insertAct(trx: Tables, act: ActTable): Promise<boolean> {
  return await trx.insertInto("acts").values(act).onConflict((on) => on.column("id").doNothing())
    .returning("id").executeTakeFirst() !== undefined;
}

/** The act, or `undefined`. */
export async function actById(trx: Tables, id: string): Promise<ActTable | undefined> {
  return await trx.selectFrom("acts").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Which page of a list, perhaps of one cabinet only; the range is about when it happened. */
interface RecordFilter extends TimeRange {
  readonly cabinet?: string | undefined;
  readonly before?: Cursor | undefined;
  readonly limit: number;
}

/** Which alarms are listed. */
export interface AlarmFilter extends RecordFilter {
  readonly kind?: AlarmKind | undefined;
  readonly state?: AlarmState | undefined;
}

/** A page of alarms, newest first. */
export async function alarmsPage(
  view: OrganizationView,
  filter: AlarmFilter,
): Promise<Page<AlarmTable>> {
  const { cabinet, kind, state, before, limit } = filter;
  const isActive = state === "active";
  const isNarrow = isActive || cabinet !== undefined;
  const db = view[TABLES];
  const conditions = matching({ kind: isNarrow ? kind : undefined });
  if (state === "ended") conditions.push(sql`ended_at is not null`);
  const { owned, fits } = testedIn(view, "alarms", { conditions, byOrganizationIndex: !isNarrow });
  let query = db.selectFrom("alarms").where(owned);
  if (isActive) query = query.where("ended_at", "is", null);
  if (cabinet !== undefined) query = query.where("cabinet", "=", cabinet);
  else if (kind !== undefined && !isActive) query = query.where("kind", "=", kind);
  const isSorted = isActive && cabinet !== undefined;
  // True of each; so SQLite takes the index over active ones, in which the cell follows the cabinet.
  if (isSorted) query = query.where("cell", ">=", 0);
  const count = fits
    ? undefined
    : () =>
      countOf(db, query.where(isInRange("raised_at", filter)).select("id"), {
        by: isSorted ? [] : ["raised_at"],
      });
  return await readPage(query.selectAll(), {
    time: "raised_at",
    before,
    range: filter,
    limit,
    isSorted,
    fits,
    count,
  });
}

/** Which acts are listed. */
export interface ActFilter extends RecordFilter {
  readonly kind?: AuditAction | undefined;
  /** As the audit log has it. */
  readonly who?: string | undefined;
}

/** A page of the audit log, newest first. */
export async function actsPage(view: OrganizationView, filter: ActFilter): Promise<Page<ActTable>> {
  const { cabinet, kind, who, before, limit } = filter;
  const db = view[TABLES];
  const isNarrow = cabinet !== undefined || who !== undefined;
  const conditions = matching({
    who: cabinet === undefined ? undefined : who,
    act: isNarrow ? kind : undefined,
  });
  const { owned, fits } = testedIn(view, "acts", { conditions, byOrganizationIndex: cabinet === undefined });
  let query = db.selectFrom("acts").where(owned);
  if (cabinet !== undefined) query = query.where("cabinet", "=", cabinet);
  else if (who !== undefined) query = query.where("who", "=", who);
  else if (kind !== undefined) query = query.where("act", "=", kind);
  const count = fits
    ? undefined
    : () => countOf(db, query.where(isInRange("at", filter)).select("id"), { by: ["at"] });
  return await readPage(query.selectAll(), { time: "at", before, range: filter, limit, fits, count });
}
