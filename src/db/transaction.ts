/**
 * Transactions that tell what went wrong first. Undoing what a database has undone itself (a full disk, a lost
 * connection) fails too, and that error would say nothing of the cause, by which it is decided whether the same is
 * tried again.
 *
 * @module
 */
import type { ControlledTransaction } from "kysely";
import type { Schema, Tables } from "./schema.ts";
import type { Work } from "./writer.ts";

/** What became of work; what threw was undone and leaves the others of its transaction alone. */
export type WorkResult = { readonly value: unknown } | { readonly error: unknown };

/**
 * Does the work in a transaction.
 *
 * @throws {Error} what the work threw, or the database: then all is undone
 */
export async function inTransaction<T>(
  db: Tables,
  work: (trx: ControlledTransaction<Schema>) => Promise<T>,
): Promise<T> {
  const trx = await db.startTransaction().execute();
  try {
    const value = await work(trx);
    await trx.commit().execute();
    return value;
  } catch (error) {
    await trx.rollback().execute().catch(() => {});
    throw error;
  }
}

/**
 * Does the work in a savepoint of the transaction.
 *
 * @throws {Error} what went wrong, if the whole transaction is gone with it
 */
export async function inSavepoint(
  trx: ControlledTransaction<Schema>,
  work: Work<unknown>,
): Promise<WorkResult> {
  const inside = await trx.savepoint("work").execute();
  try {
    const value = await work(inside);
    await inside.releaseSavepoint("work").execute();
    return { value };
  } catch (error) {
    await inside.rollbackToSavepoint("work").execute().catch(() => {
      throw error;
    });
    return { error };
  }
}
