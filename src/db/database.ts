import type { Tables } from "./schema.ts";
import type { Writer } from "./writer.ts";

/** The file or the server of the database. */
export interface DatabaseLocation {
  /** Folder of the SQLite file; it must exist. */
  readonly folder: string;
  /** `postgres://…`; unset: SQLite. */
  readonly url?: string | undefined;
}

/** An open database: reading and writing. */
export interface Database extends AsyncDisposable {
  readonly kind: "sqlite" | "postgres";
  /** To read. */
  readonly tables: Tables;
  /** To write. */
  readonly writer: Writer;
}
