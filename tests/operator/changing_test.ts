/**
 * Changing a cabinet on the running program: parts of it, against what the caller has seen, and what has no effect.
 *
 * @module
 */
import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { openDatabase } from "../../src/db/mod.ts";
import { cabinetById } from "../../src/db/queries/cabinets.ts";
import { cabinetOf, versionOf } from "../../src/locker/mod.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { guestCookie, type Message, Page } from "../../testing/page.ts";
import { Program, TOKEN } from "../../testing/program.ts";
import { type TestDatabase, testOnEach } from "../../testing/servers/databases.ts";

const EDITORS = 8;

async function running({ place, env }: TestDatabase, stack: AsyncDisposableStack): Promise<Program> {
  const program = stack.use(await Program.start(place.folder, env));
  await putCabinet(program, "hall", { mode: "storage" });
  return program;
}

/** The tag that the cabinet has now. */
async function tagOf(program: Program): Promise<string> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const response = await fetch(`${program.url}/api/v1/cabinets/hall`, { headers });
  await response.body?.cancel();
  return response.headers.get("etag") ?? "";
}

/** Sends a patch, with an `If-Match` where one is given. */
function patch(program: Program, body: unknown, ifMatch?: string) {
  const headers: Record<string, string> = { "content-type": "application/merge-patch+json" };
  if (ifMatch !== undefined) headers["if-match"] = ifMatch;
  return api(program, "PATCH", "/cabinets/hall", { body, headers });
}

testOnEach(
  "a patch changes parts of a cabinet, and of two that saw the same one wins",
  async (database, stack) => {
    const program = await running(database, stack);
    const before = (await api(program, "GET", "/cabinets/hall")).body;
    const tag = await tagOf(program);
    match(tag, /^"[\w-]{22}"$/);

    const { status, body } = await patch(program, { name: "Hall", rules: { rentalMinutes: 60 } }, tag);
    equal(status, 200);
    const rules = { ...before.rules, rentalMinutes: 60 };
    deepEqual({ ...body, lastSeenAt: null }, { ...before, name: "Hall", rules, lastSeenAt: null });

    const late = await patch(program, { name: "Lobby" }, tag);
    equal(late.status, 412);
    deepEqual([late.body.code, late.body.current.name], ["changed", "Hall"]);
    match(late.body.detail, new RegExp(`the cabinet's ETag is ${await tagOf(program)}`));
    const put = await api(program, "PUT", "/cabinets/hall", { body: before, headers: { "if-match": tag } });
    deepEqual([put.status, put.body.current?.name], [412, "Hall"]);

    equal((await patch(program, { name: "A" }, "*")).status, 200);
    equal((await patch(program, { name: "B" }, `"none", ${await tagOf(program)}`)).status, 200);
    equal((await patch(program, { name: "C" }, `W/${await tagOf(program)}`)).status, 412);
    equal((await patch(program, { name: "C" }, "none")).status, 400);
    const absent = { body: before, headers: { "if-match": "*" } };
    const created = await api(program, "PUT", "/cabinets/absent", absent);
    deepEqual([created.status, created.body.current], [412, null]);
    match(created.body.detail, /^If-Match: there is no such cabinet; to make it, leave the header out/);
    equal((await api(program, "GET", "/cabinets/hall")).body.name, "B");
  },
);

testOnEach("If-None-Match: * makes a cabinet, and replaces none", async (database, stack) => {
  const program = await running(database, stack);
  const body = { name: "Shed", board: "8a", mode: "open", cells: { count: 1 } };
  const put = (id: string, name: string, headers: Record<string, string> = { "if-none-match": "*" }) =>
    api(program, "PUT", `/cabinets/${id}`, { body: { ...body, name }, headers });
  const there = await put("hall", "Shed");
  deepEqual([there.status, there.body.code, there.body.current?.name], [412, "changed", "hall"]);
  match(
    there.body.detail,
    new RegExp(`^If-None-Match: there is such a cabinet.* its ETag ${await tagOf(program)} as If-Match`),
  );
  const names = Array.from({ length: EDITORS }, (_, index) => `Shed ${index}`);
  const answers = await Promise.all(names.map((name) => put("shed", name)));
  deepEqual(answers.map(({ status }) => status).sort(), [201, ...names.slice(1).map(() => 412)]);
  const [made] = answers.filter(({ status }) => status === 201);
  equal((await api(program, "GET", "/cabinets/shed")).body.name, made?.body.name);

  const tag = await tagOf(program);
  for (const none of [tag, `W/${tag}`, `"x", ${tag}`]) {
    equal((await put("hall", "Hall", { "if-none-match": none })).status, 412, none);
  }
  equal((await put("hall", "Hall", { "if-none-match": '"x"', "if-match": tag })).status, 200);
  const both = await put("hall", "Hall", { "if-none-match": '"x"', "if-match": tag });
  match(both.body.detail, /^If-Match: /, "the header that does not hold");
  equal((await put("hall", "Hall", { "if-none-match": "x" })).status, 400);
  equal(
    (await api(program, "PATCH", "/cabinets/hall", { body: {}, headers: { "if-none-match": "*" } })).status,
    412,
  );
});

