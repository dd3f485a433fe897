/**
 * Clearing a cabinet or a cell on the running program: nothing is ended that the operator was not shown.
 *
 * @module
 */
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { OPERATOR } from "../../src/lib/limits.ts";
import { Confirmations } from "../../src/operator/confirmation.ts";
import { CLEAR_PURPOSE, clearingWords } from "../../src/operator/routes/clear.ts";
import { testOnEach } from "../../testing/servers/databases.ts";
import type { Message, Page } from "../../testing/page.ts";
import { TOKEN } from "../../testing/program.ts";
import { type Answer, does, isProblem, operated, restarted } from "../../testing/operator_rig.ts";

/** The ids of rentals, in their order. */
function idsIn(rentals: Message[]): string[] {
  return rentals.map(({ id }) => id).sort();
}

/** Checks that it wants to be confirmed, for these rentals; returns the token. */
function asksFor(answer: Answer, rentals: string[]): string {
  isProblem(answer, 409, /confirm/);
  const { title, confirm, expiresAt } = answer.body;
  equal(title, "Confirmation needed");
  deepEqual(idsIn(answer.body.rentals), rentals.toSorted());
  const leftMs = Date.parse(expiresAt) - Date.now();
  ok(leftMs > 0 && leftMs <= OPERATOR.confirmMs, expiresAt);
  return confirm;
}

async function stores(page: Page): Promise<string> {
  const { id, state } = await does(page, { type: "store" });
  equal(state, "opened");
  return id;
}

function isTold(page: Page, rental: string): Promise<Message> {
  return page.until((told) =>
    told["type"] === "rental" && told["rental"] === rental && told["state"] === "ended" &&
    told["reason"] === "operator"
  );
}

testOnEach("a cabinet is cleared once it is confirmed, and everybody is told", async (database, stack) => {
  const { device, get, post, acts, person } = await operated(database, stack);
  const [ann, bob] = [await person(), await person()];
  const [a, b] = [await stores(ann), await stores(bob)];
  device.open.clear();
  equal((await does(bob, { type: "retrieve", rental: b }))["state"], "opened");
  const confirm = asksFor(await post("/cabinets/cab/clear", { reason: "moving" }), [a, b]);
  equal((await get("/rentals?cabinet=cab&state=held")).body.items.length, 1, "nothing is ended yet");
  deepEqual(await acts(), []);

  const cleared = await post("/cabinets/cab/clear", { reason: "moving", confirm });
  equal(cleared.status, 200);
  deepEqual(idsIn(cleared.body.ended), [a, b].sort());
  for (const { state, endReason } of cleared.body.ended) deepEqual([state, endReason], ["ended", "operator"]);
  await isTold(ann, a);
  await isTold(bob, b);
  const { cells } = (await get("/cabinets/cab")).body;
  equal(cells.every(({ state }: Message) => state === "free"), true);
  const [noted, ...more] = await acts();
  deepEqual([noted?.["act"], noted?.["cell"], noted?.["reason"], more], ["clear", null, "moving", []]);
  asksFor(await post("/cabinets/cab/clear", { confirm }), []);
});

testOnEach("a cell is cleared and the others are left alone", async (database, stack) => {
  const { get, post, acts, person } = await operated(database, stack);
  const page = await person();
  const [a, b] = [await stores(page), await stores(page)];
  const { cell } = (await get(`/rentals/${a}`)).body;
  const { cell: other } = (await get(`/rentals/${b}`)).body;
  isProblem(await post("/cabinets/cab/cells/99/clear"), 404, /99/);
  isProblem(await post("/cabinets/nowhere/clear"), 404, /nowhere/);
  isProblem(await post("/cabinets/cab/clear", { confirm: 7 }), 422, /confirm/);
  const confirm = asksFor(await post(`/cabinets/cab/cells/${cell}/clear`), [a]);
  asksFor(await post("/cabinets/cab/clear", { confirm }), [a, b]);
  asksFor(await post(`/cabinets/cab/cells/${other}/clear`, { confirm }), [b]);
  const cleared = await post(`/cabinets/cab/cells/${cell}/clear`, { confirm });
  deepEqual([cleared.status, idsIn(cleared.body.ended)], [200, [a]]);
  equal((await get(`/rentals/${b}`)).body.state, "held");
  deepEqual((await acts()).map(({ act, cell }) => [act, cell]), [["clear", cell]]);
  const empty = asksFor(await post(`/cabinets/cab/cells/${cell}/clear`), []);
  deepEqual((await post(`/cabinets/cab/cells/${cell}/clear`, { confirm: empty })).body, { ended: [] });
});

