/**
 * What a role may only under conditions, on the running program: the rules that the matrix of permissions does not say.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import type { Role } from "../../src/cabinet/roles.ts";
import { openDatabase } from "../../src/db/mod.ts";
import { Program } from "../../testing/program.ts";
import { rawLineTo } from "../../testing/raw_line.ts";
import {
  byCookie,
  byRoot,
  byToken,
  call,
  FREE,
  HELD,
  OTHER,
  type Place,
  type Seat,
  seeded,
} from "../../testing/rigs/two_organizations.ts";
import { type TestDatabase, testOnEach } from "../../testing/servers/databases.ts";

const MAIN = "main";
/** RFC 6455, section 7.4.1. */
const POLICY = 1008;

/** A cabinet, and a member of staff by role and scope. */
interface Scene {
  readonly place: Place;
  readonly seats: Readonly<Record<Role | "local", Seat>>;
}

/** The running program, and who calls it. */
interface Running extends Scene {
  readonly program: Program;
  ask(who: Seat | "root", method: string, path: string, body?: unknown): ReturnType<typeof call>;
}

async function running({ place, env }: TestDatabase, stack: AsyncDisposableStack): Promise<Running> {
  const scene = await seeded(place, async (seeds): Promise<Scene> => {
    const of = { organization: MAIN, tags: undefined, word: "Staff" };
    const seats = {
      owner: await seeds.seat({ ...of, role: "owner" }),
      manager: await seeds.seat({ ...of, role: "manager" }),
      attendant: await seeds.seat({ ...of, role: "attendant" }),
      installer: await seeds.seat({ ...of, role: "installer" }),
      viewer: await seeds.seat({ ...of, role: "viewer" }),
      local: await seeds.seat({ ...of, role: "manager", tags: ["hall"] }),
    };
    return {
      seats,
      place: await seeds.place({ organization: MAIN, cabinet: "cab", tag: "hall", word: "Cab" }),
    };
  });
  const program = stack.use(await Program.start(place.folder, env));
  return {
    ...scene,
    program,
    ask: (who, method, path, body) =>
      call(program, { method, path, body, headers: who === "root" ? byRoot() : byToken(who) }),
  };
}

/** Ends all rentals of the cabinet. */
async function clear({ ask }: Running): Promise<void> {
  const { confirm } = JSON.parse((await ask("root", "POST", "/cabinets/cab/clear", {})).text);
  equal((await ask("root", "POST", "/cabinets/cab/clear", { confirm })).status, 200);
}

/** The description of the cabinet as it is, and what is changed of it. */
function described({ cells = 3, ...changes }: Record<string, unknown> = {}): Record<string, unknown> {
  const same = { name: "Cabinet Cab", board: "8a", mode: "storage", tags: ["hall"] };
  if (typeof cells !== "number") return { ...same, cells, ...changes };
  const locks = Array.from({ length: cells }, (_, index) => index + 1);
  return { ...same, cells: locks.map((cell) => ({ cell, board: 1, channel: cell, size: "M" })), ...changes };
}

testOnEach("an installer opens a free cell and none that a person has", async (database, stack) => {
  const { ask, seats: { installer, attendant, viewer } } = await running(database, stack);
  const open = (who: Seat, cell: number) =>
    ask(who, "POST", `/cabinets/cab/cells/${cell}/open`, { reason: "test" });
  const free = await open(installer, FREE);
  // Not refused for the want of a right: nothing is connected.
  deepEqual([free.status, JSON.parse(free.text).reason], [200, "offline"]);
  const held = await open(attendant, HELD);
  deepEqual([held.status, JSON.parse(held.text).reason], [200, "offline"]);
  const refused = await open(installer, HELD);
  equal(refused.status, 403);
  match(refused.text, /A person has cell 1: the role installer may not open it/);
  equal((await open(viewer, FREE)).status, 403);
});

