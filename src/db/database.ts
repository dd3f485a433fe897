/**
 * An open database, as everything else sees it.
 *
 * @module
 */
import type { Tables } from "./schema.ts";
import type { Writer } from "./writer.ts";

/** Where the database is. */
export interface DatabaseLocation {
  /** Folder of the SQLite file; it must exist. */
  readonly folder: string;
  /** `postgres://…`; unset: SQLite. */
  readonly url?: string | undefined;
}

/** An open database. */
export interface Database extends AsyncDisposable {
  readonly kind: "sqlite" | "postgres";
  /** For reading. */
  readonly tables: Tables;
  /** For writing. */
  readonly writer: Writer;
}
