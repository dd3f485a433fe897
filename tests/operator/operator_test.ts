/**
 * The operator's acts on the running program: opening, cells, cabinets and rentals, and that each is noted.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { COMMAND } from "../../src/lib/limits.ts";
import { testOnEach } from "../../testing/servers/databases.ts";
import type { Message } from "../../testing/page.ts";
import { until } from "../../testing/until.ts";
import { does, idOf, isProblem, operated, restarted } from "../../testing/operator_rig.ts";

testOnEach("an open is noted before it opens, once a key, after a restart too", async (database, stack) => {
  const { program, device, post, acts } = await operated(database, stack);
  const first = await post("/cabinets/cab/cells/7/open", { reason: "钥匙 lost" }, "ticket-1");
  deepEqual([first.status, first.body.state, first.body.note], [200, "opened", "钥匙 lost"]);
  const { id, requestedAt } = first.body;
  const [noted] = await acts();
  ok(noted?.["at"] <= requestedAt);
  const { at: _, ...act } = noted as Message;
  deepEqual(act, {
    id,
    who: "operator",
    whoName: null,
    role: null,
    act: "open",
    cabinet: "cab",
    cell: 7,
    subject: id,
    reason: "钥匙 lost",
    address: "127.0.0.1",
    job: null,
  });
  deepEqual((await post("/cabinets/cab/cells/7/open", {}, "ticket-1")).body, first.body);

  const next = await restarted(program, database, stack);
  deepEqual((await next.post("/cabinets/cab/cells/7/open", {}, "ticket-1")).body, first.body);
  isProblem(await next.post("/cabinets/cab/cells/8/open", {}, "ticket-1"), 422, /Idempotency-Key/);
  isProblem(await next.post("/cabinets/cab/cells/7/disable", {}, "ticket-1"), 422, /Idempotency-Key/);
  isProblem(await next.post("/cabinets/cab/clear", {}, "ticket-1"), 422, /Idempotency-Key/);
  equal((await next.get("/cabinets/cab")).body.cells[6].state, "free");
  deepEqual((await next.acts()).map(({ id }) => id), [id]);
  equal(device.opens.length + next.device.opens.length, 1);
});

testOnEach(
  "an open says when it was wanted, and is refused when that was long ago",
  async (database, stack) => {
    const { device, get, post } = await operated(database, stack);
    const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
    const open = (at: unknown, key?: string) => post("/cabinets/cab/cells/7/open", { at }, key);
    const old = await open(ago(COMMAND.deadlineMs), "ticket-1");
    deepEqual([old.status, old.body.state, old.body.reason, old.body.sentAt], [
      200,
      "refused",
      "expired",
      null,
    ]);
    equal(device.opens.length, 0);
    for (const ms of [1_000, -3_600_000]) equal((await open(ago(ms))).body.state, "opened");
    const known = await open(ago(0), "ticket-2");
    deepEqual((await open(ago(3_600_000), "ticket-2")).body, known.body, "it has been answered");
    deepEqual((await open(ago(0), "ticket-1")).body, old.body);
    equal(device.opens.length, 3);
    for (const at of ["now", 1, "2025-11-29", "2025-11-29T08:00:00"]) isProblem(await open(at), 422, /^at: /);
    equal((await get("/commands")).body.items.length, 4);
  },
);

testOnEach("an open that cannot be is refused or noted, never both lost", async (database, stack) => {
  const { device, get, post, acts } = await operated(database, stack);
  isProblem(await post("/cabinets/cab/cells/99/open"), 404, /99/);
  isProblem(await post("/cabinets/cab/cells/7/open", { reason: "a\0b" }), 422, /^reason/);
  isProblem(await post("/cabinets/cab/cells/7/open", {}, "k".repeat(201)), 400, /Idempotency-Key/);
  deepEqual(await acts(), []);
  equal((await post("/cabinets/cab/cells/7/disable", {}, "ticket-2")).status, 200);
  isProblem(await post("/cabinets/cab/cells/7/open", {}, "ticket-2"), 422, /Idempotency-Key/);
  equal(device.opens.length, 0);
  device.conn.close();
  const offline = await post("/cabinets/cab/cells/8/open", { reason: "is it on?" });
  deepEqual([offline.body.state, offline.body.reason], ["refused", "offline"]);
  deepEqual((await acts()).map(({ act, reason }) => [act, reason]), [["disable", null], [
    "open",
    "is it on?",
  ]]);
  equal((await get("/commands")).body.items.length, 1);
});

testOnEach(
  "a cell is out of use and into it again: everybody sees it, nobody opens it",
  async (database, stack) => {
    const { device, get, post, acts, person } = await operated(database, stack, { mode: "open" });
    const page = await person();
    await until(async () => (await get("/cabinets/cab")).body.cells[6].door === "closed");
    const disabled = await post("/cabinets/cab/cells/7/disable", { reason: "hinge" });
    deepEqual([disabled.status, disabled.body], [
      200,
      { cell: 7, board: 1, channel: 7, size: "M", state: "disabled", door: "closed" },
    ]);
    const sees = (state: string) =>
      page.until(({ type, cells }) =>
        type === "cabinet" && cells?.some((one: Message) => one["cell"] === 7 && one["state"] === state)
      );
    await sees("disabled");
    equal((await page.outcome(page.tap(7)))["reason"], "disabled");
    equal((await post("/cabinets/cab/cells/7/open")).body.state, "opened", "the operator may");
    equal((await post("/cabinets/cab/cells/7/clean")).body.state, "disabled", "cleaning is not enabling");
    page.messages.length = 0;
    equal((await post("/cabinets/cab/cells/7/enable")).body.state, "free");
    await sees("free");
    equal((await page.outcome(page.tap(7)))["state"], "opened");
    equal((await get("/cabinets/cab")).body.cells[6].state, "free");
    equal(device.opens.length, 2);
    deepEqual((await acts()).map(({ act, cell, reason }) => [act, cell, reason]), [
      ["disable", 7, "hinge"],
      ["open", 7, null],
      ["clean", 7, null],
      ["enable", 7, null],
    ]);
  },
);

testOnEach("the same key disables once, however the cell is meanwhile", async (database, stack) => {
  const { program, post } = await operated(database, stack);
  equal((await post("/cabinets/cab/cells/7/disable", {}, "hinge")).body.state, "disabled");
  equal((await post("/cabinets/cab/cells/7/enable")).body.state, "free");
  const next = await restarted(program, database, stack);
  const again = await next.post("/cabinets/cab/cells/7/disable", {}, "hinge");
  deepEqual([again.status, again.body.state], [200, "free"]);
  isProblem(await next.post("/cabinets/cab/cells/8/disable", {}, "hinge"), 422, /Idempotency-Key/);
  isProblem(await next.post("/cabinets/cab/cells/7/enable", {}, "hinge"), 422, /Idempotency-Key/);
  deepEqual((await next.acts()).map(({ act }) => act), ["disable", "enable"]);
});

testOnEach("a jammed cell has an alarm until it is clean", async (database, stack) => {
  const { device, get, post, person } = await operated(database, stack, {
    mode: "storage",
    cells: { count: 1 },
  });
  device.onOpen = () => 0x11;
  equal((await does(await person(), { type: "store" }))["state"], "failed");
  const [alarm] = (await get("/alarms?cabinet=cab&active=true")).body.items;
  deepEqual([alarm.kind, alarm.cell, alarm.subject, alarm.endedAt], ["did-not-open", 1, null, null]);
  equal((await post("/cabinets/cab/cells/1/enable")).body.state, "faulty", "it is still jammed");
  equal((await post("/cabinets/cab/cells/1/clean", { reason: "oiled" })).body.state, "free");
  deepEqual((await get("/alarms?active=true")).body.items, []);
  const [over] = (await get("/alarms?cabinet=cab&active=false")).body.items;
  deepEqual([over.id, over.endedAt !== null], [alarm.id, true]);
});

testOnEach(
  "ending a rental: the person is told, the cell is free, the code works no more",
  async (database, stack) => {
    const { program, get, post, person } = await operated(database, stack);
    const page = await person();
    const thief = await person();
    const { id: rental, cell } = await does(page, { type: "store" });
    page.send({ type: "share", id: crypto.randomUUID(), rental });
    const { code } = await page.until(({ type }) => type === "shared") as { code: string };
    const before = await get(`/rentals/${rental}`);
    const { since, number, personName, ...held } = before.body;
    match(since, /^\d{4}-.*Z$/);
    match(number, /^\d{8}$/);
    match(personName, /^G-[0-9A-F]{4}$/);
    deepEqual(held, {
      id: rental,
      cabinet: "cab",
      cell,
      person: idOf(page),
      picker: null,
      pickerName: null,
      state: "held",
      until: null,
      overdueAt: null,
      endedAt: null,
      endReason: null,
    });

    const ended = await post(`/rentals/${rental}/end`, { reason: "left the club" }, "member-9");
    deepEqual([ended.status, ended.body.state, ended.body.endReason], [200, "ended", "operator"]);
    await page.until((told) =>
      told["type"] === "rental" && told["rental"] === rental && told["state"] === "ended" &&
      told["reason"] === "operator"
    );
    equal((await get("/cabinets/cab")).body.cells[cell - 1].state, "free");
    equal((await does(page, { type: "reopen", rental }))["reason"], "over");
    equal((await does(thief, { type: "pickup", code }))["reason"], "wrong-code");

    const next = await restarted(program, database, stack);
    deepEqual((await next.post(`/rentals/${rental}/end`, {}, "member-9")).body, ended.body);
    equal((await next.post(`/rentals/${crypto.randomUUID()}/end`)).status, 404);
    const [noted, ...more] = await next.acts();
    deepEqual([noted?.["act"], noted?.["cell"], noted?.["subject"], noted?.["reason"], more], [
      "end-rental",
      cell,
      rental,
      "left the club",
      [],
    ]);
    const events = (await next.get("/events?cabinet=cab&kind=ended")).body.items;
    deepEqual(events.map(({ rental, detail }: Message) => [rental, detail]), [[rental, "operator"]]);
  },
);

testOnEach(
  "PUT and DELETE are noted; a cabinet sent back as it came is the same",
  async (database, stack) => {
    const { get, put, post, remove, person } = await operated(database, stack, {
      mode: "storage",
      rules: { rentalMinutes: 90, remindMinutes: [10, 5], sizes: ["M", "XL"] },
      heartbeat: { hex: "FE", echo: true },
    });
    const { cell, id: rental } = await does(await person(), { type: "store" });
    await post("/cabinets/cab/cells/20/disable");
    await until(async () => (await get("/cabinets/cab")).body.cells[19].door === "closed");
    const before = await get("/cabinets/cab");
    deepEqual([before.body.cells[cell - 1].state, before.body.cells[19].state], ["held", "disabled"]);
    const again = await put("/cabinets/cab", before.body);
    equal(again.status, 200);
    deepEqual({ ...again.body, lastSeenAt: 0 }, { ...before.body, lastSeenAt: 0 });
    equal((await get(`/rentals/${rental}`)).body.state, "held");

    isProblem(
      await remove("/cabinets/cab?reason=old"),
      409,
      /a person has cell .*; end these rentals first$/,
    );
    isProblem(await remove("/cabinets/cab?why=old"), 422, /why/);
    isProblem(await remove("/cabinets/nowhere"), 404, /nowhere/);
    equal((await post(`/rentals/${rental}/end`)).status, 200);
    equal((await remove("/cabinets/cab?reason=sold")).status, 204);
    equal((await get("/cabinets/cab")).status, 404);
    const { items } = (await get("/acts?cabinet=cab")).body;
    deepEqual(items.map(({ act, cell, reason }: Message) => [act, cell, reason]), [
      ["delete", null, "sold"],
      ["end-rental", cell, null],
      ["delete", null, "old"],
      ["put", null, null],
      ["disable", 20, null],
      ["put", null, null],
    ]);
    equal((await get(`/rentals/${rental}`)).body.state, "ended", "history stays");
  },
);
