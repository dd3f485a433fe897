import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { type Database, type DatabaseLocation, openDatabase, type RunExclusive } from "../../db/mod.ts";
import { ADDRESS, PERSON } from "../../lib/limits.ts";
import { personTopic } from "../../cabinet/requests.ts";
import { FaultyRouter } from "../../../testing/network/faulty_router.ts";
import { Semaphore } from "../../lib/concurrency/semaphore.ts";
import { AuditLog } from "../audit_log.ts";
import { People, type Person } from "./people.ts";
import { keptDaysFrom, removeWhatIsOld } from "../maintenance/retention.ts";
import type { WechatLogin } from "./wechat_people.ts";

const DAY_MS = 24 * 3600 * 1000;
const ACCOUNT = "wx-account";
const MINI = "wx-mini";

/** The database, and how often it was read and written; what a transaction does counts as one write. */
function counted(db: Database): { db: Database; counts: { reads: number; writes: number } } {
  const counts = { reads: 0, writes: 0 };
  const tables = db.tables.withPlugin({
    transformQuery({ node }) {
      counts.reads++;
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
  const { writer } = db;
  const transaction: typeof writer.transaction = (work) => {
    counts.writes++;
    return writer.transaction(work);
  };
  const counting: typeof writer = {
    transaction,
    command: (write) => writer.command(write),
    run: (job, data) => writer.run(job, data),
    idle: () => writer.idle(),
    [Symbol.dispose]: () => writer[Symbol.dispose](),
  };
  return { counts, db: { ...db, tables, writer: counting } };
}

/** Two programs on one database, with the clock in the test's hand; on one SQLite file they take turns. */
async function rig(place: DatabaseLocation, stack: AsyncDisposableStack) {
  const clock = { now: 1_800_000_000_000 };
  const router = new FaultyRouter();
  const turns = new Semaphore(1);
  const exclusive: RunExclusive = (work) => turns.run(work);
  const wallClock = () => clock.now;
  const peopleOf = (db: Database) =>
    new People(db, {
      secret: "the secret of the tests",
      router,
      auditLog: new AuditLog(db, { router, wallClock }),
      wallClock,
    });
  const open = async () => stack.use(await openDatabase(place, { failed: () => {}, exclusive }));
  const { db, counts } = counted(await open());
  const programs = [peopleOf(db), peopleOf(await open())] as const;
  const [people] = programs;
  const program = (n: number): People => programs[n % 2] as People;
  /** So many guests come at once from there, to one program and the other in turn; how many may. */
  const come = async (count: number, address: string): Promise<number> => {
    const guests = await Promise.all(Array.from({ length: count }, (_, n) => program(n).addGuest(address)));
    return guests.filter((guest) => guest !== undefined).length;
  };
  const peopleCount = async () => (await db.tables.selectFrom("people").select("id").execute()).length;
  /** Somebody comes in through WeChat. */
  const login = (openid: string, more: Partial<WechatLogin> = {}, who = people): Promise<Person> =>
    who.addWechat({
      app: ACCOUNT,
      openid,
      unionid: undefined,
      name: undefined,
      picture: undefined,
      ...more,
    });
  return { db, counts, clock, router, people, program, come, peopleCount, login };
}

testOnEach("People.addGuest() takes so many from one address within a window, in all programs", async (
  { place },
  stack,
) => {
  const { clock, come, peopleCount } = await rig(place, stack);
  const since = clock.now;
  equal(await come(PERSON.guestsMax - 1, "192.0.2.1"), PERSON.guestsMax - 1);
  clock.now = since + PERSON.guestsWindowMs - 1;
  equal(await come(20, "192.0.2.1"), 1);
  equal(await come(20, "192.0.2.1"), 0);
  equal(await come(20, "192.0.2.2"), 20, "another address");
  equal(await peopleCount(), PERSON.guestsMax + 20, "who is refused is not added");
  clock.now = since + PERSON.guestsWindowMs;
  equal(await come(PERSON.guestsMax + 20, "192.0.2.1"), PERSON.guestsMax, "a new window");
});

testOnEach(
  "People.addGuest() counts an IPv6 /64 as one address, and the /56 around it some times as much",
  async (
    { place },
    stack,
  ) => {
    const { come, people, peopleCount } = await rig(place, stack);
    const max = PERSON.guestsMax;
    equal(await come(max + 20, "2001:db8:1:0::1"), max);
    equal(await come(5, "2001:0DB8:1:0:ffff::9"), 0, "the same /64");
    let others = 0;
    for (let network = 1; network < 256; network++) {
      const guests = await Promise.all(
        Array.from(
          { length: 5 },
          (_, host) => people.addGuest(`2001:db8:1:${network.toString(16)}::${host + 1}`),
        ),
      );
      others += guests.filter(Boolean).length;
    }
    equal(others, max * (ADDRESS.widerTimes - 1), "what the /56 leaves");
    equal(await peopleCount(), max * ADDRESS.widerTimes, "who is refused is not added");
    equal(await come(5, "2001:db8:1:100::1"), 5, "another /56");
    equal(await come(max + 20, "::ffff:192.0.2.1"), max, "IPv4 in IPv6");
    equal(await come(5, "192.0.2.1"), 0);
  },
);

testOnEach("What is counted of addresses cannot be read, and goes after a day", async ({ place }, stack) => {
  const { db, clock, come } = await rig(place, stack);
  await come(1, "192.0.2.1");
  const counted = async () =>
    (await db.tables.selectFrom("code_tries").select("subject").execute()).map(({ subject }) => subject);
  equal((await counted()).length, 1);
  equal((await counted()).some((subject) => subject.includes("192.0.2")), false);
  const days = keptDaysFrom({});
  await removeWhatIsOld(db, { days, now: clock.now + DAY_MS + 1, pause: () => Promise.resolve(true) });
  equal((await counted()).length, 0);
});

testOnEach("People.addWechat() knows who was here before, and then writes nothing", async (
  { place },
  stack,
) => {
  const { people, counts, login, peopleCount } = await rig(place, stack);
  const first = await login("o1", { unionid: "u1", name: "小明", picture: "https://wx.example/1" });
  const ming = { isGuest: false, name: "小明", picture: "https://wx.example/1", sessionsFrom: 0 };
  deepEqual(first, { id: first.id, number: first.number, ...ming });
  match(first.number ?? "", /^\d{8}$/);
  deepEqual(await people.find(first.id), first);
  const nameless = await login("o2");
  deepEqual([nameless.name, nameless.picture], ["", undefined]);
  Object.assign(counts, { reads: 0, writes: 0 });
  deepEqual(
    await login("o1", { unionid: "u1", name: "小明", picture: "https://wx.example/1" }),
    first,
  );
  deepEqual(counts, { reads: 1, writes: 0 });
  deepEqual(await login("o1"), first, "what is not told does not change");
  deepEqual(counts, { reads: 2, writes: 0 });
  equal(await peopleCount(), 2);
});

testOnEach("People.addWechat() takes over a name and a picture that changed", async ({ place }, stack) => {
  const { people, login } = await rig(place, stack);
  const { id } = await login("o1");
  equal((await login("o1", { name: "Ming" })).name, "Ming");
  await login("o1", { picture: "https://wx.example/2" });
  await login("o1", { name: "Ming 2" });
  const { name, picture } = await people.find(id) ?? {};
  deepEqual([name, picture], ["Ming 2", "https://wx.example/2"]);
});

testOnEach("a unionid makes one person of one app's openid and another's", async ({ place }, stack) => {
  const { people, login, peopleCount } = await rig(place, stack);
  const { id } = await login("o1");
  equal((await login("o1", { unionid: "u1" })).id, id, "learned later");
  equal((await login("m1", { app: MINI, unionid: "u1" })).id, id);
  equal((await login("m1", { app: MINI })).id, id, "from then on without it");
  notEqual((await login("o1", { app: MINI })).id, id, "an openid is one app's alone");
  equal(await peopleCount(), 2);
  deepEqual(
    [
      await people.identityOf(id, ACCOUNT),
      await people.identityOf(id, MINI),
      await people.identityOf(id, "x"),
    ],
    ["o1", "m1", undefined],
  );
});

testOnEach("who came in through two apps before a unionid was told stays whom each app knows", async (
  { place },
  stack,
) => {
  const { counts, login } = await rig(place, stack);
  const [one, other] = [await login("o1"), await login("m1", { app: MINI })];
  notEqual(one.id, other.id);
  equal((await login("o1", { unionid: "u1" })).id, one.id);
  equal((await login("m1", { app: MINI, unionid: "u1" })).id, other.id);
  Object.assign(counts, { reads: 0, writes: 0 });
  equal((await login("m1", { app: MINI, unionid: "u1" })).id, other.id);
  deepEqual(counts, { reads: 1, writes: 0 }, "nothing to be tried again each time");
  equal((await login("t1", { app: "wx-third", unionid: "u1" })).id, one.id, "the first to tell it");
});

testOnEach("who comes in at one moment in two programs, and through two apps, is one person", async (
  { place },
  stack,
) => {
  const { program, login, peopleCount } = await rig(place, stack);
  for (let round = 1; round <= 10; round++) {
    const unionid = `u${round}`;
    const came = await Promise.all(Array.from({ length: 12 }, (_, n) => {
      const app = n % 4 < 2 ? ACCOUNT : MINI;
      return login(`${app} ${round}`, { app, unionid, name: "Ming" }, program(n));
    }));
    equal(new Set(came.map(({ id }) => id)).size, 1);
    const nobody = await Promise.all(
      Array.from({ length: 6 }, (_, n) => login(`without ${round}`, {}, program(n))),
    );
    equal(new Set(nobody.map(({ id }) => id)).size, 1);
    equal(await peopleCount(), 2 * round, "and nobody is left over who is no one");
  }
});

testOnEach("People.endSessions() ends all that have begun, however often in one moment", async (
  { place },
  stack,
) => {
  const { people, clock, router, login } = await rig(place, stack);
  const { id } = await login("o1");
  const heard: unknown[] = [];
  router.watch(personTopic(id), (event) => heard.push(event));
  const from = async () => (await people.find(id))?.sessionsFrom ?? NaN;
  equal(await people.endSessions(id), true);
  const first = await from();
  ok(first > clock.now, "those of this very millisecond too");
  ok(first <= clock.now + 1, "and no later one");
  await people.endSessions(id);
  const second = await from();
  ok(second > first, "one that began where the sessions before had ended");
  clock.now -= DAY_MS;
  await people.endSessions(id);
  ok(await from() > second, "another machine's clock is behind");
  deepEqual(heard, [{ type: "signed-out" }, { type: "signed-out" }, { type: "signed-out" }]);
  equal(await people.endSessions(crypto.randomUUID()), false);
});
