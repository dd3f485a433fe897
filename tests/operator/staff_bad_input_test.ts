/**
 * What staff and strangers can send that is wrong, and changes that meet each other: each gets a clear answer, and nothing is
 * left half done.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { api, putCabinet } from "../../testing/api.ts";
import type { Message } from "../../testing/page.ts";
import { Program, TOKEN } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { isProblem } from "../../testing/operator_rig.ts";
import { type DatabaseTest, testOnEach } from "../../testing/servers/databases.ts";
import {
  bearer,
  firstOwner,
  linkOf,
  member,
  newToken,
  PASSWORD,
  secretOf,
  StaffBrowser,
} from "../../testing/staff_client.ts";

const OWNER = "owner@example.com";
const BODY = { name: "cab", board: "8a", registration: { text: "REG" }, mode: "open", cells: { count: 24 } };

/** The program on that database, and its owner. */
async function rigOn(
  { place, env }: Parameters<DatabaseTest>[0],
  stack: AsyncDisposableStack,
): Promise<{ program: Program; owner: StaffBrowser }> {
  const program = stack.use(await Program.start(place.folder, env));
  return { program, owner: await firstOwner(program, OWNER) };
}

/** The account of a browser. */
async function idOf(browser: StaffBrowser): Promise<string> {
  return (await browser.call("GET", "/account")).body.id;
}

testOnEach("a password of a megabyte is refused wherever one is given, and the link still works", async (
  database,
  stack,
) => {
  const { program, owner } = await rigOn(database, stack);
  const secret = secretOf(await linkOf(program, { role: "viewer" }));
  const stranger = new StaffBrowser(program);
  for (const [size, status] of [[1024 * 1024, 413], [200 * 1024, 422], [999, 422]] as const) {
    const password = "a".repeat(size);
    equal((await stranger.logIn(OWNER, { password })).status, status, `log in with ${size}`);
    const joined = await stranger.join(`#${secret}`, "viewer@example.com", { password });
    equal(joined.status, status, `join with ${size}`);
    const changed = await owner.call("POST", "/account/password", {
      body: { current: PASSWORD, next: password },
    });
    equal(changed.status, status, `change to ${size}`);
  }
  equal((await stranger.join(`#${secret}`, "viewer@example.com")).status, 201);
});

testOnEach("a scope names 1 to 100 tags, and a cabinet has no more either", async (database, stack) => {
  const { program, owner } = await rigOn(database, stack);
  const many = Array.from({ length: 10_000 }, (_, n) => `tag ${n}`);
  const wrong: [string, string, Message][] = [
    ["PUT", "/cabinets/cab", { ...BODY, tags: many }],
    ["POST", "/invitations", { role: "viewer", tags: many }],
    ["POST", "/tokens", { name: "t", role: "viewer", tags: many }],
    ["PUT", `/staff/${await idOf(owner)}`, { role: "owner", tags: many }],
    ["POST", "/invitations", { role: "viewer", tags: [] }],
    ["POST", "/tokens", { name: "t", role: "viewer", tags: [] }],
    ["POST", "/tokens", { name: "t", role: "viewer", tags: ["  "] }],
    ["POST", "/tokens", { name: "t", role: "viewer", tags: ["\u200b"] }],
  ];
  for (const [method, path, body] of wrong) {
    const answer = await owner.call(method, path, { body });
    isProblem(answer, 422, /tags/);
    equal(answer.body.detail.length < 10_000, true, "not each of them is told");
  }
  deepEqual((await owner.call("GET", "/invitations")).body.items, []);
  deepEqual((await owner.call("GET", "/tokens")).body.items, []);
  deepEqual((await owner.call("GET", "/cabinets")).body.items, []);
  equal((await owner.call("GET", "/account")).body.memberships[0].tags, null);
  // A scope that names a tag of no cabinet is right, and sees nothing.
  await putCabinet(program, "cab", { tags: ["gym"] });
  const { token } = await newToken(program, { role: "viewer", tags: ["hangzhou"] });
  deepEqual((await api(program, "GET", "/cabinets", { headers: bearer(token) })).body.items, []);
});

