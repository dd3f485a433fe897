import { deepEqual, equal, rejects } from "node:assert/strict";
import { described } from "../../../testing/rigs/described.ts";
import { writtenAs } from "../../cabinet/registration/written_bytes.ts";
import { sql } from "kysely";
import { type TestDatabase, testOnEach } from "../../../testing/servers/databases.ts";
import { until } from "../../../testing/until.ts";
import { openDatabase } from "../../db/mod.ts";
import { noteSeen } from "../../db/queries/cabinets.ts";
import type { Registration } from "../../device/mod.ts";
import { DeviceDirectory } from "./device_directory.ts";
import {
  CabinetCatalog,
  ControllerSecrets,
  type Description,
  Journal,
  RegistrationTakenError,
} from "../../locker/mod.ts";
import { LocalRouter } from "../../router/mod.ts";

const SECRET = "0123456789abcdef";
/** A statement of Postgres takes up to 5 s, then it is tried again. */
const SOON_MS = 15_000;
const SEEN_EVERY_MS = 50;
const secrets = new ControllerSecrets("the secret of the tests");
// Its key is derived in the background: not in the middle of the first test.
await secrets.seal("", "serial");
const encoder = new TextEncoder();

const serial = described({
  id: "serial",
  registration: { text: "IMEI1" },
  heartbeat: { text: "ping", echo: true, intervalSeconds: 30 },
  wiring: "short-when-open",
  addresses: ["10.0.0.0/8", "2001:db8::1"],
  cells: [{ cell: 7, board: 1, channel: 2, size: "M" }],
});

const smart: Description = {
  ...serial,
  id: "smart",
  board: "kaigui",
  registration: null,
  heartbeat: null,
  addresses: null,
  secret: SECRET,
};

function foundIn(found: Awaited<ReturnType<DeviceDirectory["findByRegistration"]>>): Partial<Registration> {
  return typeof found === "object" ? found : {};
}

/** The device side's directory beside the operator's cabinets. */
async function directoryOn({ place }: TestDatabase, stack: AsyncDisposableStack) {
  const db = stack.use(await openDatabase(place));
  const wallClock = () => 1_000;
  const failed = (error: unknown) => {
    throw error;
  };
  const cabinets = new CabinetCatalog(db, { router: new LocalRouter(), secrets, wallClock });
  const journal = new Journal(db, { wallClock });
  const directory = stack.use(
    new DeviceDirectory(db, { journal, secrets, failed, seenEveryMs: SEEN_EVERY_MS }),
  );
  return { db, journal, cabinets, directory };
}

testOnEach(
  "DeviceDirectory.findByRegistration() tells all that the device side goes by",
  async (database, stack) => {
    const { cabinets, directory } = await directoryOn(database, stack);
    const registered = async (change: Partial<Description>) => {
      await cabinets.put({ ...serial, ...change });
      const { layout: _, family, ...cabinet } =
        foundIn(await directory.findByRegistration(encoder.encode("IMEI1"))).cabinet ?? {};
      return { ...cabinet, family: family?.name };
    };
    const usual = {
      id: "serial",
      describedAt: 1_000,
      family: "8a",
      wiring: "short-when-open",
      feedback: true,
      localEcho: false,
      registration: encoder.encode("IMEI1"),
      heartbeat: encoder.encode("ping"),
      heartbeatEcho: true,
      heartbeatMs: 30_000,
      addresses: ["10.0.0.0/8", "2001:db8::1"],
    };
    deepEqual(await registered({}), usual);
    deepEqual(await registered({ wiring: "none", addresses: null, heartbeat: null }), {
      ...usual,
      // Later than before, also where the clock stands.
      describedAt: 1_001,
      wiring: "short-when-locked",
      feedback: false,
      heartbeat: undefined,
      heartbeatEcho: false,
      heartbeatMs: undefined,
      addresses: undefined,
    });
  },
);

