import type { CommandWrite } from "../journal/command_writes.ts";

/** A request to a database's thread. */
export type ThreadRequest =
  /** Whether it has started. */
  | { readonly type: "started" }
  | { readonly type: "commands"; readonly writes: readonly CommandWrite[] }
  | { readonly type: "job"; readonly name: string; readonly data: unknown }
  /** Copies the write-ahead log into the file, as far as no reader needs it. */
  | { readonly type: "checkpoint" };

/** The thread's answer: the result, or why it failed. */
export type ThreadAnswer =
  | { readonly done: unknown }
  | { readonly error: { readonly message: string; readonly code: unknown } };

/** The thread ended. What it was asked may have been done all the same. */
export class ThreadEndedError extends Error {
  override name = "ThreadEndedError";
}
