/**
 * People on the running program, as the operator sees them: who there is, whose sessions the operator ends, and whom the operator removes.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { testOnEach } from "../../testing/servers/databases.ts";
import { guestCookie, type Message, Page } from "../../testing/page.ts";
import { until } from "../../testing/until.ts";
import { does, idOf, isProblem, operated } from "../../testing/operator_rig.ts";

/** Longer than the chore that removes those who are leaving waits. */
const LEFT_MS = 30_000;

testOnEach("people come in pages, newest first, and by a part of their name", async (database, stack) => {
  const { get, person } = await operated(database, stack);
  const pages = [await person(), await person(), await person()];
  const ids = pages.map(idOf).reverse();
  const all = async (query: string): Promise<Message[]> => {
    const found: Message[] = [];
    for (let before = ""; before !== "end";) {
      const { status, body } = await get(`/people?limit=2${query}${before}`);
      equal(status, 200, JSON.stringify(body));
      found.push(...body.items);
      before = body.next === null ? "end" : `&before=${body.next}`;
    }
    return found;
  };
  const people = await all("");
  deepEqual(people.map(({ id }) => id), ids);
  const [newest = {}] = people;
  const { id, name, number, createdAt, ...rest } = newest;
  deepEqual(rest, { kind: "guest", picture: null, leavingAt: null }, "and nothing else");
  match(createdAt, /Z$/);
  match(number, /^\d{8}$/);
  deepEqual((await get(`/people/${id}`)).body, newest);
  deepEqual((await all(`&name=${name.toLowerCase()}`)).map(({ id }) => id), [id]);
  deepEqual((await all("&name=g-")).map(({ id }) => id), ids);
  deepEqual(await all("&name=%E5%B0%8F%E6%98%8E"), []);
});

testOnEach(
  "who is signed out by the operator is hung up on and has to come in anew",
  async (database, stack) => {
    const { program, get, post, acts, person } = await operated(database, stack);
    const cookie = await guestCookie(program, "cab");
    const [ann, bob] = [stack.use(await Page.open(program, "cab", cookie)), await person()];
    const path = `/people/${idOf(ann)}/sign-out`;
    for (const _ of [1, 2]) equal((await post(path, { reason: "lost the phone" }, "key-1")).status, 204);
    await ann.closed;
    const refused = await fetch(`${program.url}/ws?cabinet=cab`, { headers: { cookie } });
    equal(refused.status, 401);
    await refused.body?.cancel();
    equal((await get(`/people/${idOf(ann)}`)).status, 200, "the person is only signed out");
    equal((await does(bob, { type: "store" }))["state"], "opened", "nobody else is");
    deepEqual(
      (await acts()).map(({ act, cabinet, cell, subject, reason }) => [act, cabinet, cell, subject, reason]),
      [
        ["sign-out", null, null, idOf(ann), "lost the phone"],
      ],
    );
    isProblem(await post(`/people/${idOf(bob)}/sign-out`, {}, "key-1"), 422, /Idempotency-Key/);
  },
);

testOnEach("a person whom the operator removes is gone, and so is their session", async (database, stack) => {
  const { program, get, remove, acts } = await operated(database, stack);
  const cookie = await guestCookie(program, "cab");
  const page = stack.use(await Page.open(program, "cab", cookie));
  const path = `/people/${idOf(page)}`;
  const removed = await remove(`${path}?reason=asked%20for%20it`);
  deepEqual([removed.status, removed.body], [200, { state: "removed" }]);
  await page.closed;
  const refused = await fetch(`${program.url}/ws?cabinet=cab`, { headers: { cookie } });
  equal(refused.status, 401);
  await refused.body?.cancel();
  isProblem(await get(path), 404, /person/);
  isProblem(await remove(path), 404, /person/);
  deepEqual((await get("/people")).body.items, []);
  deepEqual((await acts()).map(({ act, cabinet, subject, reason }) => [act, cabinet, subject, reason]), [
    ["remove-person", null, idOf(page), "asked for it"],
  ]);
});

testOnEach(
  "a person who is removed while they have something in a cell takes it out, and then is gone",
  async (
    database,
    stack,
  ) => {
    const { device, get, remove, person } = await operated(database, stack);
    const page = await person();
    const { id: rental, cell } = await does(page, { type: "store" });
    await device.report(cell, false);
    const path = `/people/${idOf(page)}`;
    for (const _ of [1, 2]) deepEqual((await remove(path)).body, { state: "leaving" });
    const { name, leavingAt } = (await get(path)).body;
    equal(name, "");
    match(leavingAt, /Z$/);
    equal((await does(page, { type: "retrieve", rental }))["state"], "opened");
    await device.report(cell, false);
    await until(async () => (await get(path)).status === 404, { deadlineMs: LEFT_MS });
    await page.closed;
    equal((await get(`/rentals/${rental}`)).body.person, idOf(page), "the past keeps a number");
  },
);

testOnEach("what is nobody is 404, and what cannot be asked is 422 or 400", async (database, stack) => {
  const { program, get, post, remove, person, acts } = await operated(database, stack);
  const id = idOf(await person());
  for (const nobody of [crypto.randomUUID(), "x", "%00", `${id}0`, `openid'--`]) {
    isProblem(await get(`/people/${nobody}`), 404, /person/);
    isProblem(await remove(`/people/${nobody}`), 404, /person/);
    isProblem(await post(`/people/${nobody}/sign-out`), 404, /person/);
  }
  isProblem(await remove(`/people/${id}?reason=%00`), 422, /reason/);
  isProblem(await post(`/people/${id}/sign-out`, { reason: "" }), 422, /reason/);
  isProblem(await post(`/people/${id}/sign-out`, { why: "x" }), 422, /why/);
  isProblem(await get("/people?name=%00"), 422, /name/);
  isProblem(await get("/people?limit=0"), 422, /limit/);
  isProblem(await get("/people?openid=x"), 422, /openid/);
  isProblem(await get("/people?before=x"), 400, /cursor/);
  equal((await get(`/people/${id}`)).status, 200);
  deepEqual(await acts(), []);
  equal(program.err.some((line) => line.includes('"level":"ERROR"')), false);
});
