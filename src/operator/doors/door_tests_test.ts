import { deepEqual, equal, match } from "node:assert/strict";
import type { SensedDoor } from "../../cabinet/doors.ts";
import type { Cabinet } from "../../locker/mod.ts";
import type { TestLine } from "../contract/installing.ts";
import { ANNE, EPOCH, Rig } from "../../../testing/rigs/locker.ts";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { testDoors, type WantedTest } from "./door_tests.ts";

/** The test of the cabinet's first cell, of which nobody asks whether it is free but the journal. */
function testOf(cabinet: Cabinet, more: Partial<WantedTest> = {}): WantedTest {
  return {
    ...{ cabinet, cells: cabinet.cells.slice(0, 1), pauseMs: 0, by: "operator", note: "door test" },
    ...{ id: crypto.randomUUID(), free: () => Promise.resolve(new Set([1])) },
    ...{ signal: new AbortController().signal, ...more },
  };
}

async function linesOf(test: WantedTest, rig: Rig): Promise<TestLine[]> {
  const { cabinets, commands, router } = rig;
  const failed = (error: unknown) => void rig.failures.push(error);
  return await Array.fromAsync(testDoors(test, { cabinets, commands, router, failed }));
}

testOnEach(
  "testDoors() does not open the cell that a person is given as its door is read",
  async (database, stack) => {
    const rig = stack.use(await Rig.open(database.place));
    rig.doors.set(1, "closed");
    const test = testOf(await rig.cabinet());
    const reading = rig.holdReading();
    const lines = linesOf(test, rig);
    await reading.began;
    const { cell, state } = await rig.tap(ANNE, { command: "store", size: "S" });
    deepEqual([cell, state], [1, "opened"]);
    reading.goOn();
    const [line, end] = await lines;
    if (line?.type !== "cell" || end?.type !== "end") throw new TypeError(JSON.stringify([line, end]));
    deepEqual([line.finding, line.state, line.reason], ["not-tried", "refused", "forbidden"]);
    equal(line.says, "Cell 1 was not tried: a person was given it just now.");
    deepEqual([end.ended, end.notFine, rig.failures], ["done", 1, []]);
    equal(rig.sent.length, 1, "the person's own");
  },
);

testOnEach(
  "testDoors() tells what could not be asked for as not tried, and goes on",
  async (database, stack) => {
    const rig = stack.use(await Rig.open(database.place));
    const test = testOf(await rig.cabinet());
    await rig.db.tables.schema.alterTable("commands").renameTo("away").execute();
    const [line, end] = await linesOf(test, rig);
    await rig.db.tables.schema.alterTable("away").renameTo("commands").execute();
    if (line?.type !== "cell" || end?.type !== "end") throw new TypeError(JSON.stringify([line, end]));
    deepEqual([line.finding, line.command, line.reason], ["not-tried", null, "unavailable"]);
    match(line.says, /^Cell 1 was not tried, or nothing is known of it/);
    deepEqual([end.ended, rig.failures], ["done", []]);
  },
);

testOnEach("testDoors() looks at other doors for a while only", async (database, stack) => {
  const rig = stack.use(await Rig.open(database.place));
  const never = Promise.withResolvers<{ type: "look"; door: SensedDoor }>();
  rig.gone();
  rig.router.claim("cab", {
    handle: async (request) => {
      if (request.type === "look") {
        return request.cell === 1 ? { type: "look", door: "closed" } : await never.promise;
      }
      if (request.type === "open") {
        return { type: "open", evidence: { state: "failed", reason: "did-not-open" } };
      }
      return { type: "hang-up" };
    },
    displaced: () => {},
  }, EPOCH);
  let asked = 0;
  const free = () => {
    asked++;
    return Promise.resolve(new Set([1]));
  };
  const [line] = await linesOf(testOf(await rig.cabinet(), { looksMs: 1, free }), rig);
  equal(line?.type === "cell" && line.finding, "stayed-shut");
  equal(asked, 3, "before the door is read, before the lock opens, before others are looked at");
  never.resolve({ type: "look", door: "closed" });
});
