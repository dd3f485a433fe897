/**
 * How everything is written: each database commits in its own way, and both keep the same promise.
 *
 * @module
 */
import type { Kysely } from "kysely";
import type { CommandWrite, WriteEffect } from "./journal/command_writes.ts";
import type { Job } from "./job.ts";
import type { Schema } from "./schema.ts";

/** Work inside one transaction. It may be run again from its beginning, so it must touch nothing else. */
export type Work<T> = (trx: Kysely<Schema>) => Promise<T>;

/** Writes that are on disk when their promise resolves. */
export interface Writer extends Disposable {
  /**
   * Does all of the work or none of it. Work that throws is undone and disturbs no other.
   *
   * @throws {QueueFullError} if too much waits already
   * @throws {Error} what the work threw, or what the database says; after a lost connection the work may have
   * been done all the same
   */
  transaction<T>(work: Work<T>): Promise<T>;

  /**
   * Writes to the command journal, together with others' writes. Writes about one command take effect in their
   * order.
   *
   * @returns what became of it; `fenced` only where it is a sending
   * @throws {QueueFullError} if too much waits already
   * @throws {Error} if the database does not take it
   */
  command(write: CommandWrite): Promise<WriteEffect>;

  /**
   * Does book-keeping for which nobody waits at a door: in a transaction, after what came before of that kind, and where
   * there is a thread for it, there.
   *
   * @throws {QueueFullError} if too much waits already
   * @throws {Error} as {@linkcode transaction} does; from a thread an error has its message and its code
   */
  run<In, Out>(job: Job<In, Out>, data: In): Promise<Out>;

  /** Resolves when everything that was handed in is on disk or has failed. */
  idle(): Promise<void>;

  /** Lets go of what it holds; only when it is idle. */
  [Symbol.dispose](): void;
}
