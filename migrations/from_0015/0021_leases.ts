import type { Kysely } from "kysely";

/**
 * Who does what is done by one isolate of a fleet at a time, and until when. It has no organization, and so no policy: no
 * call of staff reads it, as the keys that were used and the tokens of other servers.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("leases")
    .addColumn("name", "text", (column) => column.primaryKey().notNull())
    .addColumn("holder", "text", (column) => column.notNull())
    .addColumn("until", "bigint", (column) => column.notNull())
    .execute();
}
