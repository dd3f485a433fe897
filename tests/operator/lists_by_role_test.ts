/**
 * Lists on the running program, for two organizations, roles and scopes: whom filters by person, names and numbers are told
 * to.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { openDatabase } from "../../src/db/mod.ts";
import { numberPeople } from "../../src/db/queries/lists/people_numbers.ts";
import { Program } from "../../testing/program.ts";
import {
  byRoot,
  byToken,
  call,
  OTHER,
  type Place,
  type Seat,
  seeded,
} from "../../testing/rigs/two_organizations.ts";
import { type TestDatabase, testOnEach } from "../../testing/servers/databases.ts";

const MAIN = "main";

/** Two cabinets of one organization, one of another, and staff of the first one. */
interface Scene {
  readonly hall: Place;
  readonly yard: Place;
  readonly foreign: Place;
  readonly owner: Seat;
  readonly local: Seat;
  readonly viewer: Seat;
  readonly installer: Seat;
}

async function started({ place, env }: TestDatabase, stack: AsyncDisposableStack) {
  const scene = await seeded(place, async (seeds): Promise<Scene> => {
    const of = { organization: MAIN, tags: undefined, word: "Staff" };
    return {
      hall: await seeds.place({ organization: MAIN, cabinet: "hall", tag: "hall", word: "Hall" }),
      yard: await seeds.place({ organization: MAIN, cabinet: "yard", tag: "yard", word: "Yard" }),
      foreign: await seeds.place({ organization: OTHER, cabinet: "far", tag: "hall", word: "Far" }),
      owner: await seeds.seat({ ...of, role: "owner" }),
      local: await seeds.seat({ ...of, role: "attendant", tags: ["hall"] }),
      viewer: await seeds.seat({ ...of, role: "viewer" }),
      installer: await seeds.seat({ ...of, role: "installer" }),
    };
  });
  const numbers = await numbered(place, scene);
  const program = stack.use(await Program.start(place.folder, env));
  const ask = async (seat: Seat | "root", path: string) => {
    const headers = seat === "root" ? byRoot() : byToken(seat);
    const { status, text } = await call(program, { method: "GET", path, headers });
    return { status, body: JSON.parse(text) };
  };
  return { ...scene, ...numbers, ask };
}

async function numbered(
  place: TestDatabase["place"],
  { hall, yard, foreign }: Scene,
): Promise<{ numberOf: (of: Place) => string }> {
  await using db = await openDatabase(place);
  await db.writer.run(numberPeople, { limit: 10 });
  const ids = [hall, yard, foreign].map(({ person }) => person);
  const rows = await db.tables.selectFrom("people").select(["id", "number"]).where("id", "in", ids).execute();
  return { numberOf: ({ person }) => rows.find(({ id }) => id === person)?.number ?? "" };
}

testOnEach("names stand beside ids for roles that see who has what", async (database, stack) => {
  const { ask, owner, local, viewer, installer, hall, foreign } = await started(database, stack);
  for (const seat of [owner, local, "root"] as const) {
    const { body } = await ask(seat, `/rentals?cabinet=hall&state=held`);
    deepEqual(body.items.map(({ personName }: { personName: string }) => personName), ["Person Hall"]);
    equal((await ask(seat, `/rentals/${hall.rental}`)).body.personName, "Person Hall");
    const events = (await ask(seat, "/events?cabinet=hall")).body.items;
    deepEqual(events.map(({ personName }: { personName: string }) => personName), ["Person Hall"]);
    equal((await ask(seat, `/commands/${hall.command}`)).body.note, "Command Hall");
  }
  for (const seat of [viewer, installer]) {
    for (const path of ["/events", "/commands"]) {
      const { status, body } = await ask(seat, path);
      equal(status, 200);
      equal(body.items.length > 0, true);
      equal(/Person|person:|Command /.test(JSON.stringify(body)), false, path);
      const refused = await ask(seat, `${path}?person=${hall.person}`);
      equal(refused.status, 403);
      deepEqual([refused.body.code, refused.body.total], ["forbidden", undefined]);
      match(refused.body.detail, /may not see people/);
    }
    equal((await ask(seat, `/commands/${hall.command}`)).body.note, null);
  }
  const [act] = (await ask(owner, `/acts?kind=open`)).body.items;
  equal(typeof act.who, "string");
  deepEqual((await ask(owner, `/events?person=${foreign.person}`)).body.items, []);
  deepEqual((await ask(owner, `/rentals?person=${foreign.person}`)).body.total, 0);
});

