import type { Kysely } from "kysely";

/** How often each cabinet was registered. A row outlives its cabinet: one that is created again goes on counting. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable("epochs")
    .addColumn("cabinet", "text", (column) => column.primaryKey().notNull())
    .addColumn("epoch", "bigint", (column) => column.notNull())
    .execute();
}
