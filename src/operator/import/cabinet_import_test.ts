import { deepEqual, equal } from "node:assert/strict";
import type { Actor } from "../../locker/mod.ts";
import { AuditLog } from "../../locker/audit_log.ts";
import type { Caller } from "../../staff/mod.ts";
import { ANNE, Rig } from "../../../testing/rigs/locker.ts";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { CabinetImport } from "./cabinet_import.ts";
import { tableOf } from "./csv_table.ts";

const caller: Caller = {
  ...{ who: "operator", kind: "root", organization: "main", role: undefined, tags: undefined },
  ...{ account: undefined, session: undefined, confirm: () => Promise.resolve() },
};
const actor: Actor = {
  ...{ id: crypto.randomUUID(), who: "operator", organization: "main", reason: undefined, address: "" },
};
const pause = () => Promise.resolve();

function importOn({ db, router, cabinets, failures }: Rig): CabinetImport {
  const auditLog = new AuditLog(db, { router, wallClock: Date.now });
  const failed = (error: unknown) => void failures.push(error);
  return new CabinetImport({ cabinets, auditLog, failed, caller, pause });
}

testOnEach(
  "carryOut() describes a cabinet of which people were given cells since the trial",
  async (database, stack) => {
    const rig = stack.use(await Rig.open(database.place));
    const work = importOn(rig);
    const plan = await work.plan(await tableOf("id,name\ncab,Hall\n", pause));
    await rig.tap(ANNE, { command: "store", size: "S" });
    await rig.db.tables.updateTable("organizations").set({
      contact: JSON.stringify({ telephone: "400 123" }),
    }).execute();
    const [row] = await work.carryOut(plan, actor);
    deepEqual([row?.result, row?.mistakes], ["changed", []]);
    const { name, cells } = await rig.cabinet();
    deepEqual([name, cells.map(({ state }) => state)], ["Hall", ["held", "free", "free"]]);
  },
);

testOnEach(
  "carryOut() leaves alone what others described since the trial, and knows what they did already",
  async (database, stack) => {
    const rig = stack.use(await Rig.open(database.place));
    const work = importOn(rig);
    const table = await tableOf("id,name,board,mode\ncab,Hall,,\nnew,New,8a,open\n", pause);
    const plan = await work.plan(table);
    const other = await work.plan(await tableOf("id,contact.text\ncab,Ask at the desk\n", pause));
    equal((await work.carryOut(other, actor))[0]?.result, "changed");
    const done = await work.carryOut(plan, actor);
    deepEqual(done.map(({ result, code }) => [result, code]), [["wrong", "changed"], ["created", null]]);
    equal((await rig.cabinet()).name, "Lobby");
    deepEqual((await work.carryOut(await work.plan(table), actor)).map(({ result }) => result), [
      "changed",
      "unchanged",
    ]);
    deepEqual((await work.carryOut(plan, actor)).map(({ result }) => result), ["unchanged", "unchanged"]);
  },
);

testOnEach("plan() keeps nothing of the cells that a file describes", async (database, stack) => {
  const rig = stack.use(await Rig.open(database.place));
  const plan = await importOn(rig).plan(await tableOf("id,name,board,mode,cells\na,A,8a,open,1000\n", pause));
  equal(plan.rows[0]?.result.result, "created");
  equal(JSON.stringify(plan.rows).length < 1_000, true);
});
