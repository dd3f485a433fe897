import { deepEqual, equal, rejects } from "node:assert/strict";
import type { Insertable } from "kysely";
import { type TestDatabase, testOnEach } from "../../../testing/servers/databases.ts";
import { openDatabase, type Schema } from "../../db/mod.ts";
import { SEALING } from "../../lib/limits.ts";
import { FaultyRouter } from "../../../testing/network/faulty_router.ts";
import { UnreadableSecretError } from "../../lib/secret_box.ts";
import { describedIn } from "../../cabinet/description.ts";
import type { Cabinet, Description } from "./cabinet.ts";
import { rowOf } from "./rows.ts";
import { CabinetCatalog } from "./cabinet_catalog.ts";
import { ControllerSecrets } from "./controller_secrets.ts";
import { SecretMissingError } from "../errors.ts";
import { described } from "../../../testing/rigs/described.ts";

const SECRET = "0123456789abcdef";

const serial = described({ registration: { hex: "01" }, heartbeat: { hex: "FE", echo: false } });
const smart = described({ board: "kaigui" });

/** The domain's cabinets, and how often the device of `cab` was hung up on. */
async function cabinetsOn({ place }: TestDatabase, stack: AsyncDisposableStack) {
  const router = new FaultyRouter();
  let hungUp = 0;
  router.claim("cab", {
    handle: (request) => {
      if (request.type === "hang-up") hungUp++;
      return Promise.resolve({ type: "hang-up" });
    },
    displaced: () => {},
  }, 1);
  const db = stack.use(await openDatabase(place));
  const secrets = new ControllerSecrets("the secret of the tests");
  const cabinets = new CabinetCatalog(db, { router, secrets, wallClock: () => 1_000 });
  const row = () => db.tables.selectFrom("cabinets").selectAll().executeTakeFirstOrThrow();
  return {
    db,
    secrets,
    cabinets,
    row,
    tables: db.tables,
    /** Whether the device is hung up on for this. */
    async hangsUp(cabinet: Description): Promise<boolean> {
      const before = hungUp;
      await cabinets.put(cabinet);
      return hungUp > before;
    },
    /** What the controller has to know. */
    secret: async () => await secrets.of(await row()),
  };
}

