/**
 * Acts on many cabinets and cells on the running program: what comes of each, who may, and what is left when the program dies
 * in the middle.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { openDatabase } from "../../src/db/mod.ts";
import { BULK } from "../../src/lib/limits.ts";
import { cursorText } from "../../src/operator/lists.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import type { Message } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { does, idOf, operated } from "../../testing/operator_rig.ts";
import { type TestDatabase, testOnEach, testOnPostgres } from "../../testing/servers/databases.ts";
import { OTHER, seeded } from "../../testing/rigs/two_organizations.ts";
import { bearer, member, newToken } from "../../testing/staff_client.ts";

/** Cells of the cabinet `big`: a job that concerns all of them takes some seconds. */
const CELLS = 800;
/** Rows of one statement: each has some 30 values, and SQLite takes 32,766. */
const ROWS = 500;
/** A dead isolate's job waits until its lease is over. */
const TAKEN_UP_MS = 4 * BULK.leaseMs;

async function running({ place, env }: TestDatabase, stack: AsyncDisposableStack): Promise<Program> {
  const program = stack.use(await Program.start(place.folder, env));
  for (const id of ["a", "b", "c"]) {
    await putCabinet(program, id, {
      mode: "storage",
      cells: { count: 3 },
      tags: [id === "c" ? "pool" : "gym"],
    });
  }
  return program;
}

/** The program with the cabinet `big`. */
async function withBig(database: TestDatabase, stack: AsyncDisposableStack): Promise<Program> {
  const program = stack.use(await Program.start(database.place.folder, database.env));
  await putCabinet(program, "big", { cells: { count: CELLS, perBoard: 50 } });
  return program;
}

