import { deepEqual, equal } from "node:assert/strict";
import { testOnEach } from "../../tests/databases.ts";
import { openDatabase } from "../db/mod.ts";
import { Turns } from "../turns.ts";
import { OnceOnly } from "./once_only.ts";
import { keptDaysFrom, removeWhatIsOld } from "./retention.ts";

const DAY_MS = 24 * 3600 * 1000;

testOnEach("OnceOnly.use() works for one of all who try, in all programs", async ({ place }, stack) => {
  const turns = new Turns(1);
  const open = async () =>
    stack.use(await openDatabase(place, { failed: () => {}, exclusive: (work) => turns.run(work) }));
  const [db, other] = [await open(), await open()];
  const programs = [new OnceOnly(db), new OnceOnly(other)];
  const until = Date.now();
  equal(await programs[0]?.wasUsed("login 1"), false);
  for (const key of ["login 1", "push openid-of-anne"]) {
    const uses = await Promise.all(Array.from({ length: 10 }, (_, n) => programs[n % 2]?.use(key, until)));
    deepEqual(uses.filter((isFirst) => isFirst), [true], key);
    deepEqual(await Promise.all(programs.map((one) => one.wasUsed(key))), [true, true]);
  }
  const rows = await db.tables.selectFrom("used").selectAll().execute();
  deepEqual(rows.map((row) => row.until), [until, until]);
  equal(JSON.stringify(rows).includes("anne"), false, "what names somebody cannot be read");
  const remove = async (days: number) =>
    await removeWhatIsOld(db, {
      days: keptDaysFrom({}),
      now: until + days * DAY_MS,
      pause: () => Promise.resolve(true),
    });
  equal(await remove(1), 0, "another program's clock may be behind");
  equal(await remove(1.1), 2);
});
