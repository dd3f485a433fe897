import { deepEqual, equal } from "node:assert/strict";
import { Hono } from "hono";
import type { RequestArrival } from "../../http/request_arrival.ts";
import { OPERATOR } from "../../lib/limits.ts";
import { AuditLog } from "../../locker/audit_log.ts";
import type { Actor } from "../../locker/mod.ts";
import type { Caller } from "../../staff/mod.ts";
import { Rig } from "../../../testing/rigs/locker.ts";
import { testOnEach } from "../../../testing/servers/databases.ts";
import type { OperatorContext } from "../context.ts";
import type { CheckedRequest, Mount } from "../mount.ts";
import { problemOf, problemResponse } from "../problem.ts";
import type { Route } from "../route.ts";
import { importHandlers } from "./handlers.ts";

const caller: Caller = {
  ...{ who: "operator", kind: "root", organization: "main", role: undefined, tags: undefined },
  ...{ account: undefined, session: undefined, confirm: () => Promise.resolve() },
};
const FILE = "id,name,board,mode\na,A,8a,open\n";

/** The import on a clock that goes on by so many milliseconds whenever a piece of work may begin. */
function importOn({ db, router, cabinets }: Rig) {
  const clock = { now: Date.UTC(2026, 0, 1), stepMs: 0 };
  const wallClock = () => clock.now;
  const auditLog = new AuditLog(db, { router, wallClock });
  const api = new Hono();
  const mount = (_route: Route, handler: (call: CheckedRequest<Route>) => unknown) =>
    api.post("/", async (c) => {
      const actor: Actor = {
        id: crypto.randomUUID(),
        who: "operator",
        organization: "main",
        reason: undefined,
        address: "",
      };
      const query = { trial: c.req.query("trial") !== "false", confirm: c.req.query("confirm") };
      try {
        return c.json(
          await handler({ c, query, caller, actor } as unknown as CheckedRequest<Route>) as object,
        );
      } catch (error) {
        return problemResponse(c, problemOf(error as Error, () => {}));
      }
    });
  const context = { cabinets, auditLog, token: "token", wallClock, failed: () => {} };
  importHandlers(mount as Mount, context as unknown as OperatorContext);
  const send = async (query = "") => {
    const came = clock.now;
    const arrival: RequestArrival = {
      agoMs: () => clock.now - came,
      turn: () => Promise.resolve(void (clock.now += clock.stepMs)),
    };
    return await api.request(`/${query}`, { method: "POST", body: FILE }, { arrival });
  };
  return { clock, send };
}

testOnEach(
  "a confirmation holds for a request that came in time, however long its trial takes",
  async (database, stack) => {
    const { clock, send } = importOn(stack.use(await Rig.open(database.place)));
    const { confirm } = await (await send()).json();
    clock.stepMs = OPERATOR.confirmMs;
    const done = await send(`?trial=false&confirm=${confirm}`);
    deepEqual([done.status, (await done.json()).counts?.created], [200, 1]);
  },
);

testOnEach("a confirmation does not hold for a request that came too late", async (database, stack) => {
  const { clock, send } = importOn(stack.use(await Rig.open(database.place)));
  const { confirm } = await (await send()).json();
  clock.now += OPERATOR.confirmMs;
  equal((await send(`?trial=false&confirm=${confirm}`)).status, 409);
});