testOnEach(
  "DeviceDirectory.findByRegistration() finds a registration in noise, and none in another",
  async (database, stack) => {
    const { cabinets, directory } = await directoryOn(database, stack);
    const registrations = {
      short: "IM",
      long: "IMEI1",
      longest: "IMEI1\u00FE\u0001",
      bcd: "\x08\x66\x71\x40",
    };
    const bytesOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    for (const [id, text] of Object.entries(registrations)) {
      await cabinets.put({ ...serial, id, registration: writtenAs(bytesOf(text)), heartbeat: null });
    }
    const found = async (text: string) => {
      const { cabinet, length, maybeLonger } = foundIn(
        await directory.findByRegistration(bytesOf(text)),
      );
      return cabinet && [cabinet.id, length, maybeLonger];
    };
    const cases: Record<string, [string, number, boolean] | undefined> = {
      "IMEI1": ["long", 5, true],
      "IMEI1\0\x82\x01": ["long", 5, false],
      "IMEI1\xFE": ["long", 5, true],
      "IMEI1\xFE\x01": ["longest", 7, false],
      "\0\x13IMEI1": ["long", 7, true],
      "\xFF\x08\x66\x71\x40\xFE": ["bcd", 5, false],
      "IM": ["short", 2, true],
      // So short a one may be noise itself.
      "\0IM": undefined,
      "IMEI": undefined,
      "IMEI12": undefined,
      "XIMEI1": undefined,
      "HALL\0IMEI1": undefined,
      "\x08\x66\x71\x40\x13": undefined,
      "": undefined,
    };
    for (const [text, expected] of Object.entries(cases)) {
      deepEqual(
        await found(text),
        expected,
        JSON.stringify(text),
      );
    }
  },
);

testOnEach(
  "DeviceDirectory.findController() finds smart controllers, and nobody else",
  async (database, stack) => {
    const { cabinets, directory } = await directoryOn(database, stack);
    await cabinets.put(serial);
    await cabinets.put({
      ...smart,
      cells: [1, 256].map((channel) => ({ cell: channel, board: 1, channel, size: "M", state: undefined })),
    });
    for (const id of ["serial", "nobody", "", "smart\0", "x".repeat(65)]) {
      equal(await directory.findController(id), undefined, id);
    }
    const { cabinet, secret } = await directory.findController("smart") ?? {};
    equal(secret, SECRET);
    deepEqual([cabinet?.id, cabinet?.family, cabinet?.registration], ["smart", undefined, new Uint8Array()]);
    deepEqual([cabinet?.layout.indexOfLock(1, 256), cabinet?.layout.boards], [1, [{
      board: 1,
      channels: 256,
    }]]);
    await cabinets.put({ ...smart, board: "raw", secret: undefined });
    equal(await directory.findController("smart"), undefined);
  },
);

testOnEach(
  "DeviceDirectory.findController() lets nobody in whose secret cannot be read, and says why",
  async (on, stack) => {
    const { db, journal, cabinets } = await directoryOn(on, stack);
    await cabinets.put(smart);
    const failures: unknown[] = [];
    const directory = stack.use(
      new DeviceDirectory(db, {
        journal,
        secrets: new ControllerSecrets("another secret of the tests"),
        failed: (error) => failures.push(error),
      }),
    );
    equal(await directory.findController("smart"), undefined);
    equal(String(failures).includes("sealed with another SESSION_SECRET"), true);
    await db.tables.updateTable("cabinets").set({ secret: SECRET }).execute();
    equal((await directory.findController("smart"))?.secret, SECRET, "as the version before has it");
  },
);

/** Who has the cabinet. */
const owner = { cabinet: "serial", epoch: 1 };

testOnEach("DeviceDirectory.seen() is written once the database is back", async ({ place }, stack) => {
  const db = stack.use(await openDatabase(place));
  const wallClock = () => 1_000;
  const failures: unknown[] = [];
  const failed = (error: unknown) => void failures.push(error);
  await new CabinetCatalog(db, { router: new LocalRouter(), secrets, wallClock }).put(serial);
  const directory = stack.use(
    new DeviceDirectory(db, {
      journal: new Journal(db, { wallClock }),
      secrets,
      failed,
      seenEveryMs: SEEN_EVERY_MS,
    }),
  );
  const other = stack.use(await openDatabase(place));
  const trx = await other.tables.startTransaction().execute();
  await sql`update cabinets set name = name`.execute(trx);
  directory.seen(owner, 5_432, { online: false });
  await until(() => failures.length > 0, { deadlineMs: SOON_MS });
  await trx.rollback().execute();
  const written = () =>
    db.tables.selectFrom("cabinets").select(["last_seen_at", "offline_since"]).executeTakeFirst();
  await until(async () => (await written())?.last_seen_at === 5_000, { deadlineMs: SOON_MS });
  equal((await written())?.offline_since, 5_000);
  directory.seen(owner, 7_890, { online: true });
  await directory[Symbol.asyncDispose]();
  deepEqual(await written(), { last_seen_at: 7_000, offline_since: null });
});

