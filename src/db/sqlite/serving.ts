/**
 * The thread of a SQLite database: large batches of the journal, book-keeping and checkpoints, so that none of them holds
 * a socket up. In comes JSON, out go answers, in the same order.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import type { ThreadAnswer, ThreadRequest } from "./thread_messages.ts";
import { Kysely, sql } from "kysely";
import { CommandWriter } from "../journal/commands.ts";
import type { AnyJob } from "../job.ts";
import type { Schema } from "../schema.ts";
import { sqliteDialect } from "./database.ts";
import { checkpoint } from "./checkpoints.ts";
import { inTransaction } from "../transaction.ts";

declare const self: DedicatedWorkerGlobalScope;

/** Serves the thread in which it is called, whose name is the database's file: a worker is given nothing else. */
export function serveSqlite(jobs: readonly AnyJob[]): void {
  const db = new Kysely<Schema>({ dialect: sqliteDialect(self.name, { checkpoints: false }) });
  const commands = new CommandWriter(db);
  const byName = new Map(jobs.map((job) => [job.name, job]));

  async function answer(asked: ThreadRequest): Promise<unknown> {
    switch (asked.type) {
      case "started":
        return true;
      case "commands":
        return await inTransaction(db, (trx) => commands.write(trx, asked.writes));
      case "job": {
        const job = byName.get(asked.name);
        if (!job) throw new TypeError(`There is no job ${asked.name}`);
        const work = () => inTransaction(db, (trx) => job.work(trx, asked.data as never));
        return await (job.isLazy ? withoutSync(db, work) : work());
      }
      case "checkpoint":
        return await checkpoint(db);
    }
  }

  /** Answers go out in the order of the questions, whatever the database makes of two at once. */
  let last = Promise.resolve();
  self.onmessage = ({ data }: MessageEvent<string>) => {
    last = last.then(async () => self.postMessage(await answered(() => answer(JSON.parse(data)))));
  };
}

/** What is committed meanwhile is on disk with the next commit behind it. */
async function withoutSync<T>(db: Kysely<Schema>, work: () => Promise<T>): Promise<T> {
  await sql`pragma synchronous = normal`.execute(db);
  try {
    return await work();
  } finally {
    await sql`pragma synchronous = full`.execute(db);
  }
}

async function answered(answer: () => Promise<unknown>): Promise<ThreadAnswer> {
  try {
    return { done: await answer() };
  } catch (error) {
    // A structured clone would lose the code, by which a database that is away is told from a wrong question.
    const { message = String(error), code } = error as { message?: string; code?: unknown };
    return { error: { message, code } };
  }
}
