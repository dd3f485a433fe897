import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { until } from "../../../testing/until.ts";
import { ANNE, BERT, Rig } from "../../../testing/rigs/locker.ts";
import { root } from "../../../testing/rigs/actor.ts";
import type { KeepResult } from "./rentals.ts";

const MINUTE_MS = 60_000;

async function keep(rig: Rig, rental: string, person = ANNE): Promise<KeepResult> {
  return await rig.rentals.keep({ cabinet: await rig.cabinet(), rental, person });
}

/** Anne stores something and gives the cell back by mistake; its door is open. */
async function givenBack(rig: Rig) {
  const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
  rig.moves(cell, "closed");
  await rig.tap(ANNE, { command: "retrieve", rental });
  return { rental, cell };
}

async function shut(rig: Rig, cell: number): Promise<void> {
  rig.moves(cell, "closed");
  await until(async () => (await rig.states())[cell - 1] === "free");
}

/** What happened to rentals, in its order. */
async function kinds(rig: Rig): Promise<string[]> {
  const rows = await rig.db.tables.selectFrom("events").select("kind").where("kind", "!=", "door-opened")
    .orderBy("seq").execute();
  return rows.map(({ kind }) => kind);
}

testOnEach("keep() takes a cell back that was given back, before its door is shut and after", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place));
  const { rental, cell } = await givenBack(rig);
  const heard = rig.heard(ANNE);
  equal(await keep(rig, rental), "kept");
  rig.moves(cell, "closed");
  rig.later = 1_000;
  equal((await rig.rentals.of("cab", ANNE))[0]?.state, "held");
  await rig.tap(ANNE, { command: "retrieve", rental });
  await shut(rig, cell);
  rig.later = 2_000;
  equal(await keep(rig, rental), "kept");
  equal((await rig.states())[cell - 1], "held");
  equal(await keep(rig, rental), "kept", "asked again, as after a lost answer");
  equal(rig.sent.length, 3, "no door is opened for it");
  deepEqual(
    heard.map((event) => event.type === "rental" && event.rental.state),
    ["held", "returning", "ended", "held"],
  );
  deepEqual(await kinds(rig), ["stored", "kept", "ended", "kept"]);
});

testOnEach("a cell that is kept is given back by the next retrieve, with a grace time of its own", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place, { rules: { graceSeconds: 60 } }));
  const { rental, cell } = await givenBack(rig);
  await shut(rig, cell);
  rig.later = 50_000;
  equal(await keep(rig, rental), "kept");
  rig.later = 10 * MINUTE_MS;
  await rig.tap(ANNE, { command: "retrieve", rental });
  await shut(rig, cell);
  rig.later += 50_000;
  equal(await keep(rig, rental), "kept");
});

testOnEach(
  "inGrace() is what may be kept or opened once more, and for how long",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place, { rules: { graceSeconds: 60 } }));
    const inGrace = async (person: string) => await rig.rentals.inGrace(await rig.cabinet(), person);
    const { rental, cell } = await givenBack(rig);
    deepEqual(await inGrace(ANNE), [], "its door is still open");
    await shut(rig, cell);
    const [view, ...others] = await inGrace(ANNE);
    deepEqual([view?.rental, view?.state, view?.reason, others], [rental, "ended", "retrieved", []]);
    ok(view?.graceMs !== undefined && view.graceMs > 30_000 && view.graceMs <= 60_000, `${view?.graceMs}`);
    deepEqual(await inGrace(BERT), []);
    rig.later = 61_000;
    deepEqual(await inGrace(ANNE), [], "too much time has passed");
    rig.later = 0;
    await Promise.all([1, 2, 3].map(() => rig.tap(BERT, { command: "store" })));
    deepEqual(await inGrace(ANNE), [], "somebody else has the cell");
  },
);

testOnEach(
  "inGrace() has for the person with a code what was taken out, and nothing that the operator ended",
  async (
    { place },
    stack,
  ) => {
    const rig = stack.use(await Rig.open(place));
    const inGrace = async (person: string) => await rig.rentals.inGrace(await rig.cabinet(), person);
    const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
    await rig.tap(BERT, { command: "pickup", code: await rig.code(ANNE, rental), address: "" });
    await shut(rig, cell);
    deepEqual((await inGrace(BERT)).map(({ rental: id, picked }) => [id, picked]), [[rental, true]]);
    deepEqual((await inGrace(ANNE)).map(({ rental: id, reason }) => [id, reason]), [[rental, "picked-up"]]);
    const { id: other } = await rig.tap(ANNE, { command: "store" });
    await rig.acts.endRental(root(), other);
    deepEqual((await inGrace(ANNE)).filter(({ rental: id }) => id === other), []);
  },
);

