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

/** How a file is sent. */
interface SendOptions {
  /** @default {FILE} */
  readonly body?: string;
  /** Aborts when the caller hangs up. @default {undefined} never */
  readonly signal?: AbortSignal;
  /** Is called at each turn of the request. @default {nothing is done} */
  readonly atTurn?: () => void;
}

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
  const send = async (query = "", { body = FILE, signal, atTurn = () => {} }: SendOptions = {}) => {
    const came = clock.now;
    const turn = () => {
      clock.now += clock.stepMs;
      atTurn();
      return Promise.resolve();
    };
    const arrival: RequestArrival = { agoMs: () => clock.now - came, turn };
    return await api.request(`/${query}`, { method: "POST", body, signal: signal ?? null }, { arrival });
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

testOnEach("a caller that hangs up before anything was done ends the reading, and the trial", async (
  database,
  stack,
) => {
  const rig = stack.use(await Rig.open(database.place));
  const { send } = importOn(rig);
  const { confirm } = await (await send()).json();
  const isMade = async () => (await rig.db.tables.selectFrom("cabinets").select("id").execute()).length === 2;
  const turnsOf = async (query: string, { body, hangsUpAt }: { body: string; hangsUpAt: number }) => {
    const caller = new AbortController();
    let turns = 0;
    const atTurn = () => {
      if (++turns === hangsUpAt) caller.abort();
    };
    return { status: (await send(query, { body, signal: caller.signal, atTurn })).status, turns };
  };
  const empty = `id,name\n${"\n".repeat(1_000)}`;
  deepEqual(await turnsOf("", { body: empty, hangsUpAt: 3 }), { status: 400, turns: 3 });
  const confirmed = `?trial=false&confirm=${confirm}`;
  deepEqual(await turnsOf(confirmed, { body: FILE, hangsUpAt: 2 }), { status: 400, turns: 2 });
  equal(await isMade(), false);
  deepEqual(await turnsOf(confirmed, { body: FILE, hangsUpAt: 3 }), { status: 200, turns: 3 });
  equal(await isMade(), true);
});