testOnEach("what has changed since it was shown has to be confirmed anew", async (database, stack) => {
  const { get, post, acts, person } = await operated(database, stack);
  const page = await person();
  const a = await stores(page);
  const first = asksFor(await post("/cabinets/cab/clear"), [a]);
  const b = await stores(page);
  const second = asksFor(await post("/cabinets/cab/clear", { confirm: first }), [a, b]);
  notEqual(first, second);
  equal((await post(`/rentals/${a}/end`)).status, 200);
  const third = asksFor(await post("/cabinets/cab/clear", { confirm: second }), [b]);
  equal((await get(`/rentals/${b}`)).body.state, "held");
  deepEqual((await acts()).map(({ act }) => act), ["end-rental"], "what was not done is not noted");
  deepEqual(idsIn((await post("/cabinets/cab/clear", { confirm: third })).body.ended), [b]);
});

testOnEach("a token that is too old or of another operator confirms nothing", async (database, stack) => {
  const { get, post, person } = await operated(database, stack);
  const rental = await stores(await person());
  const offered = (token: string, agoMs: number) =>
    new Confirmations(token, { purpose: CLEAR_PURPOSE, wallClock: () => Date.now() - agoMs })
      .offer(clearingWords({ cabinet: "cab", cell: undefined }, [rental])).confirm;
  for (const confirm of [offered(TOKEN, OPERATOR.confirmMs), offered("another", 0), "yes", ""]) {
    asksFor(await post("/cabinets/cab/clear", { confirm }), [rental]);
  }
  equal((await get(`/rentals/${rental}`)).body.state, "held");
  equal((await post("/cabinets/cab/clear", { confirm: offered(TOKEN, 1_000) })).status, 200);
});

testOnEach(
  "the same key clears once, after a restart too, and ends no later rental",
  async (database, stack) => {
    const { program, get, post, person } = await operated(database, stack);
    const page = await person();
    const [a, b] = [await stores(page), await stores(page)];
    const confirm = asksFor(await post("/cabinets/cab/clear", {}, "move-1"), [a, b]);
    const cleared = await post("/cabinets/cab/clear", { confirm }, "move-1");
    deepEqual([cleared.status, idsIn(cleared.body.ended)], [200, [a, b].sort()]);
    const later = await stores(page);
    deepEqual((await post("/cabinets/cab/clear", { confirm }, "move-1")).body, cleared.body);
    equal((await get(`/rentals/${later}`)).body.state, "held");

    const next = await restarted(program, database, stack);
    const again = await next.post("/cabinets/cab/clear", { confirm }, "move-1");
    deepEqual([again.status, idsIn(again.body.ended)], [200, [a, b].sort()]);
    equal((await next.get(`/rentals/${later}`)).body.state, "held");
    isProblem(await next.post("/cabinets/cab/cells/1/clear", { confirm }, "move-1"), 422, /Idempotency-Key/);
    isProblem(await next.post("/cabinets/cab/cells/1/open", {}, "move-1"), 422, /Idempotency-Key/);
    deepEqual((await next.acts()).map(({ act }) => act), ["clear"]);
  },
);

testOnEach("two who confirm at once end the same rentals once", async (database, stack) => {
  const { post, acts, person } = await operated(database, stack);
  const page = await person();
  const rental = await stores(page);
  const confirm = asksFor(await post("/cabinets/cab/clear"), [rental]);
  const answers = await Promise.all(
    Array.from(
      { length: 4 },
      (_, n) => post("/cabinets/cab/clear", { confirm }, n < 2 ? "same" : `other-${n}`),
    ),
  );
  const done = answers.filter(({ status }) => status === 200);
  ok(done.length === 1 || done.length === 2, "those with the same key hear the same");
  for (const { body } of done) deepEqual(idsIn(body.ended), [rental]);
  for (const answer of answers) if (answer.status !== 200) asksFor(answer, []);
  equal((await acts()).length, 1);
  await isTold(page, rental);
  equal(page.messages.filter(({ type, state }) => type === "rental" && state === "ended").length, 1);
});