testOnEach(
  "an organization keeps an owner, also when two owners remove each other at the same moment",
  async (
    database,
    stack,
  ) => {
    const { program, owner } = await rigOn(database, stack);
    const id = await idOf(owner);
    for (
      const [method, body] of [["DELETE", undefined], ["PUT", { role: "viewer", tags: null }], ["PUT", {
        role: "owner",
        tags: ["gym"],
      }]] as const
    ) {
      const answer = await owner.call(method, `/staff/${id}`, { body });
      deepEqual([answer.status, answer.body.code], [409, "last-owner"]);
    }
    const second = await member(program, "second@example.com", { role: "owner" });
    const other = await idOf(second);
    const answers = await Promise.all([
      owner.call("DELETE", `/staff/${other}`),
      second.call("DELETE", `/staff/${id}`),
    ]);
    deepEqual(answers.map(({ status }) => status).toSorted(), [204, 403]);
    const left = answers[0].status === 204 ? owner : second;
    const { items } = (await left.call("GET", "/staff")).body;
    deepEqual(items.map(({ id }: Message) => id), [await idOf(left)]);
    const gone = left === owner ? second : owner;
    const refused = await gone.call("GET", "/staff");
    deepEqual([refused.status, refused.body.code], [403, "no-organization"]);
  },
);

/** A PUT of a cabinet whose body is sent in two halves. */
class SlowPut implements Disposable {
  readonly #conn: Deno.TcpConn;
  readonly #body = JSON.stringify(BODY);

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Sends the head and half of the body. */
  static async begin(program: Program, headers: Record<string, string>): Promise<SlowPut> {
    const put = new SlowPut(await Deno.connect({ hostname: "127.0.0.1", port: program.httpPort }));
    const all = {
      host: `127.0.0.1:${program.httpPort}`,
      "content-length": `${put.#body.length}`,
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    await put.#write(`PUT /api/v1/cabinets/slow HTTP/1.1\r\n${lines}\r\n${put.#body.slice(0, 20)}`);
    return put;
  }

  /** Sends the rest. @returns the status */
  async end(): Promise<number> {
    await this.#write(this.#body.slice(20));
    const buffer = new Uint8Array(256);
    const length = await this.#conn.read(buffer);
    return Number(new TextDecoder().decode(buffer.subarray(0, length ?? 0)).split(" ")[1]);
  }

  [Symbol.dispose](): void {
    this.#conn[Symbol.dispose]();
  }

  async #write(text: string): Promise<void> {
    await this.#conn.write(new TextEncoder().encode(text));
  }
}

testOnEach("what was taken away in the middle of a request is not done", async (database, stack) => {
  const { program, owner } = await rigOn(database, stack);
  const cases = {
    role: async (id: string) =>
      await owner.call("PUT", `/staff/${id}`, { body: { role: "viewer", tags: null } }),
    scope: async (id: string) =>
      await owner.call("PUT", `/staff/${id}`, { body: { role: "installer", tags: ["gym"] } }),
    member: async (id: string) => await owner.call("DELETE", `/staff/${id}`),
  };
  for (const [what, takeAway] of Object.entries(cases)) {
    const browser = await member(program, `${what}@example.com`, { role: "installer" });
    const id = await idOf(browser);
    using put = await SlowPut.begin(program, { cookie: browser.cookie ?? "", origin: program.url });
    await isUnderWay(program);
    equal((await takeAway(id)).status < 300, true);
    equal(await put.end(), 403, what);
  }
  const { id, token } = await newToken(program, { role: "installer" });
  using put = await SlowPut.begin(program, bearer(token));
  await isUnderWay(program);
  equal((await owner.call("DELETE", `/tokens/${id}`)).status, 204);
  equal(await put.end(), 403, "token");
  equal((await api(program, "GET", "/cabinets/slow")).status, 404);
  const acts = (await api(program, "GET", "/acts?limit=200")).body.items;
  deepEqual(acts.filter(({ act }: Message) => act === "put"), []);
});

