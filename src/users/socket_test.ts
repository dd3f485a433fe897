import { deepEqual, equal } from "node:assert/strict";
import { until } from "../../tests/harness.ts";
import { PERSON } from "../limits.ts";
import { type Cabinet, type Cabinets, type Commands, DEFAULT_RULES, type Rentals } from "../locker/mod.ts";
import { type CabinetRouter, LocalRouter } from "../router/mod.ts";
import { Attendance } from "./attendance.ts";
import { Audiences } from "./audience.ts";
import { PersonSocket } from "./socket.ts";

const CABINET: Cabinet = {
  id: "cab",
  name: "Lobby",
  board: "8a",
  registration: undefined,
  heartbeat: undefined,
  localEcho: false,
  wiring: "short-when-locked",
  mode: "open",
  rules: DEFAULT_RULES,
  layout: undefined,
  cells: [],
  lastSeenAt: undefined,
};
const ANNE = { id: "anne", name: "Anne" };

/** A part of the program that the test does without. */
function unimplemented<T extends object>(name: string): T {
  return new Proxy({} as T, {
    get: (_target, method) => {
      throw new Error(`Cannot use ${name}.${String(method)} here`);
    },
  });
}

/** Two isolates; their router is one. */
function rig() {
  const router: CabinetRouter = new LocalRouter();
  let wallClock = 0;
  const options = { now: () => performance.now(), wallClock: () => ++wallClock };
  const [here, there] = ["here", "there"].map((me) => new Attendance(router, { me, ...options }));
  if (!here || !there) throw new Error("no isolates");
  const audiences = new Audiences(router, {
    cabinets: unimplemented<Cabinets>("Cabinets"),
    failed: (error) => {
      throw error;
    },
  });
  const context = {
    attendance: here,
    audiences,
    commands: unimplemented<Commands>("Commands"),
    rentals: unimplemented<Rentals>("Rentals"),
    router,
    now: options.now,
  };
  /** A socket here; how it was closed, if it was. */
  const open = () => {
    const closed: [code: number, reason: string][] = [];
    const wire = {
      send: () => {},
      bufferedBytes: 0,
      close: (code: number, reason: string) => void closed.push([code, reason]),
    };
    const visit = { person: ANNE, cabinet: CABINET, address: "192.0.2.1" };
    return { socket: new PersonSocket(visit, wire, context), closed };
  };
  return { here, there, open };
}

Deno.test("PersonSocket is closed soon when older ones in other isolates are as many as there may be", async () => {
  const { here, there, open } = rig();
  const older = Array.from({ length: PERSON.socketsMax - 1 }, () => there.join(ANNE.id, () => {}));
  const last = open();
  const oneTooMany = open();
  await until(() => oneTooMany.closed.length > 0);
  deepEqual(oneTooMany.closed, [[1008, "too many open pages"]]);
  equal(here.hasRoom(ANNE.id), false);
  older[0]?.[Symbol.dispose]();
  equal(here.hasRoom(ANNE.id), true);
  deepEqual(last.closed, []);
  last.socket.close();
  for (const socket of older) socket[Symbol.dispose]();
});
