import type { Kysely } from "kysely";

/**
 * What is read of a door proves something only of what was sent before it was asked for: in which epoch of its cabinet a
 * command was sent, and how often a rental was opened.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("commands").addColumn("sent_epoch", "bigint").execute();
  await db.schema.alterTable("rentals").addColumn(
    "opens",
    "integer",
    (column) => column.notNull().defaultTo(0),
  )
    .execute();
}
