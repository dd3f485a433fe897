import { deepEqual } from "node:assert/strict";
import { type TestDatabase, testOnEach } from "../../../testing/servers/databases.ts";
import { touchCabinets } from "../../db/queries/cabinets.ts";
import { NotAskedError } from "../../router/mod.ts";
import { Rig } from "../../../testing/rigs/locker.ts";
import type { Description } from "../cabinets/cabinet.ts";
import { DoorAlarms } from "./door_alarms.ts";
import { described } from "../../../testing/rigs/described.ts";

const OFFLINE_MS = 60_000;

const cabinet = described({
  id: "new",
  registration: { text: "IMEI1" },
  offlineSeconds: OFFLINE_MS / 1000,
});

/** Cabinets that nobody has connected, and two programs that look for what is due at the same time. */
async function rigOf({ place }: TestDatabase, stack: AsyncDisposableStack) {
  const rig = stack.use(await Rig.open(place));
  const { tables, writer } = rig.db;
  const wallClock = () => Date.now() + rig.later;
  const started = () => new DoorAlarms(rig.db, { router: rig.router, wallClock });
  const both = [started(), started()];
  return {
    rig,
    started,
    put: async (change: Partial<Description> = {}) => void await rig.cabinets.put({ ...cabinet, ...change }),
    /** So much later by the rig's clock both look, and this is what is raised and what is over then. */
    async after(ms: number): Promise<string[]> {
      rig.later += ms;
      await Promise.all(both.map((alarms) => alarms.look()));
      const rows = await tables.selectFrom("alarms").selectAll().orderBy("raised_at").orderBy("cabinet")
        .execute();
      return rows.map(({ kind, cabinet, ended_at }) =>
        `${cabinet} ${kind}${ended_at === null ? "" : " over"}`
      );
    },
    touch: (how: { online: boolean; came?: boolean }) =>
      writer.transaction((trx) => touchCabinets(trx, ["new"], { at: wallClock(), ...how })),
  };
}

testOnEach("DoorAlarms tells of a cabinet that never connected, once, until it does", async (db, stack) => {
  const { put, after, touch } = await rigOf(db, stack);
  await put();
  deepEqual(await after(OFFLINE_MS - 5_000), []);
  deepEqual(await after(6_000), ["new never-connected"]);
  deepEqual(await after(OFFLINE_MS), ["new never-connected"]);
  await put({ name: "Renamed" });
  deepEqual(await after(OFFLINE_MS), ["new never-connected"]);
  await touch({ online: true });
  deepEqual(await after(OFFLINE_MS), ["new never-connected over"]);
  await touch({ online: false });
  deepEqual(await after(OFFLINE_MS), ["new never-connected over", "new offline"]);
});

testOnEach("DoorAlarms goes by the device that a cabinet is described with", async (db, stack) => {
  const { put, after, touch } = await rigOf(db, stack);
  await put();
  await touch({ online: true });
  await touch({ online: false });
  deepEqual(await after(OFFLINE_MS), ["new offline"]);
  await put({ registration: { text: "IMEI2" } });
  deepEqual(await after(OFFLINE_MS - 5_000), ["new offline over"]);
  // It hung up on the device that was there before.
  await touch({ online: false });
  deepEqual(await after(6_000), ["new offline over", "new never-connected"]);
  await put({ registration: { text: "IMEI3" } });
  deepEqual(await after(OFFLINE_MS - 5_000), ["new offline over", "new never-connected over"]);
  const before = ["new offline over", "new never-connected over"];
  deepEqual(await after(6_000), [...before, "new never-connected"]);
  // It came and left before either was written.
  await touch({ online: false, came: true });
  deepEqual(await after(OFFLINE_MS - 5_000), [...before, "new never-connected over"]);
  deepEqual(await after(6_000), [...before, "new never-connected over", "new offline"]);
});

testOnEach("DoorAlarms waits for no cabinet that nothing can connect as", async (db, stack) => {
  const { put, after } = await rigOf(db, stack);
  await put({ registration: null });
  await put({ id: "patient", registration: { text: "IMEI2" }, offlineSeconds: null });
  await put({ id: "smart", board: "kaigui", registration: null, secret: "0123456789abcdef" });
  deepEqual(await after(10 * OFFLINE_MS), ["smart never-connected"]);
  await put();
  deepEqual(await after(OFFLINE_MS - 5_000), ["smart never-connected"]);
  deepEqual(await after(6_000), ["smart never-connected", "new never-connected"]);
  await put({ registration: null });
  deepEqual(await after(OFFLINE_MS), ["smart never-connected", "new never-connected over"]);
});

testOnEach(
  "DoorAlarms tells of cabinets that were there before it, and gives them time",
  async (db, stack) => {
    const { rig, put, started, after } = await rigOf(db, stack);
    await put();
    rig.later = 100 * OFFLINE_MS;
    const later = started();
    await later.look();
    rig.later += OFFLINE_MS - 5_000;
    await later.look();
    const { tables } = rig.db;
    deepEqual(await tables.selectFrom("alarms").selectAll().execute(), []);
    deepEqual(await after(5_000), ["new never-connected"]);
  },
);

testOnEach("DoorAlarms asks whether a cabinet that never connected has just done so", async (db, stack) => {
  const { rig, put, after } = await rigOf(db, stack);
  await put();
  rig.router.broken = new NotAskedError("nobody was asked");
  deepEqual(await after(OFFLINE_MS), []);
  rig.router.broken = undefined;
  await put({ registration: { text: "IMEI2" } });
  const asOf = { epoch: 1, count: 0 };
  const claim = rig.router.claim("new", {
    handle: () => Promise.resolve({ type: "status", asOf, connectedAt: 0, lastSeenAt: 0, doors: new Map() }),
    displaced: () => {},
  }, 1);
  deepEqual(await after(OFFLINE_MS), []);
  claim[Symbol.dispose]();
});