/** Waits until requests that were sent before are under way: later ones have been answered a few times. */
async function isUnderWay(program: Program): Promise<void> {
  let answered = 0;
  await until(async () => {
    await api(program, "GET", "/organization");
    return ++answered === 10;
  });
}

testOnEach("logins that look alike are one, or none", async (database, stack) => {
  const { program } = await rigOn(database, stack);
  const stranger = new StaffBrowser(program);
  for (const login of ["ＯＷＮＥＲ＠ｅｘａｍｐｌｅ．ｃｏｍ", " Owner@Example.com "]) {
    equal((await stranger.logIn(login)).status, 201, login);
  }
  const refused = {
    "\u043ewner@example.com": /U\+043E/,
    "owne\u0301r@example.com": /not ASCII/,
    "owner\u200b@example.com": /U\+200B/,
    "owner@ex\u0430mple.com": /U\+0430/,
    "\u202eowner@example.com": /U\+202E/,
  };
  const secret = secretOf(await linkOf(program, { role: "viewer" }));
  for (const [login, detail] of Object.entries(refused)) {
    isProblem(await stranger.logIn(login), 422, detail);
    isProblem(await new StaffBrowser(program).join(`#${secret}`, login), 422, detail);
  }
  const taken = await new StaffBrowser(program).join(`#${secret}`, "ＯＷＮＥＲ＠example.com");
  deepEqual([taken.status, taken.body.code], [409, "taken"]);
  equal((await new StaffBrowser(program).join(`#${secret}`, "viewer@example.com")).status, 201);
});

testOnEach("NUL, control characters and halves of characters are refused in every text", async (
  database,
  stack,
) => {
  const { program, owner } = await rigOn(database, stack);
  const id = await idOf(owner);
  for (const text of ["a\0b", "a\ud800b", "\udc00", "a\u0007b"]) {
    const wrong: [string, string, Message][] = [
      ["POST", "/session", { login: text, password: PASSWORD }],
      ["POST", "/session", { login: OWNER, password: `long enough ${text}` }],
      ["POST", "/session", { login: OWNER, password: PASSWORD, code: text }],
      ["POST", "/invitations/look", { secret: text }],
      ["POST", "/invitations/accept", { secret: text, password: PASSWORD }],
      ["POST", "/invitations/accept", { secret: text }],
      ["PATCH", "/account", { name: text }],
      ["POST", "/account/password", { current: PASSWORD, next: `long enough ${text}` }],
      ["POST", "/account/password", { current: `long enough ${text}`, next: PASSWORD }],
      ["POST", "/account/second-factor", { password: `long enough ${text}` }],
      ["POST", "/account/second-factor/confirm", { code: text }],
      ["PUT", `/staff/${id}`, { role: "owner", tags: null, reason: text }],
      ["PUT", `/staff/${id}`, { role: text, tags: null }],
      ["POST", `/staff/${id}/reset`, { reason: text }],
      ["POST", `/staff/${id}/log-out`, { reason: text }],
      ["POST", "/invitations", { role: "viewer", note: text }],
      ["POST", "/invitations", { role: "viewer", reason: text }],
      ["POST", "/invitations", { role: "viewer", tags: [text] }],
      ["POST", "/tokens", { role: "viewer", name: text }],
      ["POST", "/tokens", { role: "viewer", name: "t", until: text }],
      ["POST", "/tokens", { role: "viewer", name: "t", tags: [text] }],
      ["PATCH", "/organization", { name: text }],
      ["PATCH", "/organization", { timeZone: text }],
      ["PATCH", "/organization", { contact: { telephone: text } }],
      ["PATCH", "/organization", { contact: { text } }],
      ["PUT", "/cabinets/cab", { ...BODY, tags: [text] }],
      ["PUT", "/cabinets/cab", { ...BODY, location: { address: text } }],
    ];
    for (const [method, path, body] of wrong) {
      const { status, body: { detail } } = await owner.call(method, path, { body });
      const isIn = path === "/session" && "code" in body && status === 201;
      equal(
        isIn || [400, 404, 422].includes(status),
        true,
        `${method} ${path} ${JSON.stringify(body)}: ${status} ${detail}`,
      );
    }
    for (const body of [{ id: text, name: "other" }, { id: "other", name: text }]) {
      const { status } = await api(program, "POST", "/organizations", { body });
      equal([400, 422].includes(status), true, `POST /organizations ${JSON.stringify(body)}: ${status}`);
    }
  }
  for (const body of [{ id: "a\0b", name: "other" }, { id: "other", name: "a\0b" }]) {
    equal((await api(program, "POST", "/organizations", { body })).status, 422);
  }
  deepEqual((await owner.call("GET", "/tokens")).body.items, []);
  deepEqual((await owner.call("GET", "/invitations")).body.items, []);
  equal((await owner.call("GET", "/account")).status, 200, "nothing was ended");
});

