import type { Kysely } from "kysely";

/**
 * Which isolate wrote a tap down: where two write the same tap at once, only the one whose row it became may have its
 * bytes sent.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("commands").addColumn("origin", "integer").execute();
}
