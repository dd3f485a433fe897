import { deepEqual, equal, match } from "node:assert/strict";
import { kaigui, tempFolder, TestIo, testService } from "./_testing.ts";

Deno.test("migrate makes the database, says what ran, and has nothing to do the second time", async () => {
  await using folder = await tempFolder();
  const env = { DATA_DIR: `${folder.path}/new` };
  const first = await kaigui(["migrate"], new TestIo(env));
  equal(first.code, 0);
  match(first.out, /^ran 0001_\w+\n/);
  match(first.out, /new\/kaigui\.sqlite is up to date$/);
  const second = await kaigui(["migrate"], new TestIo(env));
  deepEqual([second.code, second.out], [0, `${env.DATA_DIR}/kaigui.sqlite is up to date`]);
});

Deno.test("migrate refuses while a service holds the folder", async () => {
  await using test = await testService();
  const { code, err } = await kaigui(["migrate"], new TestIo(test.env));
  deepEqual([code, err], [1, `error: Cannot use DATA_DIR ${test.folder}: another Kaigui runs on it`]);
});