testOnEach("keep() is too late after the grace time, or once another person has the cell", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place, { rules: { graceSeconds: 60 } }));
  const { rental, cell } = await givenBack(rig);
  await shut(rig, cell);
  rig.later = 61_000;
  equal(await keep(rig, rental), "over");
  rig.later = 0;
  const others = await Promise.all([1, 2, 3].map(() => rig.tap(BERT, { command: "store" })));
  equal(others.some((other) => other.cell === cell), true);
  equal(await keep(rig, rental), "over");
});

testOnEach(
  "of who keeps a cell and who is given it at the same moment, one has it",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const { rental, cell } = await givenBack(rig);
    await shut(rig, cell);
    const [kept, ...others] = await Promise.all([
      keep(rig, rental),
      ...[1, 2, 3].map(() => rig.tap(BERT, { command: "store" })),
    ]);
    const isGiven = others.some((other) => other.cell === cell && other.state === "opened");
    equal(isGiven, kept === "over");
    const [row] = await rig.db.tables.selectFrom("cells").select("rental").where("cell", "=", cell).execute();
    equal(row?.rental === rental, kept === "kept");
  },
);

testOnEach(
  "keep() is for what the person gave back: not for others, nor after the operator or a friend",
  async (
    { place },
    stack,
  ) => {
    const rig = stack.use(await Rig.open(place));
    const { rental, cell } = await givenBack(rig);
    equal(await keep(rig, rental, BERT), "forbidden");
    equal(await keep(rig, crypto.randomUUID()), "forbidden");
    await rig.acts.endRental(root(), rental);
    equal(await keep(rig, rental), "over");
    rig.moves(cell, "closed");
    const { id: shared, cell: other } = await rig.tap(ANNE, { command: "store" });
    await rig.tap(BERT, { command: "pickup", code: await rig.code(ANNE, shared), address: "" });
    equal(await keep(rig, shared), "forbidden");
    await shut(rig, other);
    equal(await keep(rig, shared), "forbidden");
  },
);

testOnEach("what is kept goes on by its rules: its end, its reminders, and no code of before", async (
  { place },
  stack,
) => {
  const rules = { rentalMinutes: 60, remindMinutes: [10], overdue: "hold" as const, graceSeconds: 3600 };
  const rig = stack.use(await Rig.open(place, { rules }));
  const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
  const code = await rig.code(ANNE, rental);
  rig.moves(cell, "closed");
  const [before] = await rig.rentals.of("cab", ANNE);
  await rig.tap(ANNE, { command: "retrieve", rental });
  await shut(rig, cell);
  equal(await keep(rig, rental), "kept");
  const [after] = await rig.rentals.of("cab", ANNE);
  equal(after?.until, before?.until);
  equal((await rig.tap(BERT, { command: "pickup", code, address: "" })).reason, "wrong-code");
  rig.later = 51 * MINUTE_MS;
  await rig.due();
  rig.later = 61 * MINUTE_MS;
  await rig.due();
  deepEqual((await kinds(rig)).slice(-2), ["reminder", "overdue"]);
  equal((await rig.tap(ANNE, { command: "retrieve", rental })).reason, "overdue");
});

testOnEach("a cell that is given back and kept counts for the limit of a guest", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place, { rules: { rentalsPerGuest: 1 } }));
  const { rental, cell } = await givenBack(rig);
  equal((await rig.tap(ANNE, { command: "store" })).reason, "limit", "its door is open still");
  await shut(rig, cell);
  notEqual((await rig.tap(ANNE, { command: "store", size: "M" })).cell, cell);
  equal(await keep(rig, rental), "limit");
});

testOnEach(
  "a guest has one cell at once, whatever is asked for at once; others have as many as are free",
  async (
    { place },
    stack,
  ) => {
    const rig = stack.use(await Rig.open(place, { rules: { rentalsPerGuest: 1 } }));
    const all = await Promise.all(Array.from({ length: 8 }, () => rig.tap(ANNE, { command: "store" })));
    deepEqual(all.map(({ reason = "" }) => reason).sort(), ["", ...Array(7).fill("limit")]);
    const login = { app: "wx", openid: "o", unionid: undefined, name: "Ming", picture: undefined };
    const { id } = await rig.people.addWechat(login);
    for (let n = 0; n < 2; n++) equal((await rig.tap(id, { command: "store" })).state, "opened");
  },
);

