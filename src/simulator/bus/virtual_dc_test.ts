import { deepEqual, equal } from "node:assert/strict";
import { asked, heard, hex } from "../../../testing/rigs/simulator.ts";
import { VirtualBus } from "./virtual_bus.ts";

/** A test without permissions. */
function test(name: string, run: () => void): void {
  Deno.test(name, { permissions: "none" }, run);
}

const board = "dc";
const open = "DC 02 01 10 01 01 13";
const readOne = "DC 02 01 11 01 01 14";
const readAll = "DC 02 01 12 00 13";

test("VirtualBus of dc answers the documented frames", () => {
  const bus = new VirtualBus({ board, locks: 12 });
  deepEqual(asked(bus, "DC 02 01 01 00 02"), ["DC FE 01 01 02 01 00 05"]);
  deepEqual(asked(bus, readAll), ["DC FE 01 12 02 00 00 15"]);
  deepEqual(asked(bus, readOne), ["DC FE 01 11 02 01 00 15"]);
  deepEqual(asked(bus, open), ["DC FE 01 10 02 01 01 15"]);
  deepEqual(asked(bus, readOne), ["DC FE 01 11 02 01 01 16"]);
  deepEqual(asked(bus, "DC 02 01 14 00 15"), ["DC FE 01 14 02 0F FF 25"]);
  equal(bus.pulses.length, 13);
});

test("VirtualBus of dc puts the locks from 9 on into the high byte, which comes first", () => {
  const bus = new VirtualBus({ board });
  bus.force({ board: 1, lock: 9 }, 0);
  deepEqual(asked(bus, readAll), ["DC FE 01 12 02 01 00 16"]);
  bus.force({ board: 1, lock: 8 }, 0);
  bus.force({ board: 1, lock: 16 }, 0);
  deepEqual(asked(bus, readAll), ["DC FE 01 12 02 81 80 16"]);
});

test("VirtualBus of dc says failed when a lock is jammed", () => {
  const bus = new VirtualBus({ board, jammed: [{ lock: 1 }] });
  deepEqual(asked(bus, open), ["DC FE 01 10 02 01 00 14"]);
  bus.receive(hex("DC 02 01 14 00 15"), 0);
  deepEqual(heard(bus, 15 * 300 + 199), []);
  deepEqual(heard(bus, 15 * 300 + 200), ["DC FE 01 14 02 FF FE 14"]);
});

test("VirtualBus of dc inverts states when the contacts are short while locked", () => {
  const bus = new VirtualBus({ board, wiring: "short-when-locked" });
  deepEqual(asked(bus, open), ["DC FE 01 10 02 01 00 14"]);
  deepEqual(asked(bus, readAll), ["DC FE 01 12 02 FF FE 12"]);
});

test("VirtualBus of dc says the state alone, and 8 locks in one byte, when set to", () => {
  const bus = new VirtualBus({ board, locks: 8, omitsLockNumber: true, stateBytes: 1 });
  deepEqual(asked(bus, readOne), ["DC FE 01 11 01 00 13"]);
  deepEqual(asked(bus, open), ["DC FE 01 10 01 01 13"]);
  deepEqual(asked(bus, readAll), ["DC FE 01 12 01 01 15"]);
});

test("VirtualBus of dc has no change reports", () => {
  const bus = new VirtualBus({ board, changeReports: true });
  bus.force({ board: 1, lock: 1 }, 0);
  deepEqual(heard(bus, 10_000), []);
});

test("VirtualBus of dc takes no frame with a wrong length, or a sum over the head as well", () => {
  const bus = new VirtualBus({ board });
  for (const request of ["DC 02 01 10 02 01 01 15", "DC 02 01 12 01 00 14", "DC 02 01 10 01 01 F1"]) {
    deepEqual(asked(bus, request), []);
  }
  equal(bus.garbageBytes, 8 + 7 + 7);
  deepEqual(bus.pulses, []);
});
