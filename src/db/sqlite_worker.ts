/**
 * The thread in which large batches of the journal are written, so that a commit holds no socket up. In
 * comes the JSON of a batch, out go its results, in the same order.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { Kysely } from "kysely";
import { type CommandWrite, CommandWriter, type Effect } from "./commands.ts";
import type { Schema } from "./schema.ts";
import { sqliteDialect } from "./sqlite.ts";
import { inTransaction } from "./transaction.ts";

declare const self: DedicatedWorkerGlobalScope;

/** What the thread answers: what became of each write, or why the batch failed. */
export type Written =
  | { readonly done: readonly Effect[] }
  | { readonly error: { readonly message: string; readonly code: unknown } };

/** The file is the worker's name, as a worker is given nothing else when it starts. */
const db = new Kysely<Schema>({ dialect: sqliteDialect(self.name) });
const writer = new CommandWriter(db);

/** Answers go out in the order of the questions, whatever the database makes of two at once. */
let last = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<string>) => {
  last = last.then(async () => self.postMessage(await write(JSON.parse(data))));
};

async function write(writes: readonly CommandWrite[]): Promise<Written> {
  // So the other end asks whether this one has started.
  if (writes.length === 0) return { done: [] };
  try {
    return { done: await inTransaction(db, (trx) => writer.write(trx, writes)) };
  } catch (error) {
    // A structured clone would lose the code, by which a database that is away is told from a wrong question.
    const { message = String(error), code } = error as { message?: string; code?: unknown };
    return { error: { message, code } };
  }
}
