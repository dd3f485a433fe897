/**
 * A database that cannot be written: a program does not start on one, and is not ready while it has one.
 *
 * @module
 */
import { equal, match } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../src/db/mod.ts";
import { tempFolder } from "../../testing/folders.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";

/** A proof is some seconds old at most, and the next one waits some seconds for the lock. */
const NOTICED_MS = 30_000;

/** A tool that holds the write lock. */
function lockedBy(folder: string): Disposable {
  const file = new DatabaseSync(`${folder}/kaigui.sqlite`, { timeout: 5_000 });
  file.exec("begin immediate");
  return { [Symbol.dispose]: () => file.close() };
}

async function statusOf(program: Program, path = "/readyz"): Promise<number> {
  const response = await fetch(`${program.url}${path}`);
  await response.body?.cancel();
  return response.status;
}

Deno.test("/readyz is 503 while SQLite cannot be written, and 200 when it can again", async () => {
  await using folder = await tempFolder();
  await using program = await Program.start(folder.path);
  equal(await statusOf(program), 200);
  {
    using _ = lockedBy(folder.path);
    await until(async () => await statusOf(program) === 503, { deadlineMs: NOTICED_MS });
    equal(await statusOf(program, "/healthz"), 200);
  }
  await until(async () => await statusOf(program) === 200, { deadlineMs: NOTICED_MS });
});

Deno.test("a program does not start on a SQLite file that cannot be written, and says why", async () => {
  await using folder = await tempFolder();
  await (await openDatabase({ folder: folder.path }))[Symbol.asyncDispose]();
  using _ = lockedBy(folder.path);
  await using program = Program.launch({ DATA_DIR: folder.path });
  let ended: Deno.CommandStatus | undefined;
  program.process.status.then((status) => ended = status);
  const { success } = await until(() => ended, {
    deadlineMs: NOTICED_MS,
    saw: () => [program.out, program.err],
  });
  equal(success, false);
  await program.end("SIGKILL");
  match(program.err.join("\n"), /DATA_DIR.*locked/);
});