testOnEach("people are found by number and name in the reach of who asks", async (database, stack) => {
  const { ask, owner, local, hall, yard, foreign, numberOf } = await started(database, stack);
  const found = async (seat: Seat | "root", q: string) => {
    const { status, body } = await ask(seat, `/people?q=${encodeURIComponent(q)}`);
    equal(status, 200, JSON.stringify(body));
    equal(body.total, body.items.length);
    return body.items.map(({ name, number }: { name: string; number: string }) => [name, number]);
  };
  const rowOf = (of: Place) => [`Person ${of.word}`, numberOf(of)];
  deepEqual(await found(owner, numberOf(hall)), [rowOf(hall)]);
  deepEqual(await found(owner, numberOf(yard)), [rowOf(yard)]);
  deepEqual(await found(owner, numberOf(foreign)), []);
  deepEqual(await found(local, numberOf(yard)), []);
  deepEqual(await found(local, "person"), [rowOf(hall)]);
  deepEqual(
    new Set((await found(owner, "PERSON ")).map(String)),
    new Set([hall, yard].map(rowOf).map(String)),
  );
  deepEqual(await found(owner, "%"), []);
  const long = await ask(owner, `/people?q=${"x".repeat(10_000)}`);
  equal(long.status, 422);
  match(long.body.detail, /^q: /);
});

testOnEach("what is narrowed by time, overdue and kind is what is asked for", async (database, stack) => {
  const { ask, owner, hall } = await started(database, stack);
  const ids = async (path: string) => {
    const { status, body } = await ask(owner, path);
    equal(status, 200, JSON.stringify(body));
    return body.items.map(({ id }: { id: string }) => id);
  };
  const [{ since }] = (await ask(owner, "/rentals?cabinet=hall&state=held")).body.items;
  deepEqual(await ids(`/rentals?cabinet=hall&state=held&from=${since}`), [hall.rental]);
  deepEqual(await ids(`/rentals?cabinet=hall&state=held&until=${since}`), []);
  deepEqual(await ids("/rentals?overdue=true"), []);
  deepEqual(await ids("/rentals?cabinet=hall&cell=1&state=held"), [hall.rental]);
  deepEqual(await ids("/rentals?cabinet=hall&cell=2&state=held"), []);
  const wrong: [path: string, detail: RegExp][] = [
    ["/rentals?from=yesterday", /^from: /],
    ["/rentals?from=2026-01-01T00:00:00", /^from: /],
    ["/rentals?overdue=maybe", /^overdue: one of true, false/],
    ["/rentals?cell=0", /^cell: /],
    ["/commands?kind=explode", /^kind: one of open, store/],
    ["/events?person=%00", /^person: /],
    ["/alarms?kind=none", /^kind: one of left-open/],
    ["/alarms?state=over", /^state: one of active, ended/],
    ["/acts?kind=none", /^kind: one of disable/],
    ["/acts?who=me", /^who: operator, or account: or token:/],
  ];
  for (const [path, detail] of wrong) {
    const { status, body } = await ask(owner, path);
    equal(status, 422, path);
    match(body.detail, detail);
  }
  equal((await ask(owner, "/events?after=start&from=2026-01-01T00:00:00Z")).status, 400);
  equal((await ask(owner, "/alarms?active=true&state=ended")).status, 400);
});
