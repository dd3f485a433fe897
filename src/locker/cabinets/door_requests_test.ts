import { deepEqual, equal, rejects } from "node:assert/strict";
import { type TestDatabase, testOnEach } from "../../../testing/servers/databases.ts";
import { until } from "../../../testing/until.ts";
import { NoAnswerError, NotAskedError } from "../../router/mod.ts";
import { ANNE, EPOCH, Rig } from "../../../testing/rigs/locker.ts";
import { askStatus, hangUp, readDoor } from "./door_requests.ts";

/** How the way to an owner may be broken. */
const BROKEN = [new NotAskedError("the time was up"), new NoAnswerError("the isolate is gone")];

/** A cabinet whose cell 1 was given back, with its door open. */
async function returning({ place }: TestDatabase, stack: AsyncDisposableStack) {
  const rig = stack.use(await Rig.open(place));
  const { id: rental, cell } = await rig.tap(ANNE, { command: "store", size: "S" });
  rig.moves(cell, "closed");
  await rig.tap(ANNE, { command: "retrieve", rental });
  const state = async () => (await rig.cabinet()).cells.find((one) => one.cell === cell)?.state;
  equal(await state(), "held");
  return { rig, rental, cell, state };
}

testOnEach(
  "a cabinet that cannot be reached counts as offline, and that is not sure",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const { router, cabinets } = rig;
    rig.doors.set(1, "open");
    equal((await askStatus(router, "cab")).type, "status");
    equal((await askStatus(router, "another")).type, "offline");
    deepEqual(await readDoor(router, { cabinet: "cab", cell: 1 }), { type: "look", door: "open" });
    for (router.broken of BROKEN) {
      equal((await askStatus(router, "cab")).type, "unreachable");
      deepEqual(await readDoor(router, { cabinet: "cab", cell: 1 }), {});
      const { online, isSure, doors } = await cabinets.status(await rig.cabinet());
      deepEqual({ online, isSure, doors }, { online: false, isSure: false, doors: new Map() });
    }
    router.broken = new TypeError("a mistake of the program");
    await rejects(askStatus(router, "cab"), TypeError);
  },
);

testOnEach(
  "a cabinet that cannot be reached is changed and removed all the same",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const { router, cabinets } = rig;
    const { lastSeenAt: _seen, describedAt: _at, ...described } = await rig.cabinet();
    for (router.broken of BROKEN) {
      equal(await hangUp(router, "cab"), false);
      const wiring = described.wiring === "short-when-locked" ? "short-when-open" : "short-when-locked";
      equal(await cabinets.put({ ...described, wiring }), "replaced");
      equal(await cabinets.put(described), "replaced");
    }
    equal(await cabinets.remove({ id: "cab", organization: "main" }), true);
    equal(await cabinets.find("cab"), undefined);
  },
);

testOnEach("a returning cell is free when its door's closing was missed", async (database, stack) => {
  const { rig, cell, state } = await returning(database, stack);
  rig.router.isDeaf = true;
  rig.moves(cell, "closed");
  equal(await state(), "held");
  rig.router.isDeaf = false;
  rig.router.misses();
  await until(async () => await state() === "free");
});

testOnEach(
  "a returning cell is not free by a closing that is older than its opening",
  async (database, stack) => {
    const { rig, cell, state } = await returning(database, stack);
    const asOf = { epoch: EPOCH, count: 0 };
    rig.router.publish("cab", { type: "doors", asOf, cells: [{ cell, door: "closed" }] });
    await rig.untilRead();
    equal(await state(), "held", "the door reads open");
    rig.moves(cell, "closed");
    await until(async () => await state() === "free");
  },
);

testOnEach(
  "a returning cell is not free that was opened once more since its door was read",
  async (database, stack) => {
    const { rig, rental, cell, state } = await returning(database, stack);
    rig.doors.set(cell, "closed");
    const reading = rig.holdReading();
    rig.returns.look(rental);
    await reading.began;
    equal((await rig.tap(ANNE, { command: "reopen", rental })).state, "opened");
    reading.goOn();
    await rig.untilRead();
    equal(await state(), "held", "that reading is from before");
    rig.moves(cell, "closed");
    await until(async () => await state() === "free");
  },
);

testOnEach(
  "a returning cell is not free that was kept and opened once more since its door was read",
  async (database, stack) => {
    const { rig, rental, cell, state } = await returning(database, stack);
    rig.doors.set(cell, "closed");
    const reading = rig.holdReading();
    rig.returns.look(rental);
    await reading.began;
    equal(await rig.rentals.keep({ cabinet: await rig.cabinet(), rental, person: ANNE }), "kept");
    equal((await rig.tap(ANNE, { command: "retrieve", rental })).state, "opened");
    reading.goOn();
    await rig.untilRead();
    equal(await state(), "held", "that reading is from before");
    rig.moves(cell, "closed");
    await until(async () => await state() === "free");
  },
);

testOnEach(
  "a cell that was taken up again in the grace time is not free by a reading from before",
  async (database, stack) => {
    const { rig, rental, cell, state } = await returning(database, stack);
    rig.doors.set(cell, "closed");
    const reading = rig.holdReading();
    rig.returns.look(rental);
    await reading.began;
    rig.holdReading().goOn();
    rig.returns.look(rental);
    await until(async () => await state() === "free");
    equal((await rig.tap(ANNE, { command: "reopen", rental })).state, "opened");
    reading.goOn();
    await rig.untilRead();
    equal(await state(), "held", "that reading is from before");
    rig.moves(cell, "closed");
    await until(async () => await state() === "free");
  },
);

testOnEach(
  "a returning cell whose cabinet cannot be reached is looked at again later",
  async (database, stack) => {
    const { rig, rental, cell, state } = await returning(database, stack);
    const { router } = rig;
    router.isDeaf = true;
    rig.moves(cell, "closed");
    for (const [index, error] of BROKEN.entries()) {
      router.broken = error;
      rig.returns.look(rental);
      await until(() => router.lost === index + 1);
    }
    router.broken = undefined;
    equal(await state(), "held");
    rig.returns.start();
    await until(async () => await state() === "free");
    deepEqual(rig.failures, []);
  },
);

testOnEach(
  "an unconfirmed command is settled when its door's opening was missed",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place, { mode: "open" }));
    const { router } = rig;
    rig.evidence = () => ({ state: "unconfirmed", reason: "no-reply" });
    const id = crypto.randomUUID();
    const tap = { command: "open", id, cabinet: await rig.cabinet(), cell: 1, by: `person:${ANNE}` } as const;
    equal((await rig.commands.run(tap)).state, "unconfirmed");
    router.isDeaf = true;
    rig.moves(1, "open");
    router.broken = new NotAskedError("the time was up");
    router.misses();
    router.broken = undefined;
    equal((await rig.journal.find(id))?.state, "unconfirmed");
    router.misses();
    await until(async () => (await rig.journal.find(id))?.state === "opened");
  },
);
