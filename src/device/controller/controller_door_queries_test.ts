import { deepEqual, equal } from "node:assert/strict";
import { BUS, CONTROLLER } from "../../lib/limits.ts";
import { ControllerRig as Rig } from "../../../testing/rigs/controller.ts";
import type { DoorReading } from "../../cabinet/doors.ts";

function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

const COMMAND = "018f6a4e-5c1d-7b3a-9e2f-000000000001";

/** A controller, and what queries of lock 1 were answered. */
function rig() {
  const controller = new Rig();
  const seen: (DoorReading | undefined)[] = [];
  const look = () =>
    controller.controller.queryDoor({
      lock: { board: 1, channel: 1 },
      deadline: controller.now + BUS.doorQueryMs,
      done: (at) => seen.push(at),
    });
  const event = (seq: number, door: "open" | "closed", more: object = {}) =>
    controller.hear({ type: "event", seq, ago: 0, lock: 1, door, ...more });
  const pong = () => controller.hear({ type: "pong" });
  const stored = async () => {
    controller.storing.at(-1)?.done();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { controller, seen, look, event, pong, stored };
}

test("Controller.queryDoor() is answered by a pong that was asked for, once all events before it are stored", async () => {
  const { controller, seen, look, event, pong, stored } = rig();
  event(1, "open", { command: COMMAND });
  await stored();
  controller.controller.probe();
  look();
  pong();
  deepEqual(seen, [], "that pong was asked for before");
  event(2, "closed");
  pong();
  deepEqual(seen, [], "what came is not stored yet");
  await stored();
  deepEqual(seen, [{ door: "closed", command: undefined }]);
});

test("Controller.queryDoor() says which command opened the door", async () => {
  const { seen, look, event, pong, stored } = rig();
  event(1, "open", { command: COMMAND });
  await stored();
  look();
  pong();
  deepEqual(seen, [{ door: "open", command: COMMAND }]);
});

test("Controller.queryDoor() asks once more while the controller may keep events back", async () => {
  const { controller, seen, look, event, pong, stored } = rig();
  for (let seq = 1; seq <= CONTROLLER.unacknowledgedMax; seq++) event(seq, seq % 2 === 1 ? "open" : "closed");
  look();
  pong();
  equal(controller.said("ping").length, 1, "what came is stored first");
  await stored();
  await stored();
  deepEqual([seen, controller.said("ping").length], [[], 2], "it was full when it answered");
  event(CONTROLLER.unacknowledgedMax + 1, "open");
  pong();
  await stored();
  deepEqual(seen, [{ door: "open", command: undefined }]);
});

test("Controller.queryDoor() is not answered by an unsolicited pong", async () => {
  const { seen, look, event, pong, stored } = rig();
  pong();
  look();
  event(1, "open");
  await stored();
  deepEqual(seen, []);
  pong();
  deepEqual(seen, [{ door: "open", command: undefined }]);
});

test("Controller.queryDoor() is given up when no pong comes, and when the connection ends", () => {
  const { controller, seen, look } = rig();
  look();
  controller.pass(BUS.doorQueryMs);
  look();
  controller.controller.close();
  deepEqual(seen, [undefined, undefined]);
});

test("Controller only acknowledges the events of a switch that flutters, and reports where it rests", async () => {
  const { controller, event, stored } = rig();
  for (let seq = 1; seq <= 100; seq++) {
    event(seq, seq % 2 === 1 ? "open" : "closed");
    await stored();
    controller.pass(100);
  }
  const kept = controller.storing.flatMap(({ moves }) => moves);
  equal(kept.length, 100, "each is acknowledged");
  equal(kept.filter(({ cell }) => cell !== 0).length <= BUS.movesMax + 1, true);
  deepEqual(controller.fluttering, [11]);
  controller.pass(BUS.stillMs);
  deepEqual(controller.moved, [{ cell: 11, door: "closed", how: "found" }]);
});
