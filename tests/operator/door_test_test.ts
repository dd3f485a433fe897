/**
 * The test of doors, and the opening of all in an emergency, on simulated cabinets that are wired wrong.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { openDatabase } from "../../src/db/mod.ts";
import { insertAct } from "../../src/db/queries/records.ts";
import { actOf } from "../../src/locker/audit_log.ts";
import { uuidFromKey } from "../../src/operator/requests.ts";
import { api } from "../../testing/api.ts";
import { guestCookie, type Message, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { does, isProblem } from "../../testing/operator_rig.ts";
import { cabinetAt, CONNECTIONS, linesIn, pulses, start, tested } from "../../testing/rigs/door_tests.ts";
import { testOnEach } from "../../testing/servers/databases.ts";
import { root } from "../../testing/rigs/actor.ts";
import { byToken, type Seat, seeded } from "../../testing/rigs/two_organizations.ts";

testOnEach(
  "the test of doors tells what is wrong with locks, switches and wiring",
  async (database, stack) => {
    const program = stack.use(await Program.start(database.place.folder, database.env));
    const each = [1, 2, 3, 4];

    const good = stack.use(await cabinetAt(program, { id: "good" }));
    const fine = await tested(program, "good");
    deepEqual(fine.findings, each.map((cell) => `${cell} fine`));
    equal(fine.cells[0]?.says, "Cell 1 opened, and its switch showed it.");
    deepEqual([fine.end.ended, fine.end.fine, fine.end.wiring, fine.end.says], ["done", 4, null, []]);
    deepEqual(pulses(good), [1, 1, 1, 1]);

    const swapped = { swappedSwitches: [[2, 3]] as const };
    stack.use(await cabinetAt(program, { id: "swapped", more: swapped }));
    const both = await tested(program, "swapped", { cells: [1, 2, 3] });
    deepEqual(both.findings, ["1 fine", "2 other-switch", "3 other-switch"]);
    deepEqual(both.cells.map(({ moved }) => moved), [[], [3], [2]]);
    equal(
      both.cells[1]?.says,
      "The switch of cell 2 did not move, but that of cell 3 did: look which door opened.",
    );
    match(both.end.says[0] ?? "", /^Cells 2 and 3 are swapped: /);
    deepEqual(both.end.channels, [{ cell: 2, board: 1, channel: 3 }, { cell: 3, board: 1, channel: 2 }]);

    stack.use(await cabinetAt(program, { id: "inverted", more: { wiring: "short-when-open" } }));
    const inverted = await tested(program, "inverted");
    deepEqual(inverted.findings, each.map((cell) => `${cell} inverted`));
    equal(inverted.end.wiring, "short-when-open");
    deepEqual(inverted.end.says, [
      "All switches that moved are wired the other way: set wiring to short-when-open.",
    ]);

    stack.use(await cabinetAt(program, { id: "dead", more: { jammed: [{ lock: 3 }] } }));
    const dead = await tested(program, "dead");
    deepEqual(dead.findings, ["1 fine", "2 fine", "3 stayed-shut", "4 fine"]);
    match(dead.cells[2]?.says ?? "", /^Cell 3 did not open, or its switch does not show it/);
    equal(dead.end.wiring, null);

    const without = stack.use(await cabinetAt(program, { id: "without", more: { withoutSwitches: true } }));
    const none = await tested(program, "without");
    deepEqual(none.findings, each.map((cell) => `${cell} stayed-open`));
    equal(none.end.wiring, "none");
    match(none.end.says[0] ?? "", /^No switch moved at all: if the doors opened, there are no switches/);
    deepEqual(pulses(without), [1, 1, 1, 1]);

    const blind = { id: "blind", more: { withoutSwitches: true }, described: { wiring: "none" } };
    stack.use(await cabinetAt(program, blind));
    deepEqual((await tested(program, "blind")).findings, each.map((cell) => `${cell} no-switch`));
  },
);

testOnEach("the test leaves alone what people have, and a door is opened once", async (database, stack) => {
  const installer = await seeded(
    database.place,
    (seeds): Promise<Seat> =>
      seeds.seat({ organization: "main", role: "installer", tags: undefined, word: "Staff" }),
  );
  const program = stack.use(await Program.start(database.place.folder, database.env));
  const described = { mode: "storage", rules: { rentalsPerGuest: null } };
  const cabinet = stack.use(await cabinetAt(program, { id: "hall", described }));
  const page = stack.use(await Page.open(program, "hall", await guestCookie(program, "hall")));
  equal((await does(page, { type: "store" }))["state"], "opened");
  const held = (await api(program, "GET", "/rentals")).body.items[0].cell;
  const before = pulses(cabinet);
  const response = await start(program, "hall", { cells: [1, 2, 3, 4] }, {
    ...byToken(installer),
    "idempotency-key": "test-1",
  });
  const findings = linesIn(await response.text()).flatMap((line) =>
    line.type === "cell" ? [line.finding] : []
  );
  deepEqual(findings.map((finding) => finding === "not-tried"), [1, 2, 3, 4].map((cell) => cell === held));
  deepEqual(pulses(cabinet), before.map((count, index) => index + 1 === held ? count : count + 1));
  const again = await start(program, "hall", { cells: [1, 2, 3, 4] }, {
    ...byToken(installer),
    "idempotency-key": "test-1",
  });
  deepEqual([again.status, (await again.json()).code], [409, "made-before"]);
  const acts: Message[] = (await api(program, "GET", "/acts")).body.items;
  equal(acts.filter(({ act, cabinet }) => act === "test" && cabinet === "hall").length, 1);
  isProblem(await api(program, "POST", "/cabinets/hall/test", { body: { cells: [99] } }), 404, /99/);
  deepEqual((await tested(program, "hall", { cells: [held] })).findings, [`${held} not-tried`]);
});

testOnEach(
  "all doors open in an emergency, each once, when it is confirmed, whichever isolate is asked",
  async (database, stack) => {
    const program = stack.use(
      await Program.start(database.place.folder, { ...database.env, ISOLATES: "2" }),
    );
    const cabinet = stack.use(await cabinetAt(program, { id: "hall", more: { jammed: [{ lock: 2 }] } }));
    const openAll = (body: Message) => api(program, "POST", "/cabinets/hall/open-all", { body });
    isProblem(await openAll({}), 422, /reason/);
    const asked = await openAll({ reason: "fire" });
    deepEqual([asked.status, asked.body.cells, asked.body.held], [409, [1, 2, 3, 4], []]);
    deepEqual(pulses(cabinet), [0, 0, 0, 0]);
    isProblem(
      await openAll({ reason: "fire", confirm: `${Date.now() + 60_000}.${"0".repeat(64)}` }),
      409,
      /confirm/,
    );
    const { confirm } = asked.body;
    // Requests that are made at once have connections of their own.
    const answers = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => openAll({ reason: "fire", confirm })),
    );
    for (const { status, body } of answers) {
      deepEqual([status, body.opened, body.notOpened], [200, 3, 1]);
      deepEqual(body.cells.map(({ state }: Message) => state), ["opened", "failed", "opened", "opened"]);
    }
    deepEqual(pulses(cabinet), [1, 1, 1, 1]);
    const acts: Message[] = (await api(program, "GET", "/acts")).body.items;
    deepEqual(acts.filter(({ act }) => act === "open-all").map(({ reason }) => reason), ["fire"]);
  },
);

/** Calls for all doors of the cabinet `hall` to be opened. */
function openAllOf(program: Program) {
  return (body?: Message, key?: string) =>
    api(program, "POST", "/cabinets/hall/open-all", {
      body: { reason: "fire", ...body },
      headers: key === undefined ? {} : { "idempotency-key": key },
    });
}

