/**
 * What is told of a rental, and giving it more time, on the running program: for those who see all, some cabinets, or no people.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { guestCookie, type Message, Page } from "../../testing/page.ts";
import { Program, TOKEN } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { openDatabase } from "../../src/db/mod.ts";
import { does, idOf, isProblem, operated } from "../../testing/operator_rig.ts";
import { byRoot, byToken, call, OTHER, seeded } from "../../testing/rigs/two_organizations.ts";
import { testOnEach } from "../../testing/servers/databases.ts";

const TIMED = { mode: "storage", rules: { rentalsPerGuest: null, rentalMinutes: 60 } };

/** What an entry says, in a few words. */
function words({ kind, tap, state, event, change, act, who }: Message): string {
  const what = tap ?? state ?? event ?? change ?? act;
  const by = who === null ? "" : ` by ${who.kind}`;
  return `${what === undefined ? kind : `${kind} ${what}`}${by}`;
}

testOnEach("a rental's story has its taps, doors, codes and acts in their order", async (database, stack) => {
  const { device, get, post, person } = await operated(database, stack, TIMED);
  const [ann, bob] = [await person(), await person()];
  const { id: rental, cell } = await does(ann, { type: "store" });
  const isSeen = async (door: string) =>
    await until(async () => (await get("/cabinets/cab")).body.cells[cell - 1].door === door);
  /** Each move is one of its own: the door was seen open before it is shut, and shut before it opens again. */
  const shut = async () => {
    await isSeen("open");
    await device.report(cell, false);
    await isSeen("closed");
  };
  await shut();
  await post(`/rentals/${rental}/extend`, { byMinutes: 5, reason: "asked for it" });
  await post(`/cabinets/cab/cells/${cell}/open`, { reason: "a look" });
  await shut();
  ann.send({ type: "share", id: crypto.randomUUID(), rental });
  const { code } = await ann.until(({ type }) => type === "shared");
  equal((await does(bob, { type: "pickup", code }))["state"], "opened");
  await shut();
  await ann.until((told) => told["type"] === "rental" && told["state"] === "ended");
  const moves = (items: Message[]) => items.filter(({ kind }) => kind === "opened" || kind === "shut");
  let last: Message[] = [];
  // What doors did is written a moment later.
  const { items, isComplete } = await until(async () => {
    const { body } = await get(`/rentals/${rental}/story`);
    last = body.items;
    return moves(last).length >= 6 && body;
  }, { saw: () => last.map(words) });
  equal(isComplete, true);
  deepEqual(items.map(({ at }: Message) => at), items.map(({ at }: Message) => at).toSorted());
  const told: string[] = items.map(words);
  for (
    const wanted of [
      "tap store by person",
      "tap open by operator",
      "tap pickup by person",
      "event stored by person",
      "event shared by person",
      "event extended by person",
      "event ended by person",
      "code made by person",
      "code used by person",
      "act extend by operator",
      "act open by operator",
    ]
  ) equal(told.filter((one) => one === wanted).length, 1, `${wanted}: ${told.join(", ")}`);
  equal(told.filter((one) => one === "sent").length, 3, told.join(", "));
  equal(told.filter((one) => one.startsWith("outcome opened")).length, 3, told.join(", "));
  deepEqual(told.filter((one) => one.startsWith("opened")), [
    "opened by person",
    "opened",
    "opened by person",
  ]);
  equal(told.filter((one) => one.startsWith("shut")).length, 3, told.join(", "));
  equal(told.indexOf("tap store by person") < told.indexOf("event stored by person"), true);
  equal(told[0], "tap store by person");
  const names = new Set(items.flatMap(({ who }: Message) => who?.kind === "person" ? [who.name] : []));
  deepEqual([...names].map((name) => String(name).slice(0, 2)), ["G-", "G-"]);
  const ids = items.flatMap(({ who }: Message) => who?.kind === "person" ? [who.id] : []);
  deepEqual(new Set(ids), new Set([idOf(ann), idOf(bob)]));

  const { id: next } = await does(bob, { type: "store" });
  // Another one has a story of its own.
  const { body: other } = await get(`/rentals/${next}/story`);
  equal(other.items.filter(({ kind }: Message) => kind === "tap").length, 1);
  isProblem(await get(`/rentals/${crypto.randomUUID()}/story`), 404, /rental/);
});

testOnEach("a rental is extended once for a key, and not when it is over", async (database, stack) => {
  const { device, get, post, acts, person } = await operated(database, stack, TIMED);
  const page = await person();
  const { id: rental, cell } = await does(page, { type: "store" });
  await device.report(cell, false);
  const path = `/rentals/${rental}/extend`;
  const before = Date.parse((await get(`/rentals/${rental}`)).body.until);
  for (const _ of [1, 2]) {
    const { status, body } = await post(path, { byMinutes: 30, reason: "rain" }, "key-1");
    deepEqual([status, Date.parse(body.until)], [200, before + 30 * 60_000]);
  }
  await page.until((told) =>
    told["type"] === "rental" && Date.parse(told["until"] ?? "") === before + 30 * 60_000
  );
  const later = new Date(before + 3_600_000).toISOString();
  const both = await Promise.all([post(path, { until: later }), post(path, { byMinutes: 1 })]);
  ok(both.every(({ status }) => status === 200 || status === 422), JSON.stringify(both));
  isProblem(await post(path, { until: "2020-01-01T00:00:00Z" }), 422, /until: this time is past/);
  isProblem(await post(path, {}), 422, /until or byMinutes, and not both/);
  isProblem(await post(path, { until: later, byMinutes: 1 }), 422, /not both/);
  isProblem(await post(path, { byMinutes: 0 }), 422, /byMinutes/);
  isProblem(await post(path, { byMinutes: 1e12 }), 422, /byMinutes/);
  isProblem(await post(path, { until: "tomorrow" }), 422, /until/);
  isProblem(await post(`/rentals/${crypto.randomUUID()}/extend`, { byMinutes: 1 }), 404, /rental/);
  const noted = (await acts()).filter(({ act }) => act === "extend");
  deepEqual([noted[0]?.["subject"], noted[0]?.["reason"]], [rental, "rain"]);
  equal((await post(`/rentals/${rental}/end`)).status, 200);
  isProblem(await post(path, { byMinutes: 1 }), 409, /ended/);
});