testOnEach(
  "an installer has the raw line while nobody has a cell, and loses it then",
  async (database, stack) => {
    const service = await running(database, stack);
    const { program, place, seats: { installer, manager, viewer } } = service;
    equal(await rawLineTo(program, "cab", { headers: byToken(installer) }).isGranted, false);
    equal(await rawLineTo(program, "cab", { headers: byToken(viewer) }).isGranted, false);
    const managers = rawLineTo(program, "cab", { headers: byToken(manager) });
    equal(await managers.isGranted, true);
    await clear(service);
    const line = rawLineTo(program, "cab", { headers: byCookie(installer, program) });
    equal(await line.isGranted, true);
    equal(
      await rawLineTo(program, "cab", {
        headers: { ...byCookie(installer, program), origin: "http://elsewhere.example" },
      }).isGranted,
      false,
    );

    await using db = await openDatabase(database.place);
    await db.tables.updateTable("cells").set({ rental: place.rental }).where("cabinet", "=", "cab")
      .where("cell", "=", FREE).execute();
    equal(await line.closed, POLICY);
    managers.close();
    await managers.closed;
  },
);

testOnEach("a cell that is out of use is a person's all the same", async (database, stack) => {
  const { ask, program, seats: { installer, attendant } } = await running(database, stack);
  equal((await ask(attendant, "POST", `/cabinets/cab/cells/${HELD}/disable`, {})).status, 200);
  equal((await ask(installer, "POST", `/cabinets/cab/cells/${HELD}/open`, { reason: "test" })).status, 403);
  equal(await rawLineTo(program, "cab", { headers: byToken(installer) }).isGranted, false);
});

testOnEach("cells are a person's by a permit, where they are assigned", async (database, stack) => {
  const service = await running(database, stack);
  const { ask, program, place: { permit }, seats: { installer, manager } } = service;
  await clear(service);
  equal((await ask(manager, "PUT", "/cabinets/cab", described({ mode: "assigned" }))).status, 200);
  const open = (cell: number) =>
    ask(installer, "POST", `/cabinets/cab/cells/${cell}/open`, { reason: "test" });
  equal((await open(FREE)).status, 403);
  equal(await rawLineTo(program, "cab", { headers: byToken(installer) }).isGranted, false);
  await using db = await openDatabase(database.place);
  await db.tables.updateTable("permits").set({ cells: `[${HELD}]` }).where("id", "=", permit).execute();
  deepEqual([(await open(FREE)).status, (await open(HELD)).status], [200, 403]);
  equal((await ask(manager, "DELETE", `/permits/${permit}`)).status, 204);
  equal((await open(HELD)).status, 200);
});

testOnEach("an installer gives no other cell the lock of one that a person has", async (database, stack) => {
  const { ask, seats: { installer, manager } } = await running(database, stack);
  const put = (who: Seat, changes: Record<string, unknown>) =>
    ask(who, "PUT", "/cabinets/cab", described(changes));
  const lock = (cell: number, channel: number) => ({ cell, board: 1, channel, size: "M" });
  const swapped = [lock(1, 2), lock(2, 1), lock(3, 3)];
  const rewirings = {
    swapped: { cells: swapped },
    "one more": { cells: 4 },
    "another family": { board: "wkly" },
    "another registration": { registration: { text: "another device" } },
    "another heartbeat": { heartbeat: { hex: "8A", echo: true } },
    "other switches": { wiring: "short-when-open" },
    "other addresses": { addresses: ["192.0.2.1"] },
  };
  for (const [name, changes] of Object.entries(rewirings)) {
    const refused = await put(installer, changes);
    deepEqual([refused.status, JSON.parse(refused.text).code], [403, "forbidden"], name);
    match(refused.text, /A person has cell 1/);
  }
  equal((await put(installer, { name: "Another name" })).status, 200);
  const { text } = await ask(installer, "GET", "/cabinets/cab");
  equal((await ask(installer, "PUT", "/cabinets/cab", JSON.parse(text))).status, 200);
  equal((await put(manager, { cells: swapped })).status, 200);
});

