import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { deleteCabinet, putCabinet, type WantedCabinet } from "../queries/cabinets.ts";
import { Epochs, nextEpochs } from "./epochs.ts";
import { openDatabase } from "../mod.ts";

const cabinet: WantedCabinet = {
  id: "cab",
  organization: "main",
  tags: [],
  words: "",
  name: "Lobby",
  board: "8a",
  registration: null,
  part: null,
  part_at: null,
  part_key: null,
  part_bytes: null,
  heartbeat: null,
  heartbeat_echo: 0,
  heartbeat_ms: null,
  local_echo: 0,
  wiring: "short-when-locked",
  addresses: null,
  sealed_secret: null,
  left_open_ms: null,
  offline_ms: null,
  mode: "open",
  layout: null,
  locks: "[]",
  rules: "{}",
  description: "{}",
  created_at: 1,
  updated_at: 1,
  last_seen_at: null,
  cells: [],
};

testOnEach(
  "Epochs.next() rises, also when the cabinet was removed and created again",
  async ({ place }, stack) => {
    const db = stack.use(await openDatabase(place));
    const epochs = new Epochs(db);
    const put = () => db.writer.transaction((trx) => putCabinet(trx, cabinet));
    await put();
    equal(await epochs.next("cab"), 1);
    equal(await epochs.next("cab"), 2);
    deepEqual(await db.writer.transaction((trx) => deleteCabinet(trx, "cab", 0)), { type: "removed" });
    await put();
    equal(await epochs.next("cab"), 3);
    equal(await epochs.next("other"), 1);
  },
);

testOnEach("Epochs.take() returns when the epoch's description was changed", async ({ place }, stack) => {
  const db = stack.use(await openDatabase(place));
  const epochs = new Epochs(db);
  const put = (updated_at: number) =>
    db.writer.transaction((trx) => putCabinet(trx, { ...cabinet, updated_at }));
  await put(7);
  deepEqual(await epochs.take("cab"), { epoch: 1, updatedAt: 7 });
  await put(8);
  deepEqual(await Promise.all([epochs.take("cab"), epochs.take("gone")]), [
    { epoch: 2, updatedAt: 8 },
    { epoch: 1, updatedAt: undefined },
  ]);
});

testOnEach("nextEpochs() takes one epoch for each cabinet, and none for none", async ({ place }, stack) => {
  const { writer } = stack.use(await openDatabase(place));
  const take = (ids: readonly string[]) => writer.transaction((trx) => nextEpochs(trx, ids));
  deepEqual(await take([]), new Map());
  deepEqual(await take(["b"]), new Map([["b", 1]]));
  const both = await take(["b", "B", "a"]);
  deepEqual([both.get("a"), both.get("b"), both.get("B")], [1, 2, 1]);
});

testOnEach(
  "Epochs.next() returns different epochs to concurrent calls, in order",
  async ({ place }, stack) => {
    const epochs = new Epochs(stack.use(await openDatabase(place)));
    const taken = new Map<string, number[]>();
    const asked = Array.from({ length: 200 }, async (_, n) => {
      const id = `cab-${n % 20}`;
      const epoch = await epochs.next(id);
      taken.set(id, [...taken.get(id) ?? [], epoch]);
    });
    await Promise.all(asked);
    equal(taken.size, 20);
    for (const numbers of taken.values()) deepEqual(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  },
);

testOnEach(
  "Epochs.next() never returns the same epoch to two programs",
  async ({ kind, place }, stack) => {
    const one = stack.use(await openDatabase(place));
    const two = kind === "postgres" ? stack.use(await openDatabase(place)) : one;
    const [first, second] = [new Epochs(one), new Epochs(two)];
    const ids = Array.from({ length: 500 }, (_, n) => n % 2 === 0 ? `cab-${n}` : `CAB-${n}`);
    const taken = await Promise.all([
      Promise.all(ids.map((id) => first.next(id))),
      Promise.all(ids.toReversed().map((id) => second.next(id))),
    ]);
    ids.forEach((id, index) => {
      const numbers = [taken[0][index], taken[1].toReversed()[index]].toSorted();
      deepEqual(numbers, [1, 2], id);
    });
  },
);

testOnEach("Epochs.next() rejects while the database is unavailable", async ({ place }, stack) => {
  const db = stack.use(await openDatabase(place));
  const epochs = new Epochs(db);
  equal(await epochs.next("cab"), 1);
  await db.tables.schema.alterTable("epochs").renameTo("away").execute();
  await rejects(epochs.next("cab"));
  await db.tables.schema.alterTable("away").renameTo("epochs").execute();
  ok(await epochs.next("cab") > 1);
});
