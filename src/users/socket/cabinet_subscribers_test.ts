import { deepEqual, equal } from "node:assert/strict";
import { described } from "../../../testing/rigs/described.ts";
import { tempFolder } from "../../../testing/folders.ts";
import { until } from "../../../testing/until.ts";
import { openDatabase } from "../../db/mod.ts";
import type { CabinetView } from "../../cabinet/types.ts";
import { type Cabinet, CabinetCatalog, ControllerSecrets } from "../../locker/mod.ts";
import { NotAskedError } from "../../router/mod.ts";
import { FaultyRouter } from "../../../testing/network/faulty_router.ts";
import { SubscriberRegistry } from "./cabinet_subscribers.ts";

/** A cabinet of one cell that is online, and a page that looks at it. */
async function rig(stack: AsyncDisposableStack) {
  const { path } = stack.use(await tempFolder());
  const db = stack.use(await openDatabase({ folder: path }));
  const router = new FaultyRouter();
  const cabinets = new CabinetCatalog(db, {
    router,
    secrets: new ControllerSecrets("the secret of the tests"),
    wallClock: Date.now,
  });
  await cabinets.put(described({ cells: [{ cell: 1, board: 1, channel: 1, size: "M" }] }));
  const asOf = { epoch: 1, count: 0 };
  const doors = new Map<number, "open" | "closed">([[1, "closed"]]);
  router.claim("cab", {
    handle: () =>
      Promise.resolve({
        type: "status",
        asOf: { ...asOf },
        connectedAt: 0,
        lastSeenAt: 0,
        doors: new Map(doors),
      }),
    displaced: () => {},
  }, 1);
  const failures: unknown[] = [];
  const audiences = new SubscriberRegistry(router, {
    cabinets,
    failed: (error) => failures.push(error),
    lookAgainMs: 20,
  });
  const greetings: CabinetView[] = [];
  const viewer = {
    send: () => {},
    greet: (view: CabinetView) => Promise.resolve(void greetings.push(view)),
    removed: () => {},
  };
  const audience = audiences.join(await cabinets.find("cab") as Cabinet, viewer);
  stack.defer(() => audiences.leave("cab", viewer));
  return { router, doors, asOf, audience, greetings, failures };
}

function shown(view: CabinetView | undefined) {
  return [view?.online, view?.cells[0]?.door];
}

Deno.test("CabinetSubscribers greets all pages anew when events may have been missed", async () => {
  await using stack = new AsyncDisposableStack();
  const { router, doors, audience, greetings, failures } = await rig(stack);
  deepEqual(shown(await audience.read()), [true, "closed"]);
  doors.set(1, "open");
  equal(greetings.length, 0);
  router.misses();
  await until(() => greetings.length === 1);
  deepEqual([shown(greetings[0]), failures], [[true, "open"], []]);
});

Deno.test("CabinetSubscribers looks again later at a cabinet that could not be reached", async () => {
  await using stack = new AsyncDisposableStack();
  const { router, audience, greetings, failures } = await rig(stack);
  router.broken = new NotAskedError("its isolate is busy");
  deepEqual(shown(await audience.read()), [false, "unknown"]);
  deepEqual(shown(await audience.read()), [false, "unknown"]);
  router.broken = undefined;
  await until(() => greetings.length > 0);
  deepEqual([greetings.map(shown), failures], [[[true, "closed"]], []]);
});

Deno.test("CabinetSubscribers stops watching once no page is left", async () => {
  await using stack = new AsyncDisposableStack();
  const { router, audience } = await rig(stack);
  router.broken = new NotAskedError("its isolate is busy");
  // The sanitizer finds a timer that is left behind.
  await audience.read();
});

Deno.test("CabinetSubscribers passes over what an owner told that has a newer one, and what was told before", async () => {
  await using stack = new AsyncDisposableStack();
  const { router, doors, asOf, audience } = await rig(stack);
  Object.assign(asOf, { epoch: 2, count: 5 });
  doors.set(1, "open");
  await audience.read();
  const tell = (epoch: number, count: number, door: "open" | "closed") =>
    router.publish("cab", { type: "doors", asOf: { epoch, count }, cells: [{ cell: 1, door }] });
  const doorNow = () => shown(audience.view)[1];
  for (const [epoch, count] of [[1, 99], [2, 5], [2, 4]] as const) tell(epoch, count, "closed");
  router.publish("cab", { type: "offline", asOf: { epoch: 1, count: 100 } });
  deepEqual(shown(audience.view), [true, "open"]);
  tell(2, 6, "closed");
  equal(doorNow(), "closed");
  tell(3, 1, "open");
  tell(2, 7, "closed");
  equal(doorNow(), "open");
});
