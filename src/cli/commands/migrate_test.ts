import { deepEqual, equal, match } from "node:assert/strict";
import { migrations } from "../../../migrations/mod.ts";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { kaigui, TestIo, testService } from "../../../testing/rigs/cli.ts";

testOnEach(
  "migrate makes the database, says what ran, and has nothing to do the second time",
  async (database) => {
    const { folder, url } = database.place;
    const env = { DATA_DIR: `${folder}/new`, ...(url === undefined ? {} : { DATABASE_URL: url }) };
    const name = url === undefined ? `${folder}/new/kaigui.sqlite` : url.replace(/^.*@/, "");
    const first = await kaigui(["migrate"], new TestIo(env));
    deepEqual([first.code, first.err], [0, ""]);
    const ran = Object.keys(migrations).map((migration) => `ran ${migration}`);
    deepEqual(first.out.split("\n"), [...ran, `${name} is up to date`]);
    const second = await kaigui(["migrate"], new TestIo(env));
    deepEqual([second.code, second.out], [0, `${name} is up to date`]);
  },
  { isEmpty: true },
);

testOnEach(
  "migrate refuses while a service holds SQLite's folder, and not on Postgres",
  async ({ place }) => {
    await using test = await testService();
    const env = { ...test.env, ...(place.url === undefined ? {} : { DATABASE_URL: place.url }) };
    const { code, err } = await kaigui(["migrate"], new TestIo(env));
    const held =
      `error: Cannot use DATA_DIR ${test.folder}: another Kaigui runs on it; stop that, or set DATA_DIR to another folder`;
    deepEqual([code, err], place.url === undefined ? [1, held] : [0, ""]);
  },
);

Deno.test("migrate says at once that nobody answers, in one line without the password", async () => {
  const env = { DATABASE_URL: "postgres://kaigui:the-password@127.0.0.1:1/kaigui" };
  const { code, out, err } = await kaigui(["migrate"], new TestIo(env));
  deepEqual([code, out], [1, ""]);
  match(err, /^error: Cannot use DATABASE_URL: no database answers at 127\.0\.0\.1:1 \(.*ECONNREFUSED.*\)$/);
  equal(err.includes("the-password"), false);
});
