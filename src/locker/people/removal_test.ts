import { deepEqual, equal, ok } from "node:assert/strict";
import { sql } from "kysely";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { until } from "../../../testing/until.ts";
import { type DatabaseLocation, type NoticeTable, openDatabase, type RunExclusive } from "../../db/mod.ts";
import { PERSON } from "../../lib/limits.ts";
import { FaultyRouter } from "../../../testing/network/faulty_router.ts";
import { Semaphore } from "../../lib/concurrency/semaphore.ts";
import { ANNE, BERT, Rig } from "../../../testing/rigs/locker.ts";
import { AuditLog } from "../audit_log.ts";
import { SingleUseKeys } from "./single_use_keys.ts";
import { People } from "./people.ts";
import { root } from "../../../testing/rigs/actor.ts";

const APP = "wx-account";
const MING = {
  app: APP,
  openid: "openid-of-ming",
  unionid: "unionid-of-ming",
  name: "Ming 小明",
  picture: "https://wx.example/ming.png",
};
/** What would tell who Ming is. */
const NAMES = [MING.openid, MING.unionid, MING.name, MING.picture];

/** The rig, and another program's people on the same database. */
async function rigs(place: DatabaseLocation, stack: AsyncDisposableStack) {
  const turns = new Semaphore(1);
  const exclusive: RunExclusive = (work) => turns.run(work);
  const rig = stack.use(await Rig.open(place, { exclusive }));
  const db = stack.use(await openDatabase(place, { failed: () => {}, exclusive }));
  const clocked = { router: new FaultyRouter(), wallClock: () => Date.now() + rig.later };
  const auditLog = new AuditLog(db, clocked);
  return { rig, other: new People(db, { secret: "the secret of the tests", auditLog, ...clocked }) };
}

/** All that is kept, as one text. */
async function everything({ db }: Rig): Promise<string> {
  const tables = await db.tables.introspection.getTables();
  const rows = tables.map(({ name }) => sql`select * from ${sql.table(name)}`.execute(db.tables));
  return JSON.stringify(await Promise.all(rows));
}

async function names(rig: Rig): Promise<string[]> {
  const text = await everything(rig);
  return NAMES.filter((name) => text.includes(name));
}

/** Somebody is to be told something, or was. */
async function notice(rig: Rig, person: string, state: "waiting" | "sent"): Promise<void> {
  const row: NoticeTable = {
    id: crypto.randomUUID(),
    kind: "stored",
    person,
    cabinet: "cab",
    cell: 1,
    rental: crypto.randomUUID(),
    code: null,
    at: 0,
    state,
    tries: 0,
    next_at: 0,
    unsure_since: null,
    finished_at: state === "sent" ? 0 : null,
    problem: null,
  };
  await rig.db.tables.insertInto("notices").values(row).execute();
}

async function permit(rig: Rig, person: string): Promise<void> {
  await rig.permits.grant(root(), { cabinet: "cab", person, cells: undefined, from: 0, until: undefined });
}

async function count(rig: Rig, table: "permits" | "notices" | "identities", person: string): Promise<number> {
  return (await rig.db.tables.selectFrom(table).select("person").where("person", "=", person).execute())
    .length;
}

/** Stores something and takes it out again. */
async function usesOnce(rig: Rig, person: string): Promise<void> {
  const { id: rental, cell } = await rig.tap(person, { command: "store" });
  await rig.tap(person, { command: "retrieve", rental });
  await closes(rig, cell);
}

/** The door is closed, and everybody knows. */
async function closes(rig: Rig, cell: number): Promise<void> {
  rig.moves(cell, "closed");
  await until(async () => (await rig.states())[cell - 1] === "free");
}

testOnEach(
  "People.remove() leaves nothing that names the person or lets them in",
  async ({ place }, stack) => {
    const { rig } = await rigs(place, stack);
    const { people } = rig;
    const { id } = await people.addWechat(MING);
    await people.addWechat({ ...MING, app: "wx-mini", openid: "openid-of-ming-too" });
    await usesOnce(rig, id);
    for (const who of [id, ANNE]) {
      await permit(rig, who);
      for (const state of ["waiting", "sent"] as const) await notice(rig, who, state);
    }
    await new SingleUseKeys(rig.db, { wallClock: Date.now }).use([`push ${MING.openid} 1`], Date.now());
    await rig.tap(id, { command: "pickup", code: "00000000", address: "192.0.2.77" });
    const heard = rig.heard(id);
    deepEqual(await names(rig), NAMES);

    equal(await people.remove(id), "removed");
    deepEqual(await names(rig), []);
    equal((await everything(rig)).includes("192.0.2.77"), false);
    equal(await people.find(id), undefined);
    const left = async (who: string) => [
      await count(rig, "identities", who),
      await count(rig, "permits", who),
      await count(rig, "notices", who),
    ];
    deepEqual(await left(id), [0, 0, 1], "notices are records");
    deepEqual(await left(ANNE), [0, 1, 2], "nobody else's");
    ok((await everything(rig)).includes(id), "what was recorded keeps a number that stands for nobody");
    deepEqual(heard, [{ type: "signed-out" }]);
    equal(await people.remove(id), undefined);
    const again = await people.addWechat(MING);
    equal(again.id === id, false, "who comes again is somebody new");
  },
);