testOnEach(
  "a rental's code ends with it, in each of the ways in which a rental ends",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const ways: Record<string, (rental: string, cell: number) => Promise<unknown>> = {
      operator: (rental) => rig.acts.endRental(root(), rental),
      clear: (rental, cell) => rig.acts.clear(root(), { cabinet: "cab", cell, expected: [rental] }),
      retrieve: (rental) => rig.tap(ANNE, { command: "retrieve", rental }),
      kept: async (rental) => {
        await rig.tap(ANNE, { command: "retrieve", rental });
        equal(await keep(rig, rental), "kept");
      },
      moved: async (rental) => {
        const wayBack = await rig.rentalRecovery.show({ cabinet: "cab", rental, person: ANNE });
        if (!wayBack) throw new Error("Cannot come back");
        await rig.rentalRecovery.claim({
          ...wayBack,
          cabinet: "cab",
          person: BERT,
          sessionsFrom: 0,
          address: "",
        });
      },
    };
    for (const [way, end] of Object.entries(ways)) {
      const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
      const share = { id: crypto.randomUUID(), cabinet: await rig.cabinet(), rental, person: ANNE };
      const shared = await rig.rentals.share(share);
      if (shared.type !== "shared") throw new Error(shared.type);
      await end(rental, cell);
      const live = await rig.db.tables.selectFrom("codes").select("id").where("rental", "=", rental)
        .where("used_at", "is", null).where("void_at", "is", null).execute();
      deepEqual(live, [], way);
      deepEqual(
        await rig.rentals.share(share),
        { type: "forbidden" },
        `${way}: it is not shown again either`,
      );
      await rig.acts.endRental(root(), rental);
      rig.moves(cell, "closed");
    }
  },
);

testOnEach("what a session that is over asks for is forbidden, whatever it is", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const { id: rental } = await rig.tap(ANNE, { command: "store" });
  const cabinet = await rig.cabinet();
  const { sessionsFrom = 0 } = await rig.people.find(ANNE) ?? {};
  await rig.people.endSessions(ANNE);
  const wish = { cabinet, rental, person: ANNE, sessionsFrom };
  const forbidden = { type: "forbidden" };
  deepEqual(await rig.rentals.share({ ...wish, id: crypto.randomUUID() }), forbidden);
  equal(await rig.rentals.keep(wish), "forbidden");
  equal(await rig.rentalRecovery.show({ ...wish, cabinet: "cab" }), undefined);
  const claim = { ...wish, cabinet: "cab", number: "1", secret: "00000000", address: "" };
  equal((await rig.rentalRecovery.claim(claim)).type, "bad-number", "which says nothing");
  const retrieve = { command: "retrieve", rental, sessionsFrom } as const;
  const refused = await rig.tap(ANNE, retrieve);
  deepEqual([refused.state, refused.reason], ["refused", "forbidden"]);
  equal(
    (await rig.rentals.share({ ...wish, id: crypto.randomUUID(), sessionsFrom: Date.now() + 60_000 })).type,
    "shared",
  );
});

testOnEach("a code works no longer than its rental may be opened", async ({ place }, stack) => {
  const rules = { rentalMinutes: 60, codeMinutes: 24 * 60 };
  for (const overdue of ["hold", "record"] as const) {
    const rig = stack.use(await Rig.open(place, { rules: { ...rules, overdue } }));
    const { id: rental } = await rig.tap(ANNE, { command: "store" });
    const [view] = await rig.rentals.of("cab", ANNE);
    const share = { id: crypto.randomUUID(), cabinet: await rig.cabinet(), rental, person: ANNE };
    const shared = await rig.rentals.share(share);
    const end = Date.parse(view?.until ?? "");
    equal(shared.type === "shared" && shared.until > end, overdue === "record", overdue);
    equal(shared.type === "shared" && shared.until >= end, true, overdue);
    await rig.acts.endRental(root(), rental);
    await rig[Symbol.asyncDispose]();
  }
});

