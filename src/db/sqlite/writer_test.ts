import { removeFolder } from "../../lib/remove_folder.ts";
import { deepEqual, equal, ok } from "node:assert/strict";
import { DATABASE } from "../../lib/limits.ts";
import { commandById } from "../journal/commands.ts";
import type { CommandWrite, WriteEffect } from "../journal/command_writes.ts";
import { type Database, openDatabase } from "../mod.ts";

/** Enough writes for the thread. */
const MANY = DATABASE.threadFrom * 8;

function insert(id: string): CommandWrite {
  const row = {
    id,
    cabinet: "cab",
    cell: 1,
    command: "open",
    state: "requested",
    reason: null,
    by: "operator",
  } as const;
  return {
    type: "insert",
    row: {
      organization: "main",
      ...row,
      note: null,
      requested_at: 1,
      sent_at: null,
      sent_epoch: null,
      origin: null,
      finished_at: null,
      rental: null,
    },
  };
}

/** Writes the whole lives of many commands at once, as taps do. @returns the effect of each write */
async function lives(db: Database, ids: readonly string[]): Promise<WriteEffect[][]> {
  return await Promise.all(ids.map(async (id) => {
    const finish = {
      type: "finish",
      id,
      at: 3,
      state: "opened",
      reason: null,
      from: ["requested", "sent"],
    } as const;
    const begun = await Promise.all([
      db.writer.command(insert(id)),
      db.writer.command({ type: "sent", id, at: 2, cabinet: "cab", epoch: 1 }),
    ]);
    return [...begun, await db.writer.command(finish), await db.writer.command(finish)];
  }));
}

async function writesAll(): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using db = await openDatabase({ folder });
    const ids = Array.from({ length: MANY }, () => crypto.randomUUID());
    const works = ids.slice(0, 5).map((id) => db.writer.transaction((trx) => commandById(trx, id)));
    const answers = await lives(db, ids);
    deepEqual(answers, ids.map(() => ["taken", "taken", "taken", "late"]));
    equal((await Promise.all(works)).length, 5);
    for (const id of ids) deepEqual((await commandById(db.tables, id))?.state, "opened");
  } finally {
    await removeFolder(folder);
  }
}

Deno.test("SqliteWriter writes large batches in its thread and returns each effect", writesAll);

Deno.test({
  name: "SqliteWriter works without its thread when that cannot start",
  // The worker is not allowed to read its own module.
  permissions: { read: [Deno.env.get("TMPDIR") ?? "/tmp"], write: true },
  fn: writesAll,
});

Deno.test("SqliteWriter rolls back work that throws, and nothing else", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using db = await openDatabase({ folder });
    const [kept, undone] = [crypto.randomUUID(), crypto.randomUUID()];
    const work = db.writer.transaction(async (trx) => {
      await trx.insertInto("people").values({
        id: undone,
        kind: "guest",
        name: "",
        created_at: 0,
        sessions_from: 0,
      }).execute();
      throw new RangeError("no");
    });
    const others = [kept, ...Array.from({ length: MANY }, () => crypto.randomUUID())].map((id) =>
      db.writer.command(insert(id))
    );
    const failed = await work.then(() => undefined, (error) => error);
    ok(failed instanceof RangeError);
    deepEqual(new Set(await Promise.all(others)), new Set(["taken"]));
    equal(await db.tables.selectFrom("people").select("id").executeTakeFirst(), undefined);
    equal((await commandById(db.tables, kept))?.state, "requested");
  } finally {
    await removeFolder(folder);
  }
});
