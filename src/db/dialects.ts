import { PostgresAdapter, type QueryExecutorProvider } from "kysely";

/** Whether the database is Postgres and not SQLite. */
export function isPostgres(db: QueryExecutorProvider): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