testOnEach(
  "a person who has something in a cell is leaving: nameless, but able to take it out, and then removed",
  async (
    { place },
    stack,
  ) => {
    const { rig, other } = await rigs(place, stack);
    const { people } = rig;
    const { id, number } = await people.addWechat(MING);
    const { id: rental, cell } = await rig.tap(id, { command: "store" });
    await permit(rig, id);
    await notice(rig, id, "waiting");
    const heard = rig.heard(id);

    equal(await people.remove(id), "leaving");
    deepEqual(await names(rig), [MING.openid, MING.unionid]);
    deepEqual([await count(rig, "permits", id), await count(rig, "notices", id)], [0, 0]);
    deepEqual(heard, [{ type: "permits", cabinet: "cab" }]);
    const seen = { id, number, isGuest: false, name: "", picture: undefined, sessionsFrom: 0 };
    deepEqual(await people.find(id), seen, "their sessions go on");
    deepEqual(await people.addWechat(MING), seen, "a login lets them in, and does not name them again");
    equal((await people.addWechat({ ...MING, app: "wx-mini", openid: "openid-too" })).id, id);
    equal(await other.finishLeaving(), 0);
    rig.later = 1_000;
    equal(await people.remove(id), "leaving");

    equal((await rig.tap(id, { command: "retrieve", rental })).state, "opened");
    equal(await people.finishLeaving(), 0, "the door is still open");
    await closes(rig, cell);
    await until(() => JSON.stringify(heard.at(-1)).includes('"retrieved"'));
    heard.length = 0;
    equal(await people.finishLeaving(), 1);
    deepEqual(await names(rig), []);
    deepEqual([await people.find(id), await count(rig, "identities", id)], [undefined, 0]);
    deepEqual(heard, [{ type: "signed-out" }]);
  },
);

testOnEach("another person can still take out what a leaving person stored, and is removed after", async (
  { place },
  stack,
) => {
  const { rig } = await rigs(place, stack);
  const { people } = rig;
  const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
  const code = await rig.code(ANNE, rental);
  equal(await people.remove(ANNE), "leaving");
  rig.evidence = () => ({ state: "failed", reason: "did-not-open" });
  equal((await rig.tap(BERT, { command: "pickup", code, address: "" })).state, "failed", "it jams");
  equal(await people.remove(BERT), "leaving", "the code is used up, so the person must be able to come back");
  equal(await people.finishLeaving(), 0);
  rig.evidence = () => ({ state: "opened" });
  equal((await rig.tap(BERT, { command: "retrieve", rental })).state, "opened");
  await closes(rig, cell);
  equal(await people.finishLeaving(), 2);
  deepEqual([await people.find(ANNE), await people.find(BERT)], [undefined, undefined]);
});

testOnEach("a person who was removed is given nothing any more", async ({ place }, stack) => {
  const { rig } = await rigs(place, stack);
  rig.evidence = () => ({ state: "accepted" });
  const { id: rental } = await rig.tap(ANNE, { command: "store" });
  await rig.tap(ANNE, { command: "retrieve", rental });
  const { id: berts } = await rig.tap(BERT, { command: "store" });
  const code = await rig.code(BERT, berts);
  equal(await rig.people.remove(ANNE), "removed");
  const reason = async (wish: Parameters<Rig["tap"]>[1]) => (await rig.tap(ANNE, wish)).reason;
  equal(await reason({ command: "store" }), "forbidden");
  equal(await reason({ command: "reopen", rental }), "forbidden", "in the time of grace too");
  equal(await reason({ command: "retrieve", rental }), "forbidden");
  equal(await reason({ command: "pickup", code, address: "" }), "forbidden");
  equal(
    (await rig.tap(BERT, { command: "retrieve", rental: berts })).state,
    "accepted",
    "the code was not used",
  );
  equal(await rig.people.addWechat(MING).then(({ id }) => rig.people.remove(id)), "removed");
});

testOnEach(
  "a person who is removed while they store, in another program, is refused or stays to take it out",
  async (
    { place },
    stack,
  ) => {
    const { rig, other } = await rigs(place, stack);
    rig.evidence = () => ({ state: "accepted" });
    const ends = new Set<string>();
    for (let round = 0; round < 24; round++) {
      const { id } = await rig.people.addWechat({ ...MING, openid: `o${round}`, unionid: undefined });
      const stores = () => rig.tap(id, { command: "store" });
      const removes = () => other.remove(id);
      const [stored, removed] = round % 2 === 0
        ? await Promise.all([stores(), removes()])
        : await Promise.all([removes(), stores()]).then(([removed, stored]) => [stored, removed] as const);
      ends.add(`${stored.reason ?? stored.state} ${removed}`);
      const held = await rig.rentals.of("cab", id);
      if (removed === "removed") {
        deepEqual([stored.reason, held], ["forbidden", []]);
      } else {
        deepEqual([stored.state, held.map(({ rental }) => rental)], ["accepted", [stored.id]]);
        equal((await rig.tap(id, { command: "retrieve", rental: stored.id })).state, "accepted");
        equal(await other.finishLeaving(), 1);
      }
    }
    deepEqual([...ends].filter((end) => !["forbidden removed", "accepted leaving"].includes(end)), []);
  },
);