testOnEach(
  "Cabinets.put() hangs up where something changed that the device goes by",
  async (database, stack) => {
    const { cabinets, hangsUp } = await cabinetsOn(database, stack);
    await cabinets.put(serial);
    equal(await hangsUp({ ...serial, name: "Hall", leftOpenSeconds: 1, offlineSeconds: 1 }), false);
    const changes: Partial<Description>[] = [
      { heartbeat: { hex: "FE", echo: false, intervalSeconds: 30 } },
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
    equal(await secret(), undefined);
    await rejects(cabinets.put(smart), SecretMissingError);
  },
);

testOnEach(
  "Cabinets.put() keeps a controller's secret sealed, for that cabinet alone",
  async (database, stack) => {
    const { cabinets, row, secrets } = await cabinetsOn(database, stack);
    await cabinets.put({ ...smart, secret: SECRET });
    const stored = await row();
    equal(JSON.stringify(stored).includes(SECRET), false);
    equal(stored.secret, null);
    await rejects(secrets.of({ ...stored, id: "other" }), UnreadableSecretError);
  },
);

testOnEach("beside the version before, the secret that was written last counts", async (database, stack) => {
  const { cabinets, hangsUp, tables, row, secret } = await cabinetsOn(database, stack);
  await cabinets.put({ ...smart, secret: SECRET });
  // As the version before writes one; it knows nothing of what is sealed.
  const writeInPlain = (secret: string) => tables.updateTable("cabinets").set({ secret }).execute();
  await writeInPlain("written-in-plain-1");
  equal(await secret(), "written-in-plain-1");
  equal(await hangsUp({ ...smart, name: "Hall" }), false);
  equal((await row()).secret, "written-in-plain-1", "the version before can still read it");
  equal(await hangsUp({ ...smart, secret: "written-in-plain-1" }), false, "the same one");
  deepEqual([(await row()).secret, await secret()], [null, "written-in-plain-1"]);
  await writeInPlain("written-in-plain-2");
  equal(await hangsUp({ ...smart, secret: SECRET }), true);
  equal(await secret(), SECRET);
  await writeInPlain("written-in-plain-3");
  await cabinets.put(serial);
  deepEqual([(await row()).secret, (await row()).sealed_secret], [null, null]);
});

testOnEach(
  "where SESSION_SECRET was changed a controller needs a new secret, and that is said",
  async (on, stack) => {
    const { cabinets, db, row } = await cabinetsOn(on, stack);
    await cabinets.put({ ...smart, secret: SECRET });
    const secrets = new ControllerSecrets("another secret of the tests");
    const changed = new CabinetCatalog(db, { router: new FaultyRouter(), secrets, wallClock: () => 2_000 });
    const said =
      /^Cannot read the secret of cabinet cab: it was sealed with another SESSION_SECRET\. Set that one/;
    await rejects(
      secrets.of(await row()),
      (error) => error instanceof UnreadableSecretError && said.test(error.message),
    );
    await rejects(secrets.check(db), UnreadableSecretError);
    await rejects(changed.put({ ...smart, name: "Hall" }), (error) => {
      return error instanceof SecretMissingError &&
        /sealed with another SESSION_SECRET, so it needs/.test(error.message);
    });
    equal((await changed.find("cab"))?.name, "Lobby");
    equal(await changed.put({ ...smart, secret: SECRET }), "replaced");
    equal(await secrets.of(await row()), SECRET);
    await secrets.check(db);
  },
);

testOnEach(
  "ControllerSecrets.sealLeft() seals what the version before left, a day after the upgrade",
  async (on, stack) => {
    const { cabinets, db, secrets, tables, row, secret } = await cabinetsOn(on, stack);
    await cabinets.put({ ...smart, secret: SECRET });
    await tables.updateTable("cabinets").set({ secret: SECRET, sealed_secret: null }).execute();
    const before = await row();
    const upgraded = Date.now();
    equal(await secrets.sealLeft(db, upgraded + SEALING.afterMs - 60_000), 0);
    equal((await row()).secret, SECRET, "it may run beside this one, and knows the plain one only");
    const left = upgraded + SEALING.afterMs + 60_000;
    const counts = await Promise.all([secrets.sealLeft(db, left), secrets.sealLeft(db, left)]);
    equal(counts[0] + counts[1], 1, "several programs at once");
    const after = await row();
    deepEqual(after, { ...before, secret: null, sealed_secret: after.sealed_secret }, "nothing else changes");
    equal(await secret(), SECRET);
    equal(await secrets.sealLeft(db, left), 0);
  },
  // The time of the upgrade counts.
  { isEmpty: true },
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

testOnEach(
  "what the version before says of a cabinet counts, and what it does not know stays",
  async (database, stack) => {
    const { cabinets, db } = await cabinetsOn(database, stack);
    const contact = { telephone: "400 123 4567" };
    const found = async () => describedIn(await cabinets.find("cab") as Cabinet);
    await cabinets.put({ ...serial, contact });
    // It puts a cabinet by its own columns, and knows of no other.
    const changed = described({ ...serial, name: "Hall", addresses: ["10.1.2.3"], offlineSeconds: null });
    await db.tables.updateTable("cabinets").set(columnsOf(changed)).where("id", "=", "cab").execute();
    deepEqual(await found(), { ...describedIn(changed), contact });
    const again = described({ ...serial, localEcho: true });
    equal(await cabinets.put(again), "replaced");
    deepEqual(await found(), describedIn(again));
  },
);

testOnEach("a cabinet that the version before has made is described in full", async (database, stack) => {
  const { cabinets, db } = await cabinetsOn(database, stack);
  const made = { ...columnsOf(serial), id: "cab", created_at: 0, event_seq: 0 };
  await db.tables.insertInto("cabinets")
    .values({ ...made, last_seen_at: null } as Insertable<Schema["cabinets"]>).execute();
  deepEqual(describedIn(await cabinets.find("cab") as Cabinet), describedIn(serial));
  const contact = { text: "Front desk" };
  await cabinets.put({ ...serial, contact });
  deepEqual(describedIn(await cabinets.find("cab") as Cabinet), describedIn({ ...serial, contact }));
});

testOnEach("what only a later version knows of a cabinet stays", async (database, stack) => {
  const { cabinets, db } = await cabinetsOn(database, stack);
  await cabinets.put(serial);
  const json = async () =>
    JSON.parse(
      (await db.tables.selectFrom("cabinets").select("description").executeTakeFirstOrThrow())
        .description ?? "null",
    );
  const description = JSON.stringify({ ...await json(), colour: "red" });
  await db.tables.updateTable("cabinets").set({ description }).execute();
  await cabinets.put({ ...serial, localEcho: true });
  const { colour, localEcho } = await json();
  deepEqual({ colour, localEcho }, { colour: "red", localEcho: true });
});

/** What the version before 0013 writes of a cabinet. */
function columnsOf(said: Description) {
  const { description: _description, organization: _organization, tags: _tags, words: _words, ...rest } =
    rowOf(said, 1);
  const { cells: _cells, id: _id, created_at: _created, ...columns } = rest;
  return columns;
}

testOnEach("what a person has stays while the cabinet is described several times at once", async (
  database,
  stack,
) => {
  const { cabinets, tables } = await cabinetsOn(database, stack);
  const cells = [1, 2].map((cell) => ({ cell, board: 1, channel: cell, size: "M" }));
  const cabinet: Description = { ...serial, cells };
  await cabinets.put(cabinet);
  await tables.updateTable("cells").set({ rental: "r" }).where("cell", "=", 1).execute();
  for (let round = 0; round < 5; round++) {
    const puts = ["A", "B", "C", "D"].map((name) => cabinets.put({ ...cabinet, name }));
    const [removal] = await Promise.allSettled([
      cabinets.remove({ id: "cab", organization: "main" }),
      ...puts,
    ]);
    equal(removal.status, "rejected");
    const rented = await tables.selectFrom("cells").select("cell").where("rental", "=", "r").execute();
    deepEqual(rented, [{ cell: 1 }]);
  }
});
