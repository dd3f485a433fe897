import { deepEqual, equal } from "node:assert/strict";
import { asked, heard, hex } from "../../../testing/rigs/simulator.ts";
import { VirtualBus } from "./virtual_bus.ts";

/** A test without permissions. */
function test(name: string, run: () => void): void {
  Deno.test(name, { permissions: "none" }, run);
}

const board = "kerong-cu16";
const allLocked = "02 00 35 FF FF 00 00 03 38";

test("VirtualBus of kerong-cu16 takes the documented frames", () => {
  const bus = new VirtualBus({ board });
  deepEqual(asked(bus, "02 00 30 03 35"), [allLocked]);
  deepEqual(asked(bus, "02 00 31 03 36"), []);
  deepEqual(asked(bus, "02 0F 31 03 45"), []);
  deepEqual(bus.pulses.map(({ lock, cause }) => [lock, cause]), [[1, "open"], [16, "open"]]);
  deepEqual(asked(bus, "02 00 30 03 35"), ["02 00 35 FE 7F 00 00 03 B7"]);
  deepEqual(asked(bus, "02 00 33 03 38"), []);
  equal(bus.pulses.length, 18);
  deepEqual(asked(bus, "02 00 30 03 35", 20_000), ["02 00 35 00 00 00 00 03 3A"]);
});

test("VirtualBus of kerong-cu16 has the board in the high nibble, in requests and in replies", () => {
  const bus = new VirtualBus({ board, boards: 16 });
  deepEqual(asked(bus, "02 F0 31 03 26"), []);
  deepEqual(bus.pulses.map(({ board, lock }) => [board, lock]), [[15, 1]]);
  deepEqual(asked(bus, "02 F0 30 03 25"), ["02 F0 35 FE FF 00 00 03 27"]);
  deepEqual(asked(bus, "02 10 30 03 45"), ["02 10 35 FF FF 00 00 03 48"]);
  // Status and unlock-all are for a board, not for a lock of it.
  deepEqual([asked(bus, "02 01 30 03 36"), asked(bus, "02 01 33 03 39")], [[], []]);
  equal(bus.garbageBytes, 10);
});

test("VirtualBus of kerong-cu16 shows what lies in the cells and no locks that a CU12 lacks", () => {
  const occupied = [{ board: 0, lock: 2 }, { board: 0, lock: 9 }, { board: 1, lock: 1 }];
  const bus = new VirtualBus({ board, occupied, locks: 12 });
  deepEqual(asked(bus, "02 00 30 03 35"), ["02 00 35 FF 0F 02 01 03 4B"]);
});

test("VirtualBus of kerong-cu16 loses the end of its answer to an unlock when set to", () => {
  const bus = new VirtualBus({ board, openReply: "garbled" });
  deepEqual(asked(bus, "02 00 31 03 36"), ["02 00 35 FE FF 00"]);
  deepEqual(asked(bus, "02 00 30 03 35"), ["02 00 35 FE FF 00 00 03 37"]);
});

test("VirtualBus of kerong-cu16 leaves the bus free when it does not answer", () => {
  const bus = new VirtualBus({ board, jammed: [{ lock: 1 }] });
  bus.receive(hex("02 00 31 03 36 02 00 30 03 35"), 0);
  deepEqual(heard(bus, 200), [allLocked]);
  equal(bus.collisions, 0);
});

test("VirtualBus of kerong-cu48 takes the documented frames", () => {
  const bus = new VirtualBus({ board: "kerong-cu48" });
  const status = "02 00 30 60 03 95";
  deepEqual(asked(bus, status), ["02 00 30 75 FF FF FF FF FF FF 00 00 00 00 00 00 03 A4"]);
  deepEqual(asked(bus, "02 00 00 61 03 66"), []);
  deepEqual(asked(bus, "02 00 2F 61 03 95"), []);
  deepEqual(bus.pulses.map(({ board, lock }) => [board, lock]), [[0, 1], [0, 48]]);
  deepEqual(asked(bus, status), ["02 00 30 75 FE FF FF FF FF 7F 00 00 00 00 00 00 03 23"]);
  bus.receive(hex("02 00 30 61 03 96"), 0);
  bus.poll(20_000);
  equal(bus.pulses.length, 50);
  deepEqual(asked(bus, status, 20_000), ["02 00 30 75 00 00 00 00 00 00 00 00 00 00 00 00 03 AA"]);
});

test("VirtualBus of kerong-cu48 names the lock that was asked for, or the length", () => {
  const bus = new VirtualBus({ board: "kerong-cu48", boards: 2 });
  deepEqual(asked(bus, "02 01 05 60 03 6B"), ["02 01 05 75 FF FF FF FF FF FF 00 00 00 00 00 00 03 7A"]);
  const other = new VirtualBus({ board: "kerong-cu48", lengthByte: true });
  deepEqual(asked(other, "02 00 30 60 03 95"), ["02 00 12 75 FF FF FF FF FF FF 00 00 00 00 00 00 03 86"]);
  const without = new VirtualBus({ board: "kerong-cu48", withoutSensors: true });
  without.force({ board: 0, lock: 1 }, 0);
  deepEqual(asked(without, "02 00 30 60 03 95"), ["02 00 00 75 06 FE FF FF FF FF FF 76"]);
  const garbling = new VirtualBus({ board: "kerong-cu48", openReply: "garbled" });
  deepEqual(asked(garbling, "02 00 00 61 03 66"), ["02 00 00 75 FE FF FF FF FF FF 00 00 00 00 00"]);
});
