import { sql } from "kysely";
import { DATABASE } from "../../lib/limits.ts";
import type { Tables } from "../schema.ts";

/** Copies the write-ahead log into the file, as far as nobody reads there; answers how many pages the log has. */
export async function checkpoint(db: Tables): Promise<number> {
  const { rows: [row] } = await sql<{ log: number }>`pragma wal_checkpoint(passive)`.execute(db);
  return row?.log ?? 0;
}

/**
 * When the write-ahead log is copied into the file: soon after something was written, while nothing else is, so that the
 * log begins anew behind it.
 */
export class Checkpoints implements Disposable {
  readonly #copy: () => Promise<unknown>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param copy the log into the file, between what is written */
  constructor(copy: () => Promise<unknown>) {
    this.#copy = copy;
  }

  /** Something was written. */
  written(): void {
    this.#timer ??= setTimeout(() => this.#run(), DATABASE.checkpointMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  /** One that fails has done no harm: the next one copies more. */
  #run(): void {
    this.#copy().catch(() => {}).finally(() => this.#timer = undefined);
  }
}