testOnEach(
  "nobody takes a device by a registration that goes on where its own ends",
  async (database, stack) => {
    const { ask, program, seats: { installer, manager } } = await running(database, stack);
    const registered = (text: string) =>
      described({ registration: { text }, heartbeat: { text: "ping" }, tags: ["hall"] });
    equal((await ask(manager, "PUT", "/cabinets/cab", registered("IMEI1-secret"))).status, 200);
    const elsewhere = { ...byRoot(), "kaigui-organization": OTHER };
    const foreign = (id: string, text: string) =>
      call(program, { method: "PUT", path: `/cabinets/${id}`, headers: elsewhere, body: registered(text) });
    for (const more of ["\r\n", "ping", "p", "pingping", "IMEI1-secret", "\u00FE"]) {
      const refused = await ask(installer, "PUT", "/cabinets/thief", registered(`IMEI1-secret${more}`));
      deepEqual([refused.status, JSON.parse(refused.text).code], [403, "forbidden"], more);
      const taken = await foreign("thief", `IMEI1-secret${more}`);
      deepEqual([taken.status, JSON.parse(taken.text).code], [409, "taken"], more);
      equal(taken.text.includes("cab has"), false);
    }
    // That is another device's: the first one's sends no such text behind its own. A shorter one tells nothing.
    equal((await ask(installer, "PUT", "/cabinets/next", registered("IMEI1-secret2"))).status, 201);
    equal((await foreign("far", "IMEI1-secret3")).status, 201);
    equal((await foreign("near", "IMEI1-secr")).status, 201);
    equal((await ask(manager, "PUT", "/cabinets/more", registered("IMEI1-secret\r\n"))).status, 201);
  },
);

testOnEach(
  "who has another cabinet's registration is told to nobody whose scope lacks that cabinet",
  async (database, stack) => {
    const { ask, seats: { local, manager } } = await running(database, stack);
    const registered = (registration: object, tag: string) => described({ registration, tags: [tag] });
    const imei = "IMEI866714045455127";
    const part = { text: "866714045455127", anywhere: true };
    equal((await ask(manager, "PUT", "/cabinets/far", registered({ text: imei }, "more"))).status, 201);
    equal(
      (await ask(manager, "PUT", "/cabinets/near", registered({ text: "REG-near" }, "hall"))).status,
      201,
    );
    const detailOf = async (who: Seat, method: string, path: string, body: unknown) => {
      const { status, text } = await ask(who, method, path, body);
      const { code, detail } = JSON.parse(text);
      deepEqual([status, code], [409, "taken"], text);
      return detail;
    };
    const same = registered({ text: imei }, "hall");
    equal(
      await detailOf(local, "PUT", "/cabinets/new", same),
      "Cannot save cabinet new: another cabinet has the same registration",
    );
    equal(
      await detailOf(local, "PATCH", "/cabinets/cab", { registration: { text: imei } }),
      "Cannot save cabinet cab: another cabinet has the same registration",
    );
    match(await detailOf(manager, "PUT", "/cabinets/new", same), /: far has the same registration$/);
    const known = registered({ text: "REG-near" }, "hall");
    match(await detailOf(local, "PUT", "/cabinets/new", known), /: near has the same registration$/);

    equal((await ask(manager, "PUT", "/cabinets/far", registered(part, "more"))).status, 200);
    match(
      await detailOf(local, "PUT", "/cabinets/new", registered(part, "hall")),
      /: another cabinet has the same registration$/,
    );
  },
);

testOnEach("an installer takes no cell out of use, or into it", async (database, stack) => {
  const service = await running(database, stack);
  const { ask, seats: { installer, manager, attendant } } = service;
  await clear(service);
  const cells = (state?: string) =>
    [1, 2, 3].map((cell) => ({ cell, board: 1, channel: cell, ...cell === FREE && { state } }));
  const put = async (who: Seat, changes: Record<string, unknown>) =>
    (await ask(who, "PUT", "/cabinets/cab", described(changes))).status;
  equal(await put(installer, { cells: cells("disabled") }), 403);
  equal((await ask(attendant, "POST", `/cabinets/cab/cells/${FREE}/disable`, {})).status, 200);
  equal(await put(installer, { cells: cells("free") }), 403);
  equal(await put(installer, { cells: cells().filter(({ cell }) => cell !== FREE) }), 403);
  equal(await put(installer, { cells: cells() }), 200);
  equal(await put(installer, { cells: cells("disabled") }), 200);
  equal(await put(manager, { cells: cells("free") }), 200);
});

testOnEach("a raw line ends when its token is revoked", async (database, stack) => {
  const { program, ask, seats: { owner, manager } } = await running(database, stack);
  const line = rawLineTo(program, "cab", { headers: byToken(manager) });
  equal(await line.isGranted, true);
  equal((await ask(owner, "DELETE", `/tokens/${manager.tokenId}`)).status, 204);
  equal(await line.closed, POLICY);
});

