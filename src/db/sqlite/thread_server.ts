/// <reference lib="deno.worker" />
import type { ThreadAnswer, ThreadRequest } from "./thread.ts";
import { Kysely, sql } from "kysely";
import { CommandWriter } from "../journal/commands.ts";
import type { AnyJob } from "../database.ts";
import type { Schema } from "../schema.ts";
import { sqliteDialect } from "./database.ts";
import { checkpoint } from "./checkpoints.ts";
import { inTransaction } from "../transaction.ts";

declare const self: DedicatedWorkerGlobalScope;

/**
 * Turns the worker in which it is called into the thread of a SQLite database. It runs large batches of the journal, jobs
 * and checkpoints, so that none of them blocks a socket. Requests come as JSON and are answered in the same order. The
 * worker's name is the path of the file, since a worker is given nothing else.
 */
export function serveSqlite(jobs: readonly AnyJob[]): void {
  const db = new Kysely<Schema>({ dialect: sqliteDialect(self.name, { checkpoints: false }) });
  const commands = new CommandWriter(db);
  const byName = new Map(jobs.map((job) => [job.name, job]));

  async function answer(request: ThreadRequest): Promise<unknown> {
    switch (request.type) {
      case "started":
        return true;
      case "commands":
        return await inTransaction(db, (trx) => commands.write(trx, request.writes));
      case "job": {
        const job = byName.get(request.name);
        if (!job) throw new TypeError(`There is no job ${request.name}`);
        const work = () => inTransaction(db, (trx) => job.work(trx, request.data as never));
        return await (job.isLazy ? withoutSync(db, work) : work());
      }
      case "checkpoint":
        return await checkpoint(db);
    }
  }

  /** Each request begins when the one before is answered, so that answers keep their order. */
  let last = Promise.resolve();
  self.onmessage = ({ data }: MessageEvent<string>) => {
    last = last.then(async () => self.postMessage(await resultOf(() => answer(JSON.parse(data)))));
  };
}

/** Commits of the work reach the disk with the next commit after it. */
async function withoutSync<T>(db: Kysely<Schema>, work: () => Promise<T>): Promise<T> {
  await sql`pragma synchronous = normal`.execute(db);
  try {
    return await work();
  } finally {
    await sql`pragma synchronous = full`.execute(db);
  }
}

async function resultOf(answer: () => Promise<unknown>): Promise<ThreadAnswer> {
  try {
    return { done: await answer() };
  } catch (error) {
    // A structured clone would lose the code, which says whether the database is unavailable or the statement is wrong.
    const { message = String(error), code } = error as { message?: string; code?: unknown };
    return { error: { message, code } };
  }
}