testOnEach("a confirmation opens each lock once, whatever keys it is sent with", async (database, stack) => {
  const program = stack.use(await Program.start(database.place.folder, database.env));
  const cabinet = stack.use(await cabinetAt(program, { id: "hall" }));
  const openAll = openAllOf(program);
  const { confirm } = (await openAll()).body;
  for (const key of [undefined, "q1", "q2", "q1"]) {
    const { status, body } = await openAll({ confirm }, key);
    deepEqual([status, body.opened], [200, 4], `key ${key}`);
    deepEqual(pulses(cabinet), [1, 1, 1, 1], `key ${key}`);
  }
  const { confirm: other } = (await openAll()).body;
  for (const body of [{}, { confirm: other }]) {
    const again = await openAll(body, "q1");
    deepEqual([again.status, again.body.opened], [200, 4], "the key is answered as before");
  }
  deepEqual(pulses(cabinet), [1, 1, 1, 1]);
  equal((await openAll({ confirm: other }, "q3")).status, 200);
  deepEqual(pulses(cabinet), [2, 2, 2, 2]);
  isProblem(
    await api(program, "POST", "/cabinets/hall/clear", { headers: { "idempotency-key": "q1" } }),
    422,
    /key/i,
  );
});

testOnEach(
  "what a key did not begin while its confirmation held is not begun later",
  async (database, stack) => {
    const noted = { act: "open-all", cabinet: "hall", subject: "confirmation of yesterday" } as const;
    const actor = { ...root(), id: await uuidFromKey("q1") };
    await using db = await openDatabase(database.place);
    await insertAct(db.tables, actOf(actor, noted, Date.now()));
    const program = stack.use(await Program.start(database.place.folder, database.env));
    const cabinet = stack.use(await cabinetAt(program, { id: "hall" }));
    const openAll = openAllOf(program);
    const { confirm } = (await openAll()).body;
    const { status, body } = await openAll({ confirm }, "q1");
    deepEqual([status, body.opened, body.notOpened], [200, 0, 4]);
    deepEqual(new Set(body.cells.map(({ state }: Message) => state)), new Set(["unconfirmed"]));
    deepEqual(pulses(cabinet), [0, 0, 0, 0]);
  },
);

testOnEach("all doors open also where people were given cells since, and the answer says which", async (
  database,
  stack,
) => {
  const program = stack.use(await Program.start(database.place.folder, database.env));
  const cabinet = stack.use(await cabinetAt(program, { id: "hall", described: { mode: "storage" } }));
  const openAll = openAllOf(program);
  const asked = await openAll();
  deepEqual([asked.status, asked.body.held], [409, []]);
  const page = stack.use(await Page.open(program, "hall", await guestCookie(program, "hall")));
  equal((await does(page, { type: "store" }))["state"], "opened");
  const { cell } = (await api(program, "GET", "/rentals")).body.items[0];
  const before = pulses(cabinet);
  const { status, body } = await openAll({ confirm: asked.body.confirm });
  deepEqual([status, body.held], [200, [cell]]);
  deepEqual(pulses(cabinet), before.map((count) => count + 1));
});