testOnEach("an installer describes cabinets, and changes neither rules nor mode", async (database, stack) => {
  const service = await running(database, stack);
  const { ask, seats: { installer, manager, attendant } } = service;
  const put = (who: Seat, changes?: Record<string, unknown>, id = "cab") =>
    ask(who, "PUT", `/cabinets/${id}`, described(changes));
  await clear(service);
  equal((await put(installer)).status, 200);
  equal((await put(installer, { cells: 4, name: "Mended" })).status, 200);
  equal((await put(installer, { mode: "open" })).status, 403);
  equal((await put(installer, { rules: { rentalsPerGuest: 3 } })).status, 403);
  equal((await put(attendant)).status, 403);
  equal((await put(installer, { rules: { rentalsPerGuest: 3 } }, "new")).status, 403);
  equal((await put(installer, { mode: "assigned" }, "new")).status, 201);
  equal((await put(manager, { mode: "open", rules: { rentalsPerGuest: 3 } })).status, 200);
});

testOnEach("a member with a scope describes no cabinet into or out of it", async (database, stack) => {
  const { ask, seats: { local, manager } } = await running(database, stack);
  const put = (who: Seat, id: string, tags: string[]) =>
    ask(who, "PUT", `/cabinets/${id}`, described({ tags }));
  equal((await put(local, "cab", ["hall", "more"])).status, 200);
  // Others see it by that tag.
  equal((await put(local, "cab", ["hall"])).status, 422);
  equal((await put(local, "cab", ["more"])).status, 422);
  equal((await put(local, "cab", [])).status, 422);
  equal((await put(local, "new", ["hall"])).status, 201);
  equal((await put(local, "newer", ["more"])).status, 422);
  equal((await put(manager, "far", ["more"])).status, 201);
  const taken = await put(local, "far", ["hall"]);
  deepEqual([taken.status, JSON.parse(taken.text).code], [409, "taken"]);
  // Its tags are others now, so it is gone for whom it was there.
  equal((await put(manager, "cab", ["more"])).status, 200);
  equal((await ask(local, "GET", "/cabinets/cab")).status, 404);
});

testOnEach("a member whose scope has no cabinet sees none", async (database, stack) => {
  const { ask, seats: { local, manager } } = await running(database, stack);
  const items = async (path: string) => JSON.parse((await ask(local, "GET", path)).text).items;
  equal((await items("/cabinets")).length, 1);
  deepEqual(await items("/cabinets?after=cab"), []);
  equal((await ask(manager, "PUT", "/cabinets/cab", described({ tags: ["more"] }))).status, 200);
  for (const list of ["cabinets", "commands", "rentals", "events", "alarms", "acts"]) {
    deepEqual(await items(`/${list}`), [], list);
  }
  equal((await ask(local, "GET", "/posters")).status, 404);
});

testOnEach("people are shown to who may see who has what", async (database, stack) => {
  const { ask, place: { person, command }, seats } = await running(database, stack);
  for (const role of ["owner", "manager", "attendant", "installer", "viewer"] as const) {
    const sees = ["owner", "manager", "attendant"].includes(role);
    const [event] = JSON.parse((await ask(seats[role], "GET", "/events")).text).items;
    equal(event.person, sees ? person : null, role);
    const { by } = JSON.parse((await ask(seats[role], "GET", `/commands/${command}`)).text);
    equal(by, sees ? `person:${person}` : "person", role);
    const [listed] = JSON.parse((await ask(seats[role], "GET", "/commands")).text).items;
    equal(listed.by, by, role);
  }
});

testOnEach(
  "an owner resets and logs out nobody who is staff of another organization, too",
  async (database, stack) => {
    const { ask, program, seats: { owner, viewer } } = await running(database, stack);
    await using db = await openDatabase(database.place);
    const { account } = viewer;
    const row = { account, organization: OTHER, role: "viewer", tags: null, created_at: 1 } as const;
    await db.tables.insertInto("memberships").values(row).execute();
    for (const act of ["reset", "log-out"]) {
      const refused = await ask(owner, "POST", `/staff/${account}/${act}`, {});
      deepEqual([refused.status, JSON.parse(refused.text).code], [409, "foreign-account"], act);
    }
    const headers = { ...byCookie(viewer, program), "kaigui-organization": OTHER };
    equal((await call(program, { method: "GET", path: "/cabinets", headers })).status, 200);
    equal((await ask("root", "POST", `/staff/${account}/reset`, {})).status, 201);
    equal((await ask("root", "POST", `/staff/${account}/log-out`, { reason: "lost telephone" })).status, 204);
    const [act] = JSON.parse((await ask("root", "GET", "/acts")).text).items;
    deepEqual([act.act, act.subject, act.reason], ["log-out-member", account, "lost telephone"]);
    equal((await call(program, { method: "GET", path: "/cabinets", headers })).status, 401);
  },
);

