import { deepEqual, equal } from "node:assert/strict";
import { tempFolder } from "../../../testing/folders.ts";
import { until } from "../../../testing/until.ts";
import { commandById } from "../journal/commands.ts";
import type { CommandWrite } from "../journal/command_writes.ts";
import { openDatabase } from "../mod.ts";
import { SqliteThread } from "./thread.ts";

/** The test runner checks the types of a worker before it starts. */
const STARTED_MS = 60_000;

Deno.test("SqliteThread is ready once it has started, and makes writes from before and after that", async () => {
  await using folder = await tempFolder();
  await using db = await openDatabase({ folder: folder.path });
  using thread = new SqliteThread(
    `${folder.path}/kaigui.sqlite`,
    new URL("./worker.ts", import.meta.url),
  );
  equal(thread.isReady, false);
  const [early, late] = [crypto.randomUUID(), crypto.randomUUID()];
  const first = thread.write([insert(early)]);
  await until(() => thread.isReady, { deadlineMs: STARTED_MS });
  deepEqual(await thread.write([insert(late), insert(late)]), ["taken", "late"]);
  deepEqual(await first, ["taken"]);
  for (const id of [early, late]) equal((await commandById(db.tables, id))?.state, "requested");
});

function insert(id: string): CommandWrite {
  const command = {
    id,
    cabinet: "cab",
    cell: 1,
    command: "open",
    by: "operator",
    note: null,
    rental: null,
  } as const;
  const state = {
    state: "requested",
    reason: null,
    requested_at: 1,
    sent_at: null,
    sent_epoch: null,
    origin: null,
    finished_at: null,
  } as const;
  return { type: "insert", row: { organization: "main", ...command, ...state } };
}
