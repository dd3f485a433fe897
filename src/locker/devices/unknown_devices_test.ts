import { deepEqual, equal } from "node:assert/strict";
import { type TestDatabase, testOnEach } from "../../../testing/servers/databases.ts";
import { openDatabase } from "../../db/mod.ts";
import { UNKNOWN_DEVICES } from "../../lib/limits.ts";
import { UnknownDeviceLog } from "./unknown_devices.ts";

/** How many devices are listed of those that come from one address, so many milliseconds apart. */
async function listedOf(
  { place }: TestDatabase,
  { count, apartMs }: { count: number; apartMs: number },
): Promise<number> {
  await using db = await openDatabase(place);
  const failures: unknown[] = [];
  let at = 0;
  {
    await using log = new UnknownDeviceLog(db, {
      isKnown: () => Promise.resolve(false),
      failed: (error) => failures.push(error),
      now: () => at,
      wallClock: () => at,
    });
    for (let n = 0; n < count; n++, at += apartMs) {
      const said = new TextEncoder().encode(`IMEI-${n}`).toHex();
      log.note({ said, why: "no-cabinet", transport: "tcp", address: "192.0.2.1" });
    }
  }
  deepEqual(failures, []);
  return (await db.tables.selectFrom("unknown_devices").select("id").execute()).length;
}

testOnEach("UnknownDeviceLog lists all devices of a building that come one after the other", async (on) => {
  equal(await listedOf(on, { count: 45, apartMs: 150 }), 45);
});

testOnEach("UnknownDeviceLog lists as many devices that come at once as the list has", async (on) => {
  equal(await listedOf(on, { count: UNKNOWN_DEVICES.keptMax + 50, apartMs: 0 }), UNKNOWN_DEVICES.keptMax);
});
