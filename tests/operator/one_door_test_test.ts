/**
 * Of a cabinet there is one test of doors at a time, whichever isolate or program is asked, and a test ends with its
 * caller.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { guestCookie, type Message, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { does } from "../../testing/operator_rig.ts";
import { cabinetAt, CONNECTIONS, linesIn, pulses, start } from "../../testing/rigs/door_tests.ts";
import { openDatabase } from "../../src/db/mod.ts";
import { DOOR_TEST } from "../../src/lib/limits.ts";
import { type TestDatabase, testOnEach } from "../../testing/servers/databases.ts";

/** Longer than a test here takes: what comes next in it never comes. */
const NEVER_MS = 60_000;

function twoIsolates({ place, env }: TestDatabase): Promise<Program> {
  return Program.start(place.folder, { ...env, ISOLATES: "2" });
}

/** How the program answers to those who begin a test, at all isolates. */
async function refusals(program: Program, id: string): Promise<Message[]> {
  return await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    const response = await start(program, id, { cells: [2] });
    const text = await response.text();
    return { status: response.status, ...response.ok ? {} : JSON.parse(text) };
  }));
}

testOnEach(
  "of a cabinet one test runs, whichever isolate is asked, until its caller hangs up",
  async (database, stack) => {
    const program = stack.use(await twoIsolates(database));
    const cabinet = stack.use(await cabinetAt(program, { id: "hall" }));
    const response = await start(program, "hall", { pauseMs: NEVER_MS });
    const reader = response.body?.getReader();
    await reader?.read();
    for (const { status, code, detail } of await refusals(program, "hall")) {
      deepEqual([status, code, detail], [409, "busy", "Cabinet hall is being tested already"]);
    }
    const page = stack.use(await Page.open(program, "hall", await guestCookie(program, "hall")));
    equal((await does(page, { type: "open", cell: 4 }))["state"], "opened", "people's taps go on");
    await reader?.cancel();
    await until(async () => {
      const next = await start(program, "hall", { cells: [4] });
      await next.text();
      return next.status === 200;
    });
    deepEqual(pulses(cabinet), [1, 0, 0, 2], "nothing was opened after the caller hung up");
  },
);

testOnEach(
  "after the death of its program a cabinet can be tested again when the lease is over",
  async (database, stack) => {
    const first = stack.use(await twoIsolates(database));
    stack.use(await cabinetAt(first, { id: "hall" }));
    const response = await start(first, "hall", { pauseMs: NEVER_MS });
    const reader = response.body?.getReader();
    await reader?.read();
    await first.end("SIGKILL");
    await reader?.cancel().catch(() => {});
    const next = stack.use(await twoIsolates(database));
    const cabinet = stack.use(await cabinetAt(next, { id: "hall" }));
    for (const { status } of await refusals(next, "hall")) equal(status, 409);
    const db = stack.use(await openDatabase(database.place));
    const { until: end } = await db.tables.selectFrom("leases").select("until").executeTakeFirstOrThrow();
    ok(end <= Date.now() + DOOR_TEST.leaseMs + NEVER_MS);
    await db.tables.updateTable("leases").set({ until: Date.now() }).execute();
    const again = linesIn(await (await start(next, "hall")).text());
    deepEqual(again.map((line) => line.type === "end" ? line.ended : line.finding), [
      ...["fine", "fine", "fine", "fine"],
      "done",
    ]);
    deepEqual(pulses(cabinet), [1, 1, 1, 1]);
    deepEqual(await db.tables.selectFrom("leases").selectAll().execute(), [], "it was given back");
  },
);

testOnEach("a test that has lost its lease opens no other cell", async (database, stack) => {
  const program = stack.use(await twoIsolates(database));
  const count = 24;
  stack.use(await cabinetAt(program, { id: "hall", described: { cells: { count } } }));
  const db = stack.use(await openDatabase(database.place));
  const response = await start(program, "hall", { pauseMs: 1_000 });
  const [first, rest] = response.body?.tee() ?? [];
  await first?.getReader().read();
  await db.tables.updateTable("leases").set({ holder: "another test" }).execute();
  const lines = linesIn(await new Response(rest).text());
  const end = lines.at(-1);
  deepEqual(end?.type === "end" && end.ended, "stopped");
  ok(lines.length <= count, `${lines.length} lines`);
  const [lease] = await db.tables.selectFrom("leases").selectAll().execute();
  equal(lease?.holder, "another test", "what the other one has stays");
});
