import type { Kysely } from "kysely";

/**
 * A reading of a door proves something only about commands that were sent before the door was asked for. So a command
 * notes the epoch in which it was sent, and a rental how often it was opened.
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
