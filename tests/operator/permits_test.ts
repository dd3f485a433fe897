/**
 * Permits on the running program: who has one gets in, where and when it says, and nobody else does.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { testOnEach } from "../../testing/servers/databases.ts";
import { putCabinet } from "../../testing/api.ts";
import type { Message, Page } from "../../testing/page.ts";
import { until } from "../../testing/until.ts";
import { idOf, isProblem, operated, restarted } from "../../testing/operator_rig.ts";

/** How a tap on the cell ends: `opened`, or why not. */
async function tap(page: Page, cell: number): Promise<string> {
  const { state, reason } = await page.outcome(page.tap(cell));
  return reason ?? state;
}

function inMs(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}

testOnEach("a permit lets its person into its cells until it is taken away", async (database, stack) => {
  const { get, post, remove, acts, person } = await operated(database, stack, { mode: "assigned" });
  const [ann, bob] = [await person(), await person()];
  equal(await tap(ann, 1), "forbidden");
  const given = await post("/cabinets/cab/permits", {
    person: idOf(ann),
    cells: [2, 1, 2],
    reason: "tenant",
  });
  equal(given.status, 201);
  const { id, from, createdAt, warnings, ...permit } = given.body;
  deepEqual(warnings, []);
  deepEqual(permit, { cabinet: "cab", person: idOf(ann), cells: [1, 2], until: null, revokedAt: null });
  match(from, /Z$/);
  ok(from <= createdAt);
  deepEqual([await tap(ann, 1), await tap(ann, 2), await tap(ann, 3), await tap(bob, 1)], [
    "opened",
    "opened",
    "forbidden",
    "forbidden",
  ]);
  deepEqual({ ...(await get(`/permits/${id}`)).body, warnings }, given.body);

  for (const _ of [1, 2]) equal((await remove(`/permits/${id}?reason=moved`)).status, 204);
  equal(await tap(ann, 1), "forbidden");
  match((await get(`/permits/${id}`)).body.revokedAt, /Z$/);
  deepEqual((await acts()).map(({ act, cell, subject, reason }) => [act, cell, subject, reason]), [
    ["grant", null, idOf(ann), "tenant"],
    ["revoke", null, id, "moved"],
  ]);
  isProblem(await remove(`/permits/${crypto.randomUUID()}`), 404, /permit/);
  isProblem(await remove(`/permits/${id}?reason=%00`), 422, /reason/);
});

testOnEach("a permit for all cells, and one of two taken away", async (database, stack) => {
  const { post, remove, person } = await operated(database, stack, { mode: "assigned" });
  const ann = await person();
  const all = await post("/cabinets/cab/permits", { person: idOf(ann), cells: "all" });
  equal(all.body.cells, "all");
  equal((await post("/cabinets/cab/permits", { person: idOf(ann), cells: [5] })).status, 201);
  deepEqual([await tap(ann, 5), await tap(ann, 24)], ["opened", "opened"]);
  equal((await remove(`/permits/${all.body.id}`)).status, 204);
  deepEqual([await tap(ann, 5), await tap(ann, 24)], ["opened", "forbidden"]);
  await post("/cabinets/cab/cells/5/disable");
  const other = await person();
  await post("/cabinets/cab/permits", { person: idOf(other), cells: "all" });
  equal(await tap(other, 5), "disabled");
});

testOnEach("a permit counts from its beginning and until its end", async (database, stack) => {
  const { post, person } = await operated(database, stack, { mode: "assigned" });
  const [early, late] = [await person(), await person()];
  const grant = async (page: Page, times: Message) =>
    equal((await post("/cabinets/cab/permits", { person: idOf(page), cells: "all", ...times })).status, 201);
  await grant(early, { until: inMs(3_000) });
  await grant(late, { from: inMs(3_000), until: inMs(60_000) });
  deepEqual([await tap(early, 1), await tap(late, 2)], ["opened", "forbidden"]);
  await until(async () => await tap(early, 1) === "forbidden");
  await until(async () => await tap(late, 2) === "opened");
});

testOnEach("a permit is refused for nobody, for no such cell, and for no time", async (database, stack) => {
  const { get, post, acts, person } = await operated(database, stack, { mode: "assigned" });
  const page = await person();
  const refused = async (body: Message, detail: RegExp) =>
    isProblem(
      await post("/cabinets/cab/permits", { person: idOf(page), cells: "all", ...body }),
      422,
      detail,
    );
  await refused({ person: crypto.randomUUID() }, /^person/);
  await refused({ person: "a\0b" }, /^person/);
  await refused({ cells: [1, 25] }, /no cell 25/);
  await refused({ cells: [] }, /^cells/);
  await refused({ cells: "some" }, /^cells/);
  await refused({ until: inMs(-1_000) }, /^until/);
  const soon = inMs(60_000);
  await refused({ from: soon, until: soon }, /^until/);
  await refused({ from: "2026-01-01" }, /^from/);
  await refused({ reason: "" }, /^reason/);
  await refused({ floor: 3 }, /floor/);
  isProblem(await post("/cabinets/nowhere/permits", { person: idOf(page), cells: "all" }), 404, /nowhere/);
  deepEqual((await get("/cabinets/cab/permits")).body.items, []);
  deepEqual(await acts(), []);
});

testOnEach("the same key gives one permit, after a restart and its end too", async (database, stack) => {
  const { program, post, person } = await operated(database, stack, { mode: "assigned" });
  const page = await person();
  const body = { person: idOf(page), cells: [1], until: inMs(2_000) };
  const given = await post("/cabinets/cab/permits", body, "lease-1");
  equal(given.status, 201);
  const next = await restarted(program, database, stack);
  await until(() => Date.now() > Date.parse(body.until));
  const again = await next.post("/cabinets/cab/permits", body, "lease-1");
  deepEqual([again.status, again.body], [201, given.body]);
  for (const other of [{ cells: [2] }, { cells: "all" }, { until: inMs(5_000) }, { from: inMs(-5_000) }]) {
    isProblem(
      await next.post("/cabinets/cab/permits", { ...body, ...other }, "lease-1"),
      422,
      /Idempotency-Key/,
    );
  }
  isProblem(await next.post("/cabinets/cab/cells/1/open", {}, "lease-1"), 422, /Idempotency-Key/);
  equal((await next.get("/cabinets/cab/permits")).body.items.length, 1);
  equal((await next.acts()).length, 1);
});

testOnEach("a cabinet's permits come in pages, and end with the cabinet", async (database, stack) => {
  const { program, get, post, remove, person } = await operated(database, stack, { mode: "assigned" });
  await putCabinet(program, "other", { mode: "assigned" });
  const who = idOf(await person());
  const ids: string[] = [];
  for (const cells of [[1], [2], [3]]) {
    ids.push((await post("/cabinets/cab/permits", { person: who, cells })).body.id);
  }
  await post("/cabinets/other/permits", { person: who, cells: "all" });
  const seen: string[] = [];
  for (let before = ""; before !== "end";) {
    const { items, next } = (await get(`/cabinets/cab/permits?limit=2${before}`)).body;
    seen.push(...items.map(({ id }: Message) => id));
    before = next === null ? "end" : `&before=${next}`;
  }
  deepEqual(seen.toSorted(), ids.toSorted());
  equal((await remove("/cabinets/cab")).status, 204);
  equal((await get("/cabinets/cab/permits")).status, 404);
  for (const id of ids) match((await get(`/permits/${id}`)).body.revokedAt, /Z$/);
});
