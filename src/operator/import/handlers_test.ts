import { deepEqual, equal } from "node:assert/strict";
import { Rig } from "../../../testing/rigs/locker.ts";
import { apiOver, HERE, TOKEN } from "../../../testing/rigs/operator.ts";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { OPERATOR } from "../../lib/limits.ts";
import { AuditLog } from "../../locker/audit_log.ts";

const FILE = "id,name,board,mode,cells\nhall,Hall,8a,open,3\n";

testOnEach("a file may be looked through longer than its confirmation holds", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const { db, router, cabinets } = rig;
  const wallClock = () => Date.now() + rig.later;
  const api = apiOver({ db, cabinets, auditLog: new AuditLog(db, { router, wallClock }), wallClock });
  const send = async (query: string, agoMs = 0) => {
    const arrival = { agoMs: () => agoMs, turn: () => Promise.resolve() };
    const init = { method: "POST", headers: { authorization: `Bearer ${TOKEN}` }, body: FILE };
    const answer = await api.request(`/cabinets/import?${query}`, init, { ...HERE, arrival });
    return { status: answer.status, body: await answer.json() };
  };
  const { confirm } = (await send("trial=true")).body;
  rig.later += 2 * OPERATOR.confirmMs;
  const done = `trial=false&confirm=${confirm}`;
  const late = await send(done, OPERATOR.confirmMs / 2);
  deepEqual([late.status, late.body.code], [409, "confirmation-needed"]);
  const inTime = await send(done, 1.5 * OPERATOR.confirmMs);
  equal(inTime.status, 200, inTime.body.detail);
  deepEqual(inTime.body.counts, { created: 1, changed: 0, unchanged: 0, wrong: 0 });
});
