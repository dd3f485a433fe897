import { PostgresAdapter, type QueryExecutorProvider } from "kysely";

/** Whether it is a Postgres; else it is SQLite. */
export function isPostgres(db: QueryExecutorProvider): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
