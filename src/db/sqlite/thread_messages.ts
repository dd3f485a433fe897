/**
 * What a database's thread and its owner say to each other.
 *
 * @module
 */
import type { CommandWrite } from "../journal/command_writes.ts";

/** What the thread is asked. */
export type ThreadRequest =
  /** Whether it has started. */
  | { readonly type: "started" }
  | { readonly type: "commands"; readonly writes: readonly CommandWrite[] }
  | { readonly type: "job"; readonly name: string; readonly data: unknown }
  /** To copy the write-ahead log into the file, as far as nobody reads there. */
  | { readonly type: "checkpoint" };

/** What the thread answers: what came of it, or why it failed. */
export type ThreadAnswer =
  | { readonly done: unknown }
  | { readonly error: { readonly message: string; readonly code: unknown } };

/** A thread ended; what it was asked may have been done all the same. */
export class ThreadEndedError extends Error {
  override name = "ThreadEndedError";
}
