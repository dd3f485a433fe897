import { sql } from "kysely";
import { DATABASE } from "../../lib/limits.ts";
import type { Tables } from "../schema.ts";

/** Copies the write-ahead log into the file, as far as no reader needs it. @returns how many pages the log has */
export async function checkpoint(db: Tables): Promise<number> {
  const { rows: [row] } = await sql<{ log: number }>`pragma wal_checkpoint(passive)`.execute(db);
  return row?.log ?? 0;
}

/**
 * Schedules checkpoints: the write-ahead log is copied into the file `DATABASE.checkpointMs` after a write, between other
 * writes, so that the next write begins the log anew.
 */
export class Checkpoints implements Disposable {
  readonly #copy: () => Promise<unknown>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param copy copies the log into the file, between other writes */
  constructor(copy: () => Promise<unknown>) {
    this.#copy = copy;
  }

  /** To be called after each write. */
  written(): void {
    this.#timer ??= setTimeout(() => this.#run(), DATABASE.checkpointMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  /** A failed checkpoint does no harm: the next one copies more. */
  #run(): void {
    this.#copy().catch(() => {}).finally(() => this.#timer = undefined);
  }
}
