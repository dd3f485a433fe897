import { deepEqual } from "node:assert/strict";
import { familyNamed } from "../boards/mod.ts";
import { LocalRouter } from "../router/mod.ts";
import { describedCabinet } from "../../testing/rigs/device_cabinet.ts";
import { SerialBus } from "./bus/bus.ts";
import { LockLayout } from "./cabinet.ts";
import type { DeviceContext } from "./context.ts";
import type { OpenJob } from "./cabinet_driver.ts";
import { CabinetConnection, type ServedCabinet } from "./cabinet_connection.ts";
import type { SendPermission } from "../cabinet/commands.ts";

const CELL = { cell: 1, board: 1, channel: 1 };
const cabinet = describedCabinet({ family: familyNamed("8a"), layout: new LockLayout([CELL], 1) });
const JOB: OpenJob = { id: "tap", lock: CELL, deadline: Infinity, done: () => {} };

/** A connection whose opens the test permits, and why it hung up. */
function rig() {
  const hungUp: string[] = [];
  const { promise: asked, resolve: answer } = Promise.withResolvers<SendPermission>();
  const cabinets = { seen: () => {}, sending: () => asked };
  const clocks = { now: () => 0, wallClock: () => 0 };
  const context = { cabinets, router: new LocalRouter(), isCrowded: () => false, ...clocks };
  const host = {
    hostname: "192.0.2.1",
    lastHeard: 0,
    send: () => {},
    reschedule: () => {},
    close: (reason: string) => void hungUp.push(reason),
  };
  const served: ServedCabinet = {
    cabinet,
    epoch: 1,
    createDriver: (port, at) => new SerialBus(cabinet, { port, ...at }),
  };
  return {
    connection: new CabinetConnection(served, host, context as unknown as DeviceContext),
    answer,
    hungUp,
  };
}

for (const isReleased of [false, true]) {
  const name = isReleased ? "ends no connection that it has released" : "ends its connection";
  Deno.test(`CabinetConnection ${name} when an open finds that its cabinet has a newer owner`, async () => {
    const { connection, answer, hungUp } = rig();
    connection.permit(JOB);
    if (isReleased) connection.release();
    answer("fenced");
    await new Promise((resolve) => setTimeout(resolve));
    deepEqual(hungUp, isReleased ? [] : ["displaced"]);
  });
}
