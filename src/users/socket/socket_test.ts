import { deepEqual, equal } from "node:assert/strict";
import { described } from "../../../testing/rigs/described.ts";
import { tempFolder } from "../../../testing/folders.ts";
import { until } from "../../../testing/until.ts";
import { openDatabase } from "../../db/mod.ts";
import { PERSON } from "../../lib/limits.ts";
import {
  AuditLog,
  type Cabinet,
  CabinetCatalog,
  type Commands,
  ControllerSecrets,
  People,
  Permits,
  type Person,
  PickupCodes,
  RentalRecovery,
  Rentals,
} from "../../locker/mod.ts";
import { personTopic } from "../../cabinet/requests.ts";
import { KeyedCounts } from "../../lib/concurrency/keyed_counts.ts";
import { FaultyRouter } from "../../../testing/network/faulty_router.ts";
import { SubscriberRegistry } from "./cabinet_subscribers.ts";
import type { ToPage } from "../../protocol/messages.ts";
import { PersonSocket } from "./socket.ts";
import { root } from "../../../testing/rigs/actor.ts";

type Welcome = Extract<ToPage, { type: "welcome" }>;

/** A part of the program that the test does without. */
function unimplemented<T extends object>(name: string): T {
  return new Proxy({} as T, {
    get: (_target, method) => {
      throw new Error(`Cannot use ${name}.${String(method)} here`);
    },
  });
}

/** A cabinet whose cells are assigned, and Anne. */
async function rig(stack: AsyncDisposableStack, { mode = "assigned" }: { mode?: Cabinet["mode"] } = {}) {
  const { path } = stack.use(await tempFolder());
  const db = stack.use(await openDatabase({ folder: path }));
  const router = new FaultyRouter();
  const wallClock = Date.now;
  const now = () => performance.now();
  const socketCounts = new KeyedCounts(PERSON.socketsMax);
  const secret = "the secret of the tests";
  const auditLog = new AuditLog(db, { router, wallClock });
  const cabinets = new CabinetCatalog(db, {
    router,
    secrets: new ControllerSecrets("the secret of the tests"),
    wallClock,
  });
  const people = new People(db, { secret, router, auditLog, wallClock });
  const permits = new Permits(db, { auditLog, wallClock });
  const codes = new PickupCodes(secret);
  const failures: unknown[] = [];
  const failed = (error: unknown) => void failures.push(error);
  const context = {
    socketCounts,
    subscribers: new SubscriberRegistry(router, { cabinets, failed }),
    commands: unimplemented<Commands>("Commands"),
    people,
    permits,
    rentals: new Rentals(db, { codes, router, wallClock }),
    rentalRecovery: new RentalRecovery(db, { secret, tries: codes.tries, router, wallClock }),
    router,
    failed,
    now,
    wallClock,
  };
  await cabinets.put(described({ mode, cells: [{ cell: 1, board: 1, channel: 1, size: "M" }] }));
  const cabinet = await cabinets.find("cab") as Cabinet;
  const anne = await people.addGuest("192.0.2.1") as Person;
  /** A socket of Anne here; what it was sent and how it was closed, if it was. */
  const open = () => {
    const sent: ToPage[] = [];
    const closed: [code: number, reason: string][] = [];
    const wire = {
      send: (text: string) => void sent.push(JSON.parse(text)),
      bufferedBytes: 0,
      close: (code: number, reason: string) => void closed.push([code, reason]),
    };
    const socket = new PersonSocket({ person: anne, cabinet, address: "192.0.2.1" }, wire, context);
    stack.defer(() => socket.close());
    return { socket, sent, closed };
  };
  return { socketCounts, db, router, people, permits, failures, anne, open };
}

/** The permits of each greeting. */
function permitsIn(sent: readonly ToPage[]): Welcome["permits"][] {
  return sent.flatMap((message) => message.type === "welcome" ? [message.permits] : []);
}

Deno.test("PersonSocket is closed soon when the person has as many older ones as there may be", async () => {
  await using stack = new AsyncDisposableStack();
  const { socketCounts, anne, open } = await rig(stack);
  const older = Array.from({ length: PERSON.socketsMax }, () => open());
  const oneTooMany = open();
  await until(() => oneTooMany.closed.length > 0);
  deepEqual(oneTooMany.closed, [[1008, "too many open pages"]]);
  equal(socketCounts.hasRoom(anne.id), false);
  older[0]?.socket.close();
  equal(socketCounts.hasRoom(anne.id), true);
  deepEqual(older.slice(1).flatMap(({ closed }) => closed), []);
  const another = open();
  await another.socket.welcome();
  deepEqual(another.closed, []);
});

Deno.test("PersonSocket greets anew when a permit of its cabinet is given or taken away", async () => {
  await using stack = new AsyncDisposableStack();
  const { permits, anne, open } = await rig(stack);
  const { socket, sent } = open();
  await socket.welcome();
  deepEqual(permitsIn(sent), [[]]);
  const grant = { person: anne.id, cells: [1], from: 0, until: undefined };
  await permits.grant(root(), { ...grant, cabinet: "elsewhere" });
  const given = root();
  await permits.grant(given, { ...grant, cabinet: "cab" });
  await until(() => permitsIn(sent).length === 2, { saw: () => sent });
  await permits.revoke(root(), given.id);
  await until(() => permitsIn(sent).length === 3, { saw: () => sent });
  deepEqual(permitsIn(sent), [[], [{ cells: [1], from: "1970-01-01T00:00:00.000Z" }], []]);
});

Deno.test("PersonSocket tells of no permits where cells are not assigned", async () => {
  await using stack = new AsyncDisposableStack();
  const { open } = await rig(stack, { mode: "open" });
  const { socket, sent } = open();
  await socket.welcome();
  deepEqual(sent.map((message) => [message.type, "permits" in message]), [["welcome", false]]);
});

Deno.test("PersonSocket is closed at once when the person's sessions end", async () => {
  await using stack = new AsyncDisposableStack();
  const { people, anne, open } = await rig(stack);
  const bert = await people.addGuest("192.0.2.1") as Person;
  const sockets = [open(), open()];
  await people.endSessions(bert.id);
  deepEqual(sockets.map(({ closed }) => closed), [[], []]);
  await people.endSessions(anne.id);
  for (const { closed } of sockets) deepEqual(closed, [[1008, "signed out"]]);
});

Deno.test("PersonSocket is closed when it missed that the person's sessions ended, or that the person was removed", async () => {
  for (const act of ["endSessions", "remove"] as const) {
    await using stack = new AsyncDisposableStack();
    const { router, people, anne, open } = await rig(stack);
    const { socket, sent, closed } = open();
    await socket.welcome();
    router.isDeaf = true;
    await people[act](anne.id);
    router.isDeaf = false;
    router.misses();
    await until(() => closed.length > 0);
    deepEqual(closed, [[1008, "signed out"]], act);
    equal(sent.length, 1);
  }
});

Deno.test("PersonSocket is closed, so that it comes back, when it cannot be greeted anew", async () => {
  await using stack = new AsyncDisposableStack();
  const { db, router, anne, failures, open } = await rig(stack);
  const { socket, closed } = open();
  await socket.welcome();
  await db.tables.destroy();
  router.publish(personTopic(anne.id), { type: "permits", cabinet: "cab" });
  await until(() => closed.length > 0);
  deepEqual([closed, failures.length], [[[1011, "something went wrong"]], 1]);
});
