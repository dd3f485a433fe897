import { sql } from "kysely";
import type { Job } from "../database.ts";
import type { Schema } from "../schema.ts";

/** Which rows of a table are removed, by the age of one of its columns: an indexed one, unless the table stays small. */
export interface RemovalRule {
  readonly table: keyof Schema & string;
  /** The column that has the time. */
  readonly time: string;
  /** Columns and the values that they must have. */
  readonly where?: Readonly<Record<string, string>>;
  /** A column that is null until the row may be removed. */
  readonly over?: string;
  /** A table that has a row of the same id for as long as this one is needed. */
  readonly neededBy?: keyof Schema & string;
}

/** The primary keys of tables that have no `id`. */
const KEYS: Readonly<Record<string, string>> = { code_tries: "subject", used: "key", leases: "name" };

/** Removes up to `limit` rows that are older than `before`, oldest first. @returns how many */
export const removeOldRows: Job<
  { readonly old: RemovalRule; readonly before: number; readonly limit: number },
  number
> = {
  name: "removal",
  async work(trx, { old: { table, time, where = {}, over, neededBy }, before, limit }) {
    const key = sql.ref(KEYS[table] ?? "id");
    const also = Object.entries(where).map(([column, value]) => sql`and ${sql.ref(column)} = ${value}`);
    if (over) also.push(sql`and ${sql.ref(over)} is not null`);
    if (neededBy) {
      also.push(sql`and not exists (
        select 1 from ${sql.table(neededBy)} as other where other.id = ${sql.ref(`${table}.id`)})`);
    }
    const { rows } = await sql<{ gone: number }>`
      delete from ${sql.table(table)} where ${key} in (
        select ${key} from ${sql.table(table)} where ${sql.ref(time)} < ${before} ${sql.join(also, sql` `)}
        order by ${sql.ref(time)} limit ${limit}
      ) returning 1 as gone`.execute(trx);
    return rows.length;
  },
};
