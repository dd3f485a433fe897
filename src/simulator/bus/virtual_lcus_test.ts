import { deepEqual, equal } from "node:assert/strict";
import { asked } from "../../../testing/rigs/simulator.ts";
import { VirtualBus } from "./virtual_bus.ts";

/** A test without permissions. */
function test(name: string, run: () => void): void {
  Deno.test(name, { permissions: "none" }, run);
}

const board = "lcus";
const cell = { board: 1, lock: 1 };

test("VirtualBus of lcus takes the documented frames and never answers", () => {
  const bus = new VirtualBus({ board });
  deepEqual(asked(bus, "A0 01 01 A2"), []);
  deepEqual([bus.door(cell), bus.liveCoils], ["open", [cell]]);
  bus.close(cell, 20_000);
  equal(bus.door(cell), "open");
  deepEqual(asked(bus, "A0 01 00 A1", 30_000), []);
  bus.close(cell, 40_000);
  deepEqual([bus.door(cell), bus.liveCoils], ["closed", []]);
  equal(bus.pulseCount(cell), 1);
});

test("VirtualBus of lcus keeps coils live until each is switched off", () => {
  const bus = new VirtualBus({ board });
  for (const request of ["A0 01 01 A2", "A0 08 01 A9", "A0 08 00 A8"]) asked(bus, request);
  bus.poll(1_000_000_000);
  deepEqual(bus.liveCoils, [cell]);
});

test("VirtualBus of lcus takes no other operation and has no channel 0 or 9", () => {
  const bus = new VirtualBus({ board });
  for (const request of ["A0 01 02 A3", "A0 00 01 A1", "A0 09 01 AA"]) asked(bus, request);
  deepEqual(bus.pulses, []);
  equal(bus.garbageBytes, 4);
});

test("VirtualBus of lcus releases all 16 coils of a large board by channel 0", () => {
  const bus = new VirtualBus({ board, locks: 16 });
  for (const request of ["A0 01 01 A2", "A0 10 01 B1"]) asked(bus, request);
  equal(bus.liveCoils.length, 2);
  asked(bus, "A0 00 00 A0");
  deepEqual(bus.liveCoils, []);
});