testOnEach("a cabinet is removed as it was seen, or not at all", async (database, stack) => {
  const program = await running(database, stack);
  const remove = (ifMatch: string) =>
    api(program, "DELETE", "/cabinets/hall", { headers: { "if-match": ifMatch } });
  const seen = await tagOf(program);
  equal((await patch(program, { name: "Hall" })).status, 200);
  const late = await remove(seen);
  deepEqual([late.status, late.body.code, late.body.current?.name], [412, "changed", "Hall"]);
  const tag = await tagOf(program);
  match(late.body.detail, new RegExp(`^If-Match: the cabinet's ETag is ${tag}`));
  deepEqual([(await remove(`W/${tag}`)).status, (await remove("none")).status], [412, 400]);
  const acts = (await api(program, "GET", "/acts?cabinet=hall")).body.items;
  equal(acts.some(({ act }: Message) => act === "delete"), false, "nothing was done");
  deepEqual([(await remove(tag)).status, (await remove(tag)).status], [204, 404]);
});

testOnEach("a cabinet's tag cannot be made of what the cabinet may be", async (database, stack) => {
  const program = await running(database, stack);
  await using db = await openDatabase(database.place);
  const row = await cabinetById(db.tables, "hall");
  notEqual(await tagOf(program), `"${row && versionOf(cabinetOf(row))}"`);
});

testOnEach("what describes a cabinet may say why", async (database, stack) => {
  const program = await running(database, stack);
  const why = (words: string) => `?reason=${encodeURIComponent(words)}`;
  const body = { name: "Hall 2" };
  equal((await api(program, "PATCH", `/cabinets/hall${why("a new sign")}`, { body })).status, 200);
  const whole = { name: "Shed", board: "8a", mode: "open", cells: { count: 1 } };
  equal((await api(program, "PUT", `/cabinets/shed${why("found it")}`, { body: whole })).status, 201);
  equal((await api(program, "DELETE", `/cabinets/shed${why("lost it")}`)).status, 204);
  const acts = (await api(program, "GET", "/acts")).body.items;
  const noted = acts.map(({ act, cabinet, reason }: Message) => `${act} ${cabinet}: ${reason}`);
  deepEqual(noted.filter((act: string) => act.includes("shed") || act.startsWith("patch")).toSorted(), [
    "delete shed: lost it",
    "patch hall: a new sign",
    "put shed: found it",
  ]);
  equal((await api(program, "PATCH", `/cabinets/hall${why(" ")}`, { body })).status, 422);
});

testOnEach("what several callers patch in one moment is all there", async (database, stack) => {
  const program = await running(database, stack);
  const names = Array.from({ length: EDITORS }, (_, index) => `S${index}`);
  const changes: Record<string, unknown>[] = [
    { name: "Hall" },
    { tags: ["gym"] },
    { contact: { text: "desk" } },
    { location: { address: "Street 1" } },
    { leftOpenSeconds: 77 },
    { offlineSeconds: null },
    { rules: { rentalMinutes: 60 } },
    { rules: { sizes: names } },
  ];
  // `*` is any cabinet that is there.
  const answers = await Promise.all(
    changes.map((change, index) => patch(program, change, index % 2 === 0 ? "*" : undefined)),
  );
  deepEqual(answers.map(({ status }) => status), changes.map(() => 200));
  const { body } = await api(program, "GET", "/cabinets/hall");
  deepEqual([body.name, body.tags, body.contact, body.location], [
    "Hall",
    ["gym"],
    { text: "desk" },
    { address: "Street 1" },
  ]);
  deepEqual([body.leftOpenSeconds, body.offlineSeconds], [77, null]);
  deepEqual([body.rules.rentalMinutes, body.rules.sizes], [60, names]);
  const acts = (await api(program, "GET", "/acts?cabinet=hall")).body.items;
  const noted = acts.filter(({ act }: Message) => act === "patch").map(({ subject }: Message) => subject);
  deepEqual(noted.sort(), changes.flatMap((change) => Object.keys(change)).sort());
});