testOnEach("a call that names two organizations is refused", async (database, stack) => {
  const { program, owner } = await rigOn(database, stack);
  const path = "/invitations?organization=main&organization=other";
  const body = { login: "two@example.com", role: "viewer", tags: null };
  for (
    const answer of [await owner.call("POST", path, { body }), await api(program, "POST", path, { body })]
  ) {
    deepEqual([answer.status, answer.body.detail], [
      422,
      "organization: it is there 2 times, and may be there once",
    ]);
  }
});

testOnEach("NUL in addresses names nothing", async (database, stack) => {
  const { program, owner } = await rigOn(database, stack);
  for (const path of ["/organization?organization=%00", "/sessions/%00", "/staff/%00", "/tokens/a%00"]) {
    const method = path.startsWith("/organization") ? "GET" : "DELETE";
    equal((await owner.call(method, path)).status, 404, path);
    // The service's own token has no sessions.
    equal((await api(program, method, path)).status, path.startsWith("/sessions") ? 401 : 404, path);
  }
});

testOnEach("a token ends in the future, or never", async (database, stack) => {
  const { program, owner } = await rigOn(database, stack);
  const wanted = { name: "t", role: "viewer" };
  for (const until of ["2020-01-01T00:00:00Z", new Date(Date.now() - 1_000).toISOString()]) {
    isProblem(
      await owner.call("POST", "/tokens", { body: { ...wanted, until } }),
      422,
      /until: a time to come/,
    );
  }
  deepEqual((await owner.call("GET", "/tokens")).body.items, []);
  const soon = new Date(Date.now() + 3_000).toISOString();
  const { token } = await newToken(program, { ...wanted, until: soon });
  const status = async () => (await api(program, "GET", "/cabinets", { headers: bearer(token) })).status;
  equal(await status(), 200);
  await until(async () => await status() === 401);
  equal(Date.now() >= Date.parse(soon), true);
});

testOnEach("guesses of the first owner's link, and an empty or huge one, are answered alike", async (
  database,
  stack,
) => {
  const { program } = await rigOn(database, stack);
  const look = (secret: unknown) =>
    new StaffBrowser(program).call("POST", "/invitations/look", { body: { secret } });
  for (const secret of ["a", "a".repeat(43), "a".repeat(1_000), TOKEN]) {
    const { status, body } = await look(secret);
    deepEqual([status, body.code], [404, "unknown-link"]);
    match(body.detail, /was used, was taken back, or is too old/);
  }
  for (const secret of ["", "a".repeat(1_001), 7, null]) equal((await look(secret)).status, 422);
});
