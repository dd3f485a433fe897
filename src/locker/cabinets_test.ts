import { deepEqual, equal, rejects } from "node:assert/strict";
import { type TestDatabase, testOnEach } from "../../tests/databases.ts";
import { openDatabase } from "../db/mod.ts";
import { ShakyRouter } from "../router/shaky.ts";
import type { Description } from "./cabinet.ts";
import { Cabinets } from "./cabinets.ts";
import { SecretMissingError } from "./errors.ts";
import { DEFAULT_RULES } from "./rules.ts";

const SECRET = "0123456789abcdef";

const serial: Description = {
  id: "cab",
  name: "Lobby",
  board: "8a",
  registration: Uint8Array.of(1),
  heartbeat: { bytes: Uint8Array.of(0xfe), echo: false },
  localEcho: false,
  wiring: "short-when-locked",
  mode: "open",
  rules: DEFAULT_RULES,
  layout: undefined,
  cells: [],
};

const smart: Description = { ...serial, board: "kaigui", registration: undefined, heartbeat: undefined };

/** The domain's cabinets, and how often the device of `cab` was hung up on. */
async function cabinetsOn({ place }: TestDatabase, stack: AsyncDisposableStack) {
  const router = new ShakyRouter();
  let hungUp = 0;
  router.claim("cab", {
    handle: (request) => {
      if (request.type === "hang-up") hungUp++;
      return Promise.resolve({ type: "hang-up" });
    },
    displaced: () => {},
  }, 1);
  const db = stack.use(await openDatabase(place));
  const cabinets = new Cabinets(db, { router, wallClock: () => 1_000 });
  return {
    cabinets,
    tables: db.tables,
    /** Whether the device is hung up on for this. */
    async hangsUp(cabinet: Description): Promise<boolean> {
      const before = hungUp;
      await cabinets.put(cabinet);
      return hungUp > before;
    },
    secret: async () => (await db.tables.selectFrom("cabinets").select("secret").executeTakeFirst())?.secret,
  };
}

testOnEach(
  "Cabinets.put() hangs up where something changed that the device goes by",
  async (database, stack) => {
    const { cabinets, hangsUp } = await cabinetsOn(database, stack);
    await cabinets.put(serial);
    equal(await hangsUp({ ...serial, name: "Hall", leftOpenMs: 1_000, offlineMs: 1_000 }), false);
    const changes: Partial<Description>[] = [
      { heartbeat: { bytes: Uint8Array.of(0xfe), echo: false, intervalMs: 30_000 } },
      { addresses: ["10.0.0.0/8"] },
      { wiring: "none" },
    ];
    for (const change of changes) {
      equal(await hangsUp({ ...serial, ...change }), true, JSON.stringify(change));
      equal(await hangsUp({ ...serial, ...change }), false, "nothing changed");
      await cabinets.put(serial);
    }
  },
);

testOnEach(
  "Cabinets.put() keeps a controller's secret until it is given another",
  async (database, stack) => {
    const { cabinets, hangsUp, secret } = await cabinetsOn(database, stack);
    equal(await cabinets.put({ ...smart, secret: SECRET }), "created");
    equal(await hangsUp({ ...smart, name: "Hall" }), false);
    equal(await secret(), SECRET);
    equal(await hangsUp({ ...smart, secret: SECRET }), false);
    equal(await hangsUp({ ...smart, secret: SECRET.toUpperCase() }), true);
    equal(await secret(), SECRET.toUpperCase());
  },
);

testOnEach(
  "Cabinets.put() refuses a controller without a secret, and forgets one that is no use",
  async (database, stack) => {
    const { cabinets, secret } = await cabinetsOn(database, stack);
    await rejects(cabinets.put(smart), SecretMissingError);
    equal(await cabinets.find("cab"), undefined);
    await cabinets.put(serial);
    await rejects(cabinets.put(smart), SecretMissingError);
    equal((await cabinets.find("cab"))?.board, "8a");
    await cabinets.put({ ...smart, secret: SECRET });
    await cabinets.put(serial);
    equal(await secret(), null);
    await rejects(cabinets.put(smart), SecretMissingError);
  },
);

testOnEach("Cabinets.put() leaves what happened to the cabinet as it is", async (database, stack) => {
  const { cabinets, tables } = await cabinetsOn(database, stack);
  const lived = { last_seen_at: 7, offline_since: 8, event_log: "log", event_seq: 9 };
  await cabinets.put({ ...smart, secret: SECRET });
  await tables.updateTable("cabinets").set(lived).execute();
  await cabinets.put({ ...smart, name: "Hall" });
  const row = await tables.selectFrom("cabinets").selectAll().executeTakeFirst();
  deepEqual(row, { ...row, ...lived, name: "Hall" });
});
