/**
 * Transactions that throw the first error. After a full disk or a lost connection the rollback fails too, and its error
 * would hide the cause, by which callers decide whether to try again.
 *
 * @module
 */
import type { ControlledTransaction } from "kysely";
import type { Schema, Tables } from "./schema.ts";
import type { Work } from "./database.ts";

/** The result of a piece of work. One that threw was rolled back, without effect on others in its transaction. */
export type WorkResult = { readonly value: unknown } | { readonly error: unknown };

/**
 * Runs the work in a transaction.
 *
 * @throws {Error} what the work or the database threw; then all is rolled back
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
 * Runs the work in a savepoint of the transaction.
 *
 * @throws {Error} what the work threw, if the whole transaction has failed with it
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