testOnEach("DeviceDirectory.seen() ends the wait for a device that came and left in one moment", async (
  database,
  stack,
) => {
  const { db, cabinets, directory } = await directoryOn(database, stack);
  await cabinets.put(serial);
  await cabinets.put({ ...serial, registration: { text: "IMEI2" } });
  const seen = () =>
    db.tables.selectFrom("cabinets").select(["last_seen_at", "awaited_since"]).executeTakeFirst();
  const deadlineMs = SOON_MS;
  // The device that was there before is hung up on.
  directory.seen(owner, 2_000, { online: false });
  await until(async () => (await seen())?.last_seen_at === 2_000, { deadlineMs });
  deepEqual(await seen(), { last_seen_at: 2_000, awaited_since: 1_000 });
  directory.seen(owner, 3_000, { online: true });
  directory.seen(owner, 3_000, { online: false });
  await until(async () => (await seen())?.last_seen_at === 3_000, { deadlineMs });
  deepEqual(await seen(), { last_seen_at: 3_000, awaited_since: null });
});

testOnEach(
  "DeviceDirectory.seen() writes whether a cabinet is online, unless a newer owner has said it",
  async (
    database,
    stack,
  ) => {
    const { db, cabinets, directory } = await directoryOn(database, stack);
    await cabinets.put(serial);
    const written = () =>
      db.tables.selectFrom("cabinets").select(["online", "online_at", "online_epoch"]).executeTakeFirst();
    deepEqual(await written(), { online: 0, online_at: 0, online_epoch: 0 });
    directory.seen({ ...owner, epoch: 2 }, 2_000, { online: true });
    // In one moment: the newer owner's word stays.
    directory.seen(owner, 3_000, { online: false });
    await until(async () => (await written())?.online === 1, { deadlineMs: SOON_MS });
    deepEqual(await written(), { online: 1, online_at: 2_000, online_epoch: 2 });
    await db.writer.run(noteSeen, { cabinets: [owner], at: 4_000, online: false });
    deepEqual(
      await written(),
      { online: 1, online_at: 2_000, online_epoch: 2 },
      "later, from another program",
    );
    directory.seen({ ...owner, epoch: 2 }, 5_000, { online: false });
    await until(async () => (await written())?.online === 0, { deadlineMs: SOON_MS });
    deepEqual(await written(), { online: 0, online_at: 5_000, online_epoch: 2 });
  },
);

testOnEach(
  "DeviceDirectory.findByRegistration() finds a part of the first packet",
  async (database, stack) => {
    const { cabinets, directory } = await directoryOn(database, stack);
    const put = (id: string, registration: Description["registration"], organization = "main") =>
      cabinets.put({ ...serial, id, organization, registration });
    await put("imei", { text: "866714045455127", anywhere: true });
    await put("bcd", { hex: "66714045455127", at: 1 });
    await put("exact", { text: '{"imei":"866714045455127"}' });
    const said = async (bytes: Uint8Array) => {
      const found = await directory.findByRegistration(bytes);
      return typeof found === "object" ? [found.cabinet.id, found.length] : found;
    };
    const packet = (csq: number) => encoder.encode(`{"csq":${csq},"imei":"866714045455127","ver":"1.9.3"}`);
    const { length } = packet(24);
    deepEqual(await said(packet(24)), ["imei", length]);
    deepEqual(await said(packet(7)), ["imei", length - 1]);
    deepEqual(await said(Uint8Array.of(...packet(24), 0x82, 0x01)), ["imei", length]);
    equal(await said(encoder.encode('{"imei":"8667140454551271"}')), undefined, "a longer number");
    equal(await said(packet(24).subarray(0, 30)), undefined, "cut");
    deepEqual(await said(encoder.encode('{"imei":"866714045455127"}')), ["exact", 26]);
    deepEqual(await said(Uint8Array.fromHex("0866714045455127")), ["bcd", 8]);
    deepEqual(await said(Uint8Array.fromHex("1866714045455127FE")), ["bcd", 8]);
    equal(await said(Uint8Array.fromHex("081866714045455127")), undefined, "at another place");

    for (const text of ["866714045455127", 'imei":"866714045455127"']) {
      await rejects(put("other", { text, at: 14 }, "other"), RegistrationTakenError, text);
      await rejects(put("other", { text }, "other"), RegistrationTakenError, text);
    }
    await put("ver", { text: "8986044210001234567", anywhere: true }, "other");
    const both = encoder.encode('{"imei":"866714045455127","iccid":"8986044210001234567"}');
    equal(await said(both), "several-cabinets");
  },
);