testOnEach("who has the rental sees that a friend collects, from the code to the shut door", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place));
  const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
  rig.moves(cell, "closed");
  const code = await rig.code(ANNE, rental);
  const [owner, friend] = [rig.heard(ANNE), rig.heard(BERT)];
  const seen = (events: typeof owner) =>
    events.splice(0).map((event) =>
      event.type === "rental" && [event.rental.state, event.rental.collecting ?? false, event.rental.reason]
    );
  rig.evidence = () => ({ state: "failed", reason: "did-not-open" });
  await rig.tap(BERT, { command: "pickup", code, address: "" });
  deepEqual(
    seen(owner),
    [["held", true, undefined], ["held", false, undefined]],
    "a jam is not a collection",
  );
  deepEqual(seen(friend), [["held", false, undefined], ["held", false, undefined]]);
  rig.evidence = () => ({ state: "opened" });
  await rig.tap(BERT, { command: "retrieve", rental });
  deepEqual(seen(owner), [["held", true, undefined], ["held", false, undefined], [
    "returning",
    true,
    undefined,
  ]]);
  equal((await rig.rentals.of("cab", ANNE))[0]?.collecting, true);
  equal((await rig.rentals.of("cab", BERT))[0]?.collecting, undefined);
  rig.moves(cell, "closed");
  await until(() => owner.length > 0);
  deepEqual(seen(owner), [["ended", false, "picked-up"]]);
});

testOnEach("whose opening ends it, the person's or the friend's, is what a rental's end says", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place));
  const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
  await rig.tap(BERT, { command: "pickup", code: await rig.code(ANNE, rental), address: "" });
  await shut(rig, cell);
  await rig.tap(ANNE, { command: "reopen", rental });
  equal((await rig.rentals.of("cab", ANNE))[0]?.collecting, undefined, "she opened it once more herself");
});

testOnEach("who keeps a cell that a friend was collecting from is not told of it for good", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place));
  const { rental } = await givenBack(rig);
  equal(await keep(rig, rental), "kept");
  const code = await rig.code(ANNE, rental);
  const friends = Promise.withResolvers<{ readonly state: "failed"; readonly reason: "did-not-open" }>();
  stack.defer(() => friends.resolve({ state: "failed", reason: "did-not-open" }));
  const asked = Promise.withResolvers<void>();
  rig.evidence = () => {
    asked.resolve();
    return friends.promise;
  };
  const collecting = rig.tap(BERT, { command: "pickup", code, address: "" });
  const view = async () => (await rig.rentals.of("cab", ANNE))[0];
  await asked.promise;
  equal((await view())?.collecting, true);
  rig.evidence = () => ({ state: "opened" });
  await rig.tap(ANNE, { command: "retrieve", rental });
  equal(await keep(rig, rental), "kept");
  equal((await view())?.collecting, undefined);
  friends.resolve({ state: "failed", reason: "did-not-open" });
  equal((await collecting).state, "failed");
  deepEqual([(await view())?.state, (await view())?.collecting], ["held", undefined]);
});

testOnEach(
  "a guest who has something in a cell is not signed out; anybody else is",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
    const heard = rig.heard(ANNE);
    equal(await rig.people.signOut(ANNE), "holding");
    equal((await rig.people.find(ANNE))?.sessionsFrom, 0);
    await rig.tap(ANNE, { command: "retrieve", rental });
    equal(await rig.people.signOut(ANNE), "holding", "its door is open still");
    await shut(rig, cell);
    equal(await rig.people.signOut(ANNE), "signed-out");
    deepEqual(heard.at(-1), { type: "signed-out" });
    const login = { app: "wx", openid: "o", unionid: undefined, name: "Ming", picture: undefined };
    const { id } = await rig.people.addWechat(login);
    await rig.tap(id, { command: "store" });
    equal(await rig.people.signOut(id), "signed-out", "who comes back by a login");
  },
);

testOnEach(
  "a guest who stores and signs out at the same moment does one of both",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    for (let times = 0; times < 10; times++) {
      const person = (await rig.people.addGuest("192.0.2.1"))?.id ?? "";
      const both = [
        () => rig.people.signOut(person),
        () =>
          rig.tap(person, { command: "store", sessionsFrom: 0 }).then((stored) =>
            stored.reason ?? stored.state
          ),
      ];
      const isFirst = times % 2;
      const done = await Promise.all([both[isFirst]?.(), both[1 - isFirst]?.()]);
      ok(["holding opened", "forbidden signed-out"].includes(done.toSorted().join(" ")), done.join());
      for (const { rental } of await rig.rentals.of("cab", person)) {
        await rig.acts.endRental(root(), rental);
      }
    }
  },
);
