import { deepEqual } from "node:assert/strict";
import { ANNE, Rig } from "../../../testing/rigs/locker.ts";
import { apiOver, HERE, TOKEN } from "../../../testing/rigs/operator.ts";
import { testOnSqlite } from "../../../testing/servers/databases.ts";
import { PERSON } from "../../lib/limits.ts";
import { AuditLog } from "../../locker/mod.ts";

testOnSqlite(
  "GET /people/{id}/copy limits copies by a clock that only goes forward, and says how long to wait",
  async ({ place }, stack) => {
    const { db, people, router } = stack.use(await Rig.open(place));
    const clock = { now: 0, wall: 1_800_000_000_000 };
    const wallClock = () => clock.wall;
    const auditLog = new AuditLog(db, { router, wallClock });
    const api = apiOver({ db, people, auditLog, now: () => clock.now, wallClock });
    const copy = async () => {
      const init = { headers: { authorization: `Bearer ${TOKEN}` } };
      const response = await api.request(`/people/${ANNE}/copy`, init, HERE);
      await response.body?.cancel();
      return [response.status, response.headers.get("retry-after")];
    };
    for (let n = 0; n < PERSON.copiesPerPerson.burst; n++) deepEqual(await copy(), [200, null]);
    deepEqual(await copy(), [429, "600"]);
    clock.wall -= 24 * 3_600_000;
    clock.now += 200_500;
    deepEqual(await copy(), [429, "400"]);
    clock.now += 399_501;
    deepEqual(await copy(), [200, null]);
  },
);