testOnEach("who removes a person removes them from the own organization alone", async (database, stack) => {
  const shared = await seeded(database.place, async (seeds) => ({
    place: await seeds.place({ organization: OTHER, cabinet: "other", tag: "hall", word: "Other" }),
    owner: await seeds.seat({ organization: MAIN, role: "owner", tags: undefined, word: "Owner" }),
    visitor: await seeds.person("Visitor", MAIN, OTHER),
  }));
  const { place: { person }, owner, visitor } = shared;
  await using db = await openDatabase(database.place);
  await db.tables.insertInto("visits").values({ organization: MAIN, person, since: 1, leaving_at: null })
    .execute();
  const program = stack.use(await Program.start(database.place.folder, database.env));
  const inOther = { ...byRoot(), "kaigui-organization": OTHER };
  for (const id of [person, visitor]) {
    const removed = await call(program, { method: "DELETE", path: `/people/${id}`, headers: byToken(owner) });
    deepEqual([removed.status, removed.text], [200, '{"state":"removed"}']);
    equal(
      (await call(program, { method: "GET", path: `/people/${id}`, headers: byToken(owner) })).status,
      404,
    );
    const stays = await call(program, { method: "GET", path: `/people/${id}`, headers: inOther });
    equal(
      stays.status,
      200,
      `${id === person ? "who has a cell there" : "who has nothing there"}: ${stays.text}`,
    );
  }
  // What nobody has any more goes altogether.
  equal(
    (await call(program, { method: "DELETE", path: `/people/${visitor}`, headers: inOther })).status,
    200,
  );
  deepEqual(await database.query(`select id from people where id = '${visitor}'`), []);
});

testOnEach("what a device is known by is shown to who may describe it", async (database, stack) => {
  const { ask, seats } = await running(database, stack);
  const [registration, heartbeat] = [{ text: "IMEI1-secret" }, { text: "IMEI1-secret", echo: false }];
  const saved = await ask("root", "PUT", "/cabinets/cab", described({ registration, heartbeat }));
  deepEqual(JSON.parse(saved.text).registration, registration);
  for (const role of ["owner", "manager", "attendant", "installer", "viewer"] as const) {
    const sees = ["owner", "manager", "installer"].includes(role);
    const [one, list] = [
      await ask(seats[role], "GET", "/cabinets/cab"),
      await ask(seats[role], "GET", "/cabinets"),
    ];
    deepEqual([one, list].map(({ text }) => text.includes("IMEI1-secret")), [sees, sees], role);
  }
});

testOnEach(
  "who had a rental before it moved is shown to who may see who has what",
  async (database, stack) => {
    const { ask, place: { event, person }, seats } = await running(database, stack);
    await using db = await openDatabase(database.place);
    await db.tables.updateTable("events").set({ kind: "moved", detail: person }).where("id", "=", event)
      .execute();
    for (const [role, expected] of [["attendant", person], ["installer", null], ["viewer", null]] as const) {
      const { items: [shown] } = JSON.parse((await ask(seats[role], "GET", "/events?kind=moved")).text);
      deepEqual([shown.person, shown.detail], [expected, expected], role);
    }
  },
);

testOnEach("an owner of some cabinets changes nothing that concerns all", async (database, stack) => {
  const tags = ["hall"];
  const owner = await seeded(
    database.place,
    (seeds) => seeds.seat({ organization: MAIN, role: "owner", tags, word: "Local" }),
  );
  const program = stack.use(await Program.start(database.place.folder, database.env));
  const headers = byToken(owner);
  const body = { contact: { telephone: "12345" } };
  equal((await call(program, { method: "PATCH", path: "/organization", headers, body })).status, 403);
  equal((await call(program, { method: "GET", path: "/organization", headers })).status, 200);
});