async function start(
  program: Program,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Message> {
  const answer = await api(program, "POST", "/jobs", { body, headers });
  equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body;
}

/** The job once it is so. */
async function jobWhen(
  program: Program,
  id: string,
  isSo: (job: Message) => boolean,
  deadlineMs = 30_000,
): Promise<Message> {
  let job: Message = {};
  await until(async () => isSo(job = (await api(program, "GET", `/jobs/${id}`)).body), {
    deadlineMs,
    saw: () => [job],
  });
  return job;
}

const isOver = ({ state }: Message) => state !== "running";

/** Does a job and waits for its end. @returns how it ended, and what came of each part */
async function done(program: Program, body: unknown): Promise<{ job: Message; results: string[] }> {
  const { id } = await start(program, body);
  const job = await jobWhen(program, id, isOver);
  const parts = await partsOf(program, id);
  const results = parts.map(({ cabinet, cell, result }) => `${cabinet} ${cell ?? "-"} ${result}`);
  return { job, results };
}

async function partsOf(program: Program, id: string): Promise<Message[]> {
  const parts: Message[] = [];
  for (let after = ""; after !== "&after=null";) {
    const { items, next } = (await api(program, "GET", `/jobs/${id}/parts?limit=200${after}`)).body;
    parts.push(...items);
    after = `&after=${next}`;
  }
  return parts;
}

/** The audit log's entries that are parts of the job. */
async function actsOf(program: Program, id: string): Promise<Message[]> {
  const acts: Message[] = [];
  for (let before = ""; before !== "&before=null";) {
    const { items, next } = (await api(program, "GET", `/acts?limit=200${before}`)).body;
    acts.push(...items.filter(({ job }: Message) => job === id));
    before = `&before=${next}`;
  }
  return acts;
}

/** That each of the job's cells was done once, in order. */
async function isDoneOnce(program: Program, job: Message): Promise<void> {
  deepEqual([job["state"], job["handled"], job["done"]], ["done", CELLS, CELLS]);
  const parts = await partsOf(program, job["id"]);
  deepEqual(parts.map(({ n, cell }) => [n, cell]), Array.from({ length: CELLS }, (_, n) => [n, n + 1]));
  const acts = await actsOf(program, job["id"]);
  equal(acts.length, CELLS);
  deepEqual(new Set(parts.map(({ entry }) => entry)), new Set(acts.map(({ id }) => id)));
  const { cells } = (await api(program, "GET", "/cabinets/big")).body;
  ok(cells.every(({ state }: Message) => state === "disabled"));
}

testOnEach("a job does to all that match what can be done to one, and tells what came of each", async (
  database,
  stack,
) => {
  const program = await running(database, stack);
  const gym = { match: { tag: "gym" } };
  const cells = ["a 1", "a 2", "a 3", "b 1", "b 2", "b 3"];
  const disabled = await done(program, { act: "disable", ...gym, reason: "flood" });
  deepEqual(disabled.results, cells.map((cell) => `${cell} done`));
  deepEqual([disabled.job["total"], disabled.job["done"], disabled.job["state"]], [6, 6, "done"]);
  deepEqual((await api(program, "GET", "/cabinets/c")).body.cells[0].state, "free");
  const named = { cells: [{ cabinet: "b", cell: 2 }, { cabinet: "c", cell: 1 }, { cabinet: "b", cell: 2 }] };
  const enabled = await done(program, { act: "enable", ...named });
  deepEqual(enabled.results, ["b 2 done", "c 1 unchanged"]);

  const tagged = await done(program, { act: "tag", tags: ["flat", "gym"], match: { all: true } });
  deepEqual(tagged.results, ["a - done", "b - done", "c - done"]);
  deepEqual((await api(program, "GET", "/cabinets/a")).body.tags, ["gym", "flat"]);
  const both = { match: { tag: ["gym", "pool"] } };
  deepEqual((await done(program, { act: "tag", tags: ["gym"], ...both })).results, ["c - unchanged"]);
  const untagged = await done(program, { act: "untag", tags: ["gym", "flat"], cabinets: ["c", "a"] });
  deepEqual(untagged.results, ["c - done", "a - done"]);
  deepEqual((await api(program, "GET", "/cabinets/c")).body.tags, ["pool"]);

  const rules = { rentalMinutes: 60, rentalsPerGuest: null };
  deepEqual((await done(program, { act: "rules", rules, cabinets: ["b"] })).results, ["b - done"]);
  const ruled = (await api(program, "GET", "/cabinets/b")).body;
  deepEqual([ruled.rules.rentalMinutes, ruled.rules.rentalsPerGuest, ruled.rules.graceSeconds], [
    60,
    null,
    60,
  ]);

  const acts = await actsOf(program, disabled.job["id"]);
  deepEqual(
    acts.map(({ act, cabinet, cell, reason }) => [act, `${cabinet} ${cell}`, reason]).reverse(),
    cells.map((cell) => ["disable", cell, "flood"]),
  );
  const started = (await api(program, "GET", "/acts")).body.items
    .filter(({ act }: Message) => act === "start-job").map(({ id }: Message) => id);
  ok(started.includes(disabled.job["id"]));
  equal((await api(program, "GET", "/jobs")).body.items.length, 6);
});

testOnEach("a job's match takes the filters of the list of cabinets", async (database, stack) => {
  const program = await running(database, stack);
  await putCabinet(program, "hall", { name: "West hall", tags: ["west"] });
  const tagged = async (match: unknown) =>
    (await done(program, { act: "tag", tags: ["west"], match })).results;
  const filters = [{ q: "WEST" }, { online: false }, { alarm: false }, { board: "8a" }];
  for (const filter of filters) {
    deepEqual(await tagged({ tag: "west", ...filter }), ["hall - unchanged"], JSON.stringify(filter));
  }
  const listed = await api(program, "GET", "/cabinets?online=false&board=8a");
  const all = listed.body.items.map(({ id }: Message) => id);
  equal(all.length, 4);
  const results = await tagged({ online: false, board: "8a" });
  deepEqual(results.map((result) => result.split(" ")[0]), all);
  const { body } = await api(program, "POST", "/jobs", {
    body: { act: "clean", match: { tag: "west", online: true } },
  });
  match(body.detail, /^match: no cabinet matches/);
});

testOnEach("a job leaves what people have, and says so", async (database, stack) => {
  const { program, person } = await operated(database, stack);
  await putCabinet(program, "empty", { cells: { count: 2 } });
  const ann = await person();
  await does(ann, { type: "store" });
  ok(idOf(ann));
  const { job, results } = await done(program, { act: "remove", cabinets: ["cab", "empty"] });
  deepEqual(results, ["cab - refused", "empty - done"]);
  deepEqual([job["state"], job["done"], job["refused"]], ["done", 1, 1]);
  const [refused] = await partsOf(program, job["id"]);
  match(refused?.["detail"], /^Cannot remove cabinet cab: a person has cell/);
  equal(refused?.["act"], null);
  equal((await api(program, "GET", "/cabinets/empty")).status, 404);
  deepEqual((await actsOf(program, job["id"])).map(({ act, cabinet }) => [act, cabinet]), [[
    "delete",
    "empty",
  ]]);
});

testOnEach("the same key is the same job", async (database, stack) => {
  const program = await running(database, stack);
  const headers = { "idempotency-key": "once" };
  const body = { act: "tag", tags: ["flat"], cabinets: ["a", "b"] };
  const answers = await Promise.all([start(program, body, headers), start(program, body, headers)]);
  const [first] = answers;
  deepEqual(answers.map(({ id }) => id), [first?.["id"], first?.["id"]]);
  await jobWhen(program, first?.["id"], isOver);
  await api(program, "DELETE", "/cabinets/b");
  equal((await start(program, body, headers))["id"], first?.["id"]);
  equal((await partsOf(program, first?.["id"])).length, 2);
  for (const other of [{ ...body, cabinets: ["a"] }, { ...body, tags: ["x"] }]) {
    const refused = await api(program, "POST", "/jobs", { body: other, headers });
    deepEqual([refused.status, refused.body.detail], [
      422,
      "This Idempotency-Key belongs to another request",
    ]);
  }
});

testOnEach("a scope bounds what a job concerns, and who sees it", async (database, stack) => {
  const program = await running(database, stack);
  const { token } = await newToken(program, { role: "manager", tags: ["gym"] });
  const local = bearer(token);
  const own = await start(program, { act: "tag", tags: ["new"], match: { all: true } }, local);
  equal(own["total"], 2);
  const lost = await start(program, { act: "untag", tags: ["gym"], match: { all: true } }, local);
  await jobWhen(program, lost["id"], isOver);
  const parts = (await api(program, "GET", `/jobs/${lost["id"]}/parts`, { headers: local })).body.items;
  deepEqual(parts.map(({ result }: Message) => result), ["refused", "refused"]);
  match(parts[0].detail, /^tags: you may describe only cabinets with gym/);
  const named = { body: { act: "disable", cabinets: ["a", "c"] }, headers: local };
  deepEqual((await api(program, "POST", "/jobs", named)).status, 404);
  const all = await start(program, { act: "tag", tags: ["all"], match: { all: true } });
  equal((await api(program, "GET", `/jobs/${all["id"]}`, { headers: local })).status, 404);
  const seen = (await api(program, "GET", "/jobs", { headers: local })).body.items;
  deepEqual(seen.map(({ id }: Message) => id).sort(), [own["id"], lost["id"]].sort());
});

testOnEach("the parts of a job are listed by how they came out, page by page", async (database, stack) => {
  const program = await running(database, stack);
  await done(program, { act: "disable", cells: [{ cabinet: "a", cell: 2 }] });
  const { job, results } = await done(program, { act: "disable", match: { tag: "gym" } });
  equal(results[1], "a 2 unchanged");
  const page = async (query: string) => await api(program, "GET", `/jobs/${job["id"]}/parts?${query}`);
  const numbers = ({ body }: { body: Message }) => body["items"].map(({ n }: Message) => n);
  const first = await page("result=done&limit=3");
  deepEqual(numbers(first), [0, 2, 3]);
  const { next } = first.body;
  const second = await page(`result=done&limit=3&after=${next}`);
  deepEqual([numbers(second), second.body.next], [[4, 5], null]);
  deepEqual(numbers(await page("result=unchanged")), [1]);
  deepEqual(numbers(await page("result=refused")), []);

  equal((await page(`after=${next}`)).status, 422, "a cursor of another filter");
  equal((await page("after=3")).status, 400);
  const far = cursorText({ list: "job-parts", filter: { job: job["id"], result: "done" } }, [1e15]);
  equal((await page(`result=done&after=${far}`)).status, 400, "beyond the longest job");
  match((await page("result=good")).body.detail, /^result: /);
});

testOnEach("what is wrong with a job is told", async (database, stack) => {
  const program = await running(database, stack);
  const refused = async (body: unknown, status: number, detail: RegExp) => {
    const answer = await api(program, "POST", "/jobs", { body });
    equal(answer.status, status, JSON.stringify(answer.body));
    match(answer.body.detail, detail);
  };
  await refused({}, 422, /^act: /);
  await refused(
    { act: "disable" },
    422,
    /^match: say to what it is done by one of cabinets, cells and match/,
  );
  await refused({ act: "disable", cabinets: ["a"], match: { all: true } }, 422, /^match: say to what/);
  await refused({ act: "disable", match: {} }, 422, /^match: name a filter/);
  await refused({ act: "disable", match: { tag: "none" } }, 422, /^match: no cabinet matches/);
  await refused({ act: "disable", cabinets: ["a", "none"] }, 404, /^There is no cabinet none/);
  await refused({ act: "disable", cells: [{ cabinet: "a", cell: 9 }] }, 404, /no cell 9 in cabinet a/);
  await refused(
    { act: "remove", cells: [{ cabinet: "a", cell: 1 }] },
    422,
    /^cells: remove is done to cabinets/,
  );
  await refused({ act: "tag", cabinets: ["a"] }, 422, /^tags: /);
  await refused({ act: "rules", cabinets: ["a"], rules: {} }, 422, /^rules: say what changes/);
  await refused({ act: "rules", cabinets: ["a"], rules: { graceSeconds: -1 } }, 422, /^rules.graceSeconds: /);
  await refused({ act: "rules", cabinets: ["a"], rules: { x: 1 } }, 422, /^rules: /);
  const many = Array.from({ length: BULK.namedMax + 1 }, (_, index) => `c${index}`);
  await refused({ act: "remove", cabinets: many }, 422, /^cabinets: /);
  equal((await api(program, "GET", "/jobs")).body.items.length, 0);
});

testOnEach(
  "the rest of a job is left undone when it is cancelled, or its beginner's rights are taken away",
  async (
    database,
    stack,
  ) => {
    const program = await withBig(database, stack);
    const disable = { act: "disable", cabinets: ["big"] };
    const begun = ({ handled }: Message) => handled > 5;
    const cancelled = await start(program, disable);
    await jobWhen(program, cancelled["id"], begun);
    equal(
      (await api(program, "POST", `/jobs/${cancelled["id"]}/cancel`, { body: {} })).body.state,
      "cancelled",
    );
    const left = (await api(program, "GET", `/jobs/${cancelled["id"]}`)).body;
    equal((await partsOf(program, left.id)).length, left.handled);
    ok(left.handled < CELLS);
    const again = await api(program, "POST", `/jobs/${left.id}/cancel`, { body: {} });
    deepEqual([again.status, again.body], [200, left]);

    const bert = await member(program, "bert@example.com", { role: "manager" });
    const { id: account } = (await bert.call("GET", "/account")).body;
    const token = await newToken(program, { role: "owner" });
    const ways: [() => Promise<{ body: Message }>, () => Promise<unknown>][] = [
      [
        () => bert.call("POST", "/jobs", { body: { ...disable, act: "enable" } }),
        () => api(program, "PUT", `/staff/${account}`, { body: { role: "attendant", tags: null } }),
      ],
      [
        () => api(program, "POST", "/jobs", { body: disable, headers: bearer(token.token) }),
        () => api(program, "DELETE", `/tokens/${token.id}`),
      ],
    ];
    for (const [begin, takeAway] of ways) {
      const { id } = (await begin()).body;
      await jobWhen(program, id, begun);
      await takeAway();
      const job = await jobWhen(program, id, isOver);
      equal(job["state"], "stopped");
      match(job["problem"], /^The rights of who started it/);
      ok(job["handled"] < CELLS, String(job["handled"]));
      equal((await partsOf(program, id)).length, job["handled"]);
      equal((await actsOf(program, id)).length, job["handled"]);
    }
  },
);

testOnEach("an organization has so many jobs at once", async (database, stack) => {
  const program = await withBig(database, stack);
  const body = { act: "disable", cabinets: ["big"] };
  const wanted = Array.from(
    { length: BULK.perOrganizationMax + 5 },
    () => api(program, "POST", "/jobs", { body }),
  );
  const answers = await Promise.all(wanted);
  equal(answers.filter(({ status }) => status === 201).length, BULK.perOrganizationMax);
  const [refused] = answers.filter(({ status }) => status !== 201);
  deepEqual([refused?.status, refused?.body.code], [409, "limit"]);
});

testOnEach("many jobs of one organization leave another's job its turn", async (database, stack) => {
  await seeded(database.place, () => Promise.resolve());
  const program = await withBig(database, stack);
  const other = { "kaigui-organization": OTHER };
  const small = { name: "Small", board: "8a", registration: { text: "REG-small" }, mode: "open" };
  const put = await api(program, "PUT", "/cabinets/small", {
    body: { ...small, cells: { count: 1 } },
    headers: other,
  });
  equal(put.status, 201, JSON.stringify(put.body));
  const many = Array.from({ length: BULK.perOrganizationMax });
  await Promise.all(many.map(() => start(program, { act: "disable", cabinets: ["big"] })));
  const { id } = await start(program, { act: "disable", cabinets: ["small"] }, other);
  const job = await until(async () => {
    const { body } = await api(program, "GET", `/jobs/${id}`, { headers: other });
    return isOver(body) && body;
  });
  equal(job.done, 1);
  const all: Message[] = (await api(program, "GET", "/jobs?limit=200")).body.items;
  const meanwhile = all.filter(({ finishedAt }) => finishedAt > job.createdAt && finishedAt < job.finishedAt);
  ok(meanwhile.length <= BULK.atOnceMax, `${meanwhile.length} others were done first`);
});

testOnEach("a job goes on after kill -9, each part once", async (database, stack) => {
  const program = await withBig(database, stack);
  const { id } = await start(program, { act: "disable", cabinets: ["big"] });
  await jobWhen(program, id, ({ handled }) => handled > 50);
  await program.end("SIGKILL");
  const next = stack.use(await Program.start(database.place.folder, database.env));
  const left = (await api(next, "GET", `/jobs/${id}`)).body;
  ok(left.state === "running" && left.handled >= 50 && left.handled < CELLS, JSON.stringify(left));
  await isDoneOnce(next, await jobWhen(next, id, isOver, TAKEN_UP_MS));
});

testOnPostgres(
  "of two programs one does a job, and when it is killed the other goes on",
  async (database, stack) => {
    const one = await withBig(database, stack);
    const two = stack.use(await Program.start(stack.use(await tempFolder()).path, database.env));
    const { id } = await start(one, { act: "disable", cabinets: ["big"] });
    await jobWhen(two, id, ({ handled }) => handled > 50);
    await one.end("SIGKILL");
    await isDoneOnce(two, await jobWhen(two, id, isOver, TAKEN_UP_MS));
  },
);

testOnEach("a program that is stopped gives its jobs back", async (database, stack) => {
  const program = await withBig(database, stack);
  const { id } = await start(program, { act: "disable", cabinets: ["big"] });
  await jobWhen(program, id, ({ handled }) => handled > 50);
  await program.end("SIGTERM");
  const [row] = await database.query(`select lease, leased_until, state from bulk_jobs`);
  deepEqual([row?.["lease"], Number(row?.["leased_until"]), row?.["state"]], [null, 0, "running"]);
  const next = stack.use(await Program.start(database.place.folder, database.env));
  await isDoneOnce(next, await jobWhen(next, id, isOver));
});

testOnEach("a job whose match finds too many cabinets is refused, however few cells they have", async (
  database,
  stack,
) => {
  const program = stack.use(await Program.start(database.place.folder, database.env));
  await putCabinet(program, "cab-0", { registration: null, cells: { count: 1 } });
  await using db = await openDatabase(database.place);
  const row = await db.tables.selectFrom("cabinets").selectAll().executeTakeFirstOrThrow();
  const ids = Array.from({ length: BULK.targetsMax }, (_, n) => `cab-${n + 1}`);
  for (let from = 0; from < ids.length; from += ROWS) {
    const rows = ids.slice(from, from + ROWS).map((id) => ({ ...row, id }));
    await db.tables.insertInto("cabinets").values(rows).execute();
  }
  for (const act of ["disable", "remove"]) {
    const { status, body } = await api(program, "POST", "/jobs", { body: { act, match: { all: true } } });
    deepEqual([status, body.code], [422, "limit"], `${act} ${JSON.stringify(body)}`);
  }
});