testOnEach("People.finishLeaving() goes in steps, and removes each once however many do so", async (
  { place },
  stack,
) => {
  const { rig, other } = await rigs(place, stack);
  const many = 2 * PERSON.leavingStepMax + 1;
  const rows = Array.from({ length: many }, (_, n) => ({
    id: crypto.randomUUID(),
    kind: "guest" as const,
    name: "",
    picture: null,
    created_at: n,
    sessions_from: 0,
    leaving_at: n,
  }));
  await rig.db.tables.insertInto("people").values(rows).execute();
  const [here, there] = await Promise.all([rig.people.finishLeaving(), other.finishLeaving()]);
  equal(here + there, many);
  const left = await rig.db.tables.selectFrom("people").select("id").orderBy("id").execute();
  deepEqual(left.map(({ id }) => id), [ANNE, BERT]);
});

testOnEach(
  "People.forget() removes the person whom the app knows by that openid, in all apps, and no other",
  async (
    { place },
    stack,
  ) => {
    const { rig } = await rigs(place, stack);
    const { people } = rig;
    const { id } = await people.addWechat(MING);
    await people.addWechat({ ...MING, app: "wx-mini", openid: "mini-of-ming" });
    await people.forget({ app: APP, openid: "nobody's" });
    await people.forget({ app: "wx-mini", openid: MING.openid });
    await people.forget({ app: APP, openid: MING.unionid });
    equal((await people.find(id))?.name, MING.name);
    await people.forget({ app: APP, openid: MING.openid });
    equal(await people.find(id), undefined);
    equal(await count(rig, "identities", id), 0);
    await people.forget({ app: APP, openid: MING.openid });
  },
);

testOnEach(
  "a login at the moment of a removal finds the person or adds a new one, and always succeeds",
  async (
    { place },
    stack,
  ) => {
    const { rig, other } = await rigs(place, stack);
    for (let round = 0; round < 20; round++) {
      const login = { ...MING, openid: `o${round}`, unionid: `u${round}` };
      const mini = { ...login, app: "wx-mini" };
      const { id } = await rig.people.addWechat(login);
      await Promise.all([
        other.remove(id),
        rig.people.addWechat(mini),
        rig.people.addWechat({ ...login, name: "M" }),
      ]);
      const [one, two] = [await rig.people.addWechat(mini), await rig.people.addWechat(login)];
      equal(one.id, two.id);
      deepEqual(await rig.people.find(one.id), two);
    }
  },
);

testOnEach(
  "removing a person removes where they have been, and a page that connects meanwhile notes nothing",
  async ({ place }, stack) => {
    const { rig, other } = await rigs(place, stack);
    const visits = () => rig.db.tables.selectFrom("visits").selectAll().execute();
    const stays = await rig.people.addWechat(MING);
    await rig.people.noteVisit(stays.id, "main");
    const kept = await visits();
    for (let round = 0; round < 10; round++) {
      const { id } = await rig.people.addWechat({ ...MING, openid: `o${round}`, unionid: `u${round}` });
      if (round % 2 === 0) await rig.people.noteVisit(id, "main");
      await Promise.all([other.remove(id), rig.people.noteVisit(id, "main")]);
    }
    deepEqual(await visits(), kept);
  },
);

testOnEach(
  "removing and signing out are acts of the operator's, each noted in the transaction that does it",
  async (
    { place },
    stack,
  ) => {
    const { rig } = await rigs(place, stack);
    const { people } = rig;
    const { id } = await people.addWechat(MING);
    const acting = () => ({ ...root(), reason: "asked for it", address: "10.0.0.1" });
    const first = acting();
    equal(await people.endSessions(id, first), true);
    const { sessionsFrom } = await people.find(id) ?? {};
    equal(await people.endSessions(id, first), true);
    equal((await people.find(id))?.sessionsFrom, sessionsFrom, "the same act is done once");
    equal(await people.remove(id, acting()), "removed");
    equal(await people.remove(id, acting()), undefined);
    equal(await people.endSessions(id, acting()), false);
    const acts = await rig.db.tables.selectFrom("acts").selectAll().orderBy("act").execute();
    deepEqual(
      acts.map(({ act, cabinet, cell, subject, reason }) => [act, cabinet, cell, subject, reason]),
      [["remove-person", "", 0, id, "asked for it"], ["sign-out", "", 0, id, "asked for it"]],
      "what was not done is not noted",
    );
    deepEqual(await names(rig), []);
  },
);