testOnEach(
  "of callers that saw the same, one changes it and the others are told",
  async (database, stack) => {
    const program = await running(database, stack);
    const tag = await tagOf(program);
    const names = Array.from({ length: EDITORS }, (_, index) => `Name ${index}`);
    const answers = await Promise.all(names.map((name) => patch(program, { name }, tag)));
    deepEqual(answers.map(({ status }) => status).sort(), [200, ...names.slice(1).map(() => 412)]);
    const [won] = answers.filter(({ status }) => status === 200);
    equal((await api(program, "GET", "/cabinets/hall")).body.name, won?.body.name);
  },
);

testOnEach("a cell that breaks down is another state than the one that was seen", async (database, stack) => {
  const program = await running(database, stack);
  const tag = await tagOf(program);
  await api(program, "POST", "/cabinets/hall/cells/3/disable", { body: {} });
  equal((await patch(program, { name: "Hall" }, tag)).status, 412);
  equal((await patch(program, { name: "Hall" })).status, 200);
  equal((await api(program, "GET", "/cabinets/hall")).body.cells[2].state, "disabled");
});

testOnEach(
  "a patch that is none, or makes no cabinet, is refused with what is wanted",
  async (database, stack) => {
    const program = await running(database, stack);
    const refused = async (body: unknown, status: number, detail: RegExp, headers = {}) => {
      const answer = await api(program, "PATCH", "/cabinets/hall", { body, headers });
      equal(answer.status, status, JSON.stringify(answer.body));
      match(answer.body.detail, detail);
    };
    await refused([], 422, /^body: an object/);
    await refused({ mode: "all" }, 422, /^mode: say who may open what: open .*storage .*assigned/);
    await refused({ name: null }, 422, /^name: /);
    await refused({ colour: "red" }, 422, /colour/);
    await refused({ colour: null }, 422, /^body: .*colour/);
    await refused({ rules: { colour: null } }, 422, /^rules: .*colour/);
    await refused({ toString: null }, 422, /^body: .*toString/);
    await refused('{"__proto__": {"name": "Hall"}}', 422, /^body: .*__proto__/);
    await refused({ id: "zzz" }, 422, /^id: this cabinet is hall, and stays so/);
    await refused({ id: null, name: "Hall" }, 422, /^id: /);
    for (const nothing of [undefined, "", " \n"]) await refused(nothing, 400, /^The body is empty/);
    const answer = (await api(program, "GET", "/cabinets/hall")).body;
    equal(
      (await api(program, "PATCH", "/cabinets/hall", { body: answer })).status,
      200,
      "as it was answered",
    );
    equal((await api(program, "PATCH", "/cabinets/hall", { body: {} })).status, 200, "nothing changes");
    await refused("{", 400, /not valid JSON/);
    const media = { "content-type": "application/json-patch+json" };
    await refused([], 415, /^Send the body as application\/merge-patch\+json or application\/json/, media);
    // As curl sends what nothing is said of.
    const unsaid = { "content-type": "application/x-www-form-urlencoded" };
    await refused("{", 400, /not valid JSON/, unsaid);
    const changed = await api(program, "PATCH", "/cabinets/hall", {
      body: { name: "Of curl" },
      headers: unsaid,
    });
    deepEqual([changed.status, changed.body.name], [200, "Of curl"]);
    equal((await api(program, "PATCH", "/cabinets/none", { body: {} })).status, 404);
    const put = await api(program, "PUT", "/cabinets/new", { body: { name: "New", board: "8a" } });
    equal(put.status, 422);
    match(put.body.detail, /^mode: say who may open what: open .*storage .*assigned/);
  },
);

testOnEach("what has no effect is told, with its field", async (database, stack) => {
  const program = await running(database, stack);
  const fields = async (body: unknown) => {
    const { warnings } = (await patch(program, body)).body;
    return warnings.map((warning: string) => warning.split(":")[0]);
  };
  deepEqual(await fields({ mode: "assigned" }), []);
  const person = await personAt(program);
  const grant = () => api(program, "POST", "/cabinets/hall/permits", { body: { person, cells: "all" } });
  deepEqual((await grant()).body.warnings, []);
  deepEqual(await fields({ mode: "open", rules: { rentalMinutes: 5 } }), ["rules.rentalMinutes", "permits"]);
  match((await grant()).body.warnings.join(), /^permits: they have no effect in mode open/);
  deepEqual(await fields({ mode: "assigned", rules: null }), []);
});

/** Somebody who was at the cabinet. @returns the id */
async function personAt(program: Program): Promise<string> {
  const page = await Page.open(program, "hall", await guestCookie(program, "hall"));
  const { you } = await page.until(({ type }) => type === "welcome");
  await page[Symbol.asyncDispose]();
  return you.id;
}
