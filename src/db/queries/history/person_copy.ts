/**
 * All rows that refer to a person, table by table. Each is found by an index and read in small steps, so that neither memory
 * nor the length of a step depends on how much there is.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { type RawBuilder, sql, type SqlBool } from "kysely";
import type { Database } from "../../database.ts";
import { isPostgres } from "../../dialects.ts";
import { TABLES } from "../../organization_view.ts";
import type { Reach } from "../../organization_view.ts";
import type { Schema, Tables } from "../../schema.ts";
import { equalsUnindexed } from "../../statements/conditions.ts";
import { personById } from "../people.ts";
import type { PersonTable } from "../../schema.ts";

/** Rows of one step: about a millisecond. */
const STEP_ROWS = 250;
/** Acts that one statement reads about rows of a step. */
const ACT_ROWS = 2_500;
/** Rows of one step that are looked through: a few milliseconds. */
const SCANNED_ROWS = 4_000;

/** A row as the database has it, with those columns alone that are told. */
export type CopiedRow = Readonly<Record<string, unknown>>;

/** Which rows of a table refer to a person. */
interface CopiedTable {
  readonly table: keyof Schema;
  /** The columns that have the person, each by an index of its own. */
  readonly people: readonly PersonColumn[];
  /** Columns that are unique together, and end these indexes. */
  readonly order: readonly string[];
  /**
   * Whether SQLite has no index over people, which would cost each tap a page: the table is looked through there.
   *
   * @default {false}
   */
  readonly isScanned?: boolean;
  /** Columns that are secret, are of others, or are the service's own. */
  readonly hidden?: readonly string[];
  /** How it is known whose row it is; `none`: it is not of an organization, which does not see it. */
  readonly organization: "column" | "rental" | "none";
  /** The column that acts of staff have as their subject. */
  readonly actsOf?: string;
}

/** A column that has a person. */
interface PersonColumn {
  readonly column: string;
  /** What stands before the person's id. */
  readonly prefix?: string;
  /** What else has to be so, and the index says too, which SQLite has as well. */
  readonly where?: string;
}

/** By the name of their section. A table that refers to people and is not here fails a test. */
export const COPIED = {
  identities: {
    table: "identities",
    people: [{ column: "person" }],
    order: ["app", "openid"],
    organization: "none",
  },
  visits: {
    table: "visits",
    people: [{ column: "person" }],
    order: ["organization"],
    organization: "column",
  },
  rentals: {
    table: "rentals",
    people: [{ column: "person" }, { column: "picker" }],
    order: ["since", "id"],
    hidden: ["way_back", "due_at", "collecting"],
    organization: "column",
    actsOf: "id",
  },
  commands: {
    table: "commands",
    people: [{ column: "by", prefix: "person:" }],
    order: ["requested_at", "id"],
    isScanned: true,
    hidden: ["origin", "sent_epoch"],
    organization: "column",
  },
  codes: {
    table: "codes",
    people: [{ column: "person" }, { column: "used_by" }],
    order: ["created_at", "id"],
    hidden: ["nonce", "hash"],
    organization: "rental",
  },
  permits: {
    table: "permits",
    people: [{ column: "person" }],
    order: ["created_at", "id"],
    organization: "column",
    actsOf: "id",
  },
  notices: {
    table: "notices",
    people: [{ column: "person" }],
    order: ["at", "id"],
    organization: "rental",
  },
  events: {
    table: "events",
    people: [{ column: "person" }, { column: "detail", where: "kind = 'moved'" }],
    order: ["seq"],
    isScanned: true,
    hidden: ["seq"],
    organization: "column",
  },
  alarms: {
    table: "alarms",
    people: [{ column: "subject", prefix: "person:", where: "subject <> ''" }],
    order: ["raised_at", "id"],
    organization: "column",
  },
  wrongCodes: {
    table: "code_tries",
    people: [{ column: "subject", prefix: "person:" }],
    order: ["subject"],
    organization: "none",
  },
  acts: {
    table: "acts",
    people: [{ column: "subject" }],
    order: ["at", "id"],
    hidden: ["who", "address"],
    organization: "column",
  },
} as const satisfies Record<string, CopiedTable>;

/** A section of a copy. */
export type CopySection = keyof typeof COPIED;

/** Whose rows are read. */
export interface CopyFilter {
  readonly person: string;
  /** Only what happened at an organization's cabinets. @default {undefined} all there is */
  readonly reach?: Reach | undefined;
}

type Source = Pick<Database, "tables" | "view">;

/** The person's own row; `undefined`: there is no such person. */
export async function copiedPerson(db: Source, { person }: CopyFilter): Promise<PersonTable | undefined> {
  return await personById(db.tables, person);
}

/** The rows of a section, a step at a time; a transaction for each step, so that none is long. */
export async function* copiedRows(
  db: Source,
  section: CopySection,
  filter: CopyFilter,
): AsyncGenerator<CopiedRow[]> {
  const copied: CopiedTable = COPIED[section];
  const { reach } = filter;
  if (reach && copied.organization === "none") return;
  const read = <T>(work: (tables: Tables) => Promise<T>): Promise<T> =>
    reach ? db.view(reach, (view) => work(view[TABLES])) : work(db.tables);
  for (const one of copied.people) {
    let last: CopiedRow | undefined;
    do {
      const after = last;
      const step = await read(async (tables) => {
        const { rows, end } = await stepAfter(tables, { copied, one, after }, filter);
        return { end, told: await toldOf(tables, { copied, rows }, filter) };
      });
      if (step.told.length > 0) yield step.told;
      last = step.end;
      // Reads of SQLite leave no other work its turn.
      await setImmediate();
    } while (last);
  }
}