testOnEach("who sees no people gets a story without them, and nobody one of what is not theirs", async (
  { place, env },
  stack,
) => {
  const scene = await seeded(place, async (seeds) => {
    const seat = (role: "manager" | "attendant" | "viewer", tags?: string[], organization = "main") =>
      seeds.seat({ organization, role, tags, word: "Staff" });
    return {
      hall: await seeds.place({ organization: "main", cabinet: "hall", tag: "hall", word: "Hall" }),
      left: await seeds.place({ organization: "main", cabinet: "cafe", tag: "cafe", word: "Cafe" }),
      manager: await seat("manager"),
      attendant: await seat("attendant", ["hall"]),
      viewer: await seat("viewer"),
      elsewhere: await seat("attendant", ["yard"]),
      foreign: await seat("manager", undefined, OTHER),
    };
  });
  {
    // As where this organization has removed them, whom the other one still knows.
    await using db = await openDatabase(place);
    await db.tables.deleteFrom("visits").where("person", "=", scene.left.person).execute();
  }
  const program = stack.use(await Program.start(place.folder, env));
  const told = async (headers: Record<string, string>, { rental } = scene.hall) => {
    const { status, text } = await call(program, {
      method: "GET",
      path: `/rentals/${rental}/story`,
      headers,
    });
    return { status, text, items: status === 200 ? JSON.parse(text).items as Message[] : [] };
  };
  const act = (items: Message[]) => items.find(({ kind }) => kind === "act");
  for (const seat of [scene.elsewhere, scene.foreign]) equal((await told(byToken(seat))).status, 404);
  for (const headers of [byRoot(), byToken(scene.manager)]) {
    const { items, text } = await told(headers);
    match(text, /Person Hall/);
    deepEqual(items.map(({ kind }) => kind).sort(), ["act", "event", "outcome", "sent", "tap"]);
    deepEqual([act(items)?.["who"].kind, act(items)?.["reason"]], ["operator", "Act Hall"]);
  }
  const attended = await told(byToken(scene.attendant));
  match(attended.text, /Person Hall/);
  equal(act(attended.items)?.["reason"], null, "the audit log is a manager's");
  const left = await told(byToken(scene.manager), scene.left);
  equal(left.text.includes("Person Cafe"), false, "the organization does not know them any more");
  const viewed = await told(byToken(scene.viewer));
  equal(viewed.text.includes("Person Hall") || viewed.text.includes(scene.hall.person), false, viewed.text);
  equal(viewed.items.find(({ kind }) => kind === "tap")?.["who"].kind, "person");
});

testOnEach(
  "a person gets a file with all that is kept about them, in WeChat by way of another browser",
  async (
    database,
    stack,
  ) => {
    const { program, get, acts } = await operated(database, stack);
    const cookie = await guestCookie(program, "cab");
    const page = stack.use(await Page.open(program, "cab", cookie));
    await does(page, { type: "store" });
    const ask = (path: string, headers: Record<string, string>) =>
      fetch(`${program.url}${path}`, { headers, redirect: "manual" });
    const file = await ask("/me/copy", { cookie });
    equal(file.headers.get("content-disposition"), 'attachment; filename="kaigui-my-data.json"');
    const copy = await file.json();
    deepEqual([copy.person.id, copy.rentals.length, copy.commands.length], [idOf(page), 1, 1]);

    const wechat = { "user-agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50" };
    const sent = await ask("/me/copy", { cookie, ...wechat });
    const link = sent.headers.get("location") ?? "";
    equal(sent.status, 302);
    await sent.body?.cancel();
    match(await (await ask(link, wechat)).text(), /在浏览器打开/);
    equal((await (await ask(link, {})).json()).person.id, idOf(page), "without the session");
    for (const wrong of [`${link}0`, link.replace(/.$/, (last) => last === "0" ? "1" : "0"), "/me/copy/x"]) {
      const answer = await ask(wrong, {});
      deepEqual([answer.status, /失效/.test(await answer.text())], [404, true], wrong);
    }
    const bare = await ask("/me/copy", {});
    await bare.body?.cancel();
    equal(bare.status, 401);

    const { status, body } = await get(`/people/${idOf(page)}/copy`);
    deepEqual([status, body.rentals.length, body.events.length], [200, 1, copy.events.length]);
    deepEqual((await acts()).map(({ act, subject }) => [act, subject]), [["copy-person", idOf(page)]]);
    let refused = 0;
    // Each isolate counts for itself.
    for (let n = 0; n < 100 && refused === 0; n++) {
      const answer = await fetch(`${program.url}/api/v1/people/${idOf(page)}/copy`, {
        headers: { authorization: `Bearer ${TOKEN}` },
      });
      await answer.body?.cancel();
      if (answer.status === 429) refused++;
    }
    ok(refused > 0, "not again and again");
  },
);