/** Which rows of a column a step has. */
interface Step {
  readonly copied: CopiedTable;
  readonly one: PersonColumn;
  /** The row behind which it begins. */
  readonly after: CopiedRow | undefined;
  /** The row up to which it looks. @default {undefined} to the end */
  readonly end?: CopiedRow | undefined;
}

/** The rows of a step, and where the next one begins; `undefined`: it was the last one. */
async function stepAfter(
  tables: Tables,
  step: Step,
  filter: CopyFilter,
): Promise<{ rows: CopiedRow[]; end: CopiedRow | undefined }> {
  const isScanned = step.copied.isScanned === true && step.one.where === undefined && !isPostgres(tables);
  const end = isScanned ? await endOf(tables, step) : undefined;
  const rows = await rowsOf(tables, { ...step, end }, filter);
  return { rows, end: rows.length < STEP_ROWS ? end : rows.at(-1) };
}

async function endOf(
  tables: Tables,
  { copied: { table, order }, after }: Step,
): Promise<CopiedRow | undefined> {
  const columns = sql.join(order.map((column) => sql.ref(column)));
  const { rows: [end] } = await sql<CopiedRow>`select ${columns} from ${sql.table(table)}
    ${after ? sql`where ${comparison(order, sql`>`, after)}` : sql``}
    order by ${columns} limit 1 offset ${SCANNED_ROWS - 1}`.execute(tables);
  return end;
}

function comparison(order: readonly string[], is: RawBuilder<unknown>, row: CopiedRow): RawBuilder<SqlBool> {
  return sql`(${sql.join(order.map((column) => sql.ref(column)))}) ${is}
    (${sql.join(order.map((column) => row[column]))})`;
}

async function rowsOf(
  tables: Tables,
  { copied, one, after, end }: Step,
  { person, reach }: CopyFilter,
): Promise<CopiedRow[]> {
  const { table, people, order } = copied;
  const columns = sql.join(order.map((column) => sql.ref(column)));
  const conditions: RawBuilder<SqlBool>[] = [isPerson(one, person)];
  if (one.where !== undefined) conditions.push(sql.raw(one.where));
  // What an earlier column had already is not told twice.
  for (const before of people.slice(0, people.indexOf(one))) {
    conditions.push(sql`not coalesce(${isPerson(before, person)}, ${sql.lit(false)})`);
  }
  if (reach) conditions.push(isOf(copied, reach));
  if (after) conditions.push(comparison(order, sql`>`, after));
  if (end) conditions.push(comparison(order, sql`<=`, end));
  const { rows } = await sql<CopiedRow>`
    select * from ${sql.table(table)} where ${sql.join(conditions, sql` and `)}
    order by ${columns} limit ${STEP_ROWS}`.execute(tables);
  return rows;
}

function isPerson({ column, prefix = "" }: PersonColumn, person: string): RawBuilder<SqlBool> {
  return sql`${sql.ref(column)} = ${prefix + person}`;
}

function isOf({ table, organization }: CopiedTable, { organization: of }: Reach): RawBuilder<SqlBool> {
  if (organization === "column") return equalsUnindexed("organization", of);
  return sql`exists (select 1 from rentals at where at.id = ${sql.ref(`${table}.rental`)}
    and at.organization = ${of})`;
}

/** The rows as they are told: without secrets and without others, and with the acts of staff about them. */
async function toldOf(
  tables: Tables,
  { copied, rows }: { copied: CopiedTable; rows: readonly CopiedRow[] },
  { person, reach }: CopyFilter,
): Promise<CopiedRow[]> {
  const { actsOf, hidden = [] } = copied;
  const told = rows.map((row) => withoutOthers(without(row, hidden), person));
  if (actsOf === undefined || rows.length === 0) return told;
  const bySubject = await actsAbout(tables, rows.map((row) => row[actsOf]), reach);
  return told.map((row) => {
    const about = bySubject.get(row[actsOf]);
    return about ? { ...row, acts: about.map((act) => without(act, COPIED.acts.hidden)) } : row;
  });
}

/** The acts about these, by what they are about, oldest first; read in pages. */
async function actsAbout(
  tables: Tables,
  subjects: readonly unknown[],
  reach: Reach | undefined,
): Promise<Map<unknown, CopiedRow[]>> {
  const order = ["subject", "at", "id"];
  const columns = sql.join(order.map((column) => sql.ref(column)));
  const acts: CopiedRow[] = [];
  while (true) {
    const last = acts.at(-1);
    const { rows } = await sql<CopiedRow>`
      select * from acts where subject in (${sql.join(subjects)})
      ${last ? sql`and ${comparison(order, sql`>`, last)}` : sql``}
      ${reach ? sql`and ${isOf(COPIED.acts, reach)}` : sql``}
      order by ${columns} limit ${ACT_ROWS}`.execute(tables);
    acts.push(...rows);
    if (rows.length < ACT_ROWS) return Map.groupBy(acts, ({ subject }) => subject);
    // Reads of SQLite leave no other work its turn.
    await setImmediate();
  }
}

function without(row: CopiedRow, hidden: readonly string[]): CopiedRow {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !hidden.includes(column)));
}

/** Columns that may have another person. */
const OTHERS = ["person", "picker", "used_by"];

/** The copy is given to the person, who learns nothing of others from it. */
function withoutOthers(row: CopiedRow, person: string): CopiedRow {
  const isOther = (value: unknown) => typeof value === "string" && value !== person;
  const told = Object.entries(row).map(([column, value]) => {
    const isHidden = OTHERS.includes(column) && isOther(value) ||
      column === "detail" && row["kind"] === "moved" && isOther(value);
    return [column, isHidden ? "another person" : value];
  });
  return Object.fromEntries(told);
}
