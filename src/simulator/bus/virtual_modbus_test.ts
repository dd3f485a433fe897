import { deepEqual, equal } from "node:assert/strict";
import { asked, heard, hex } from "../../../testing/rigs/simulator.ts";
import { VirtualBus } from "./virtual_bus.ts";

/** A test without permissions. */
function test(name: string, run: () => void): void {
  Deno.test(name, { permissions: "none" }, run);
}

const board = "modbus";
const cell = { board: 1, lock: 1 };
const on = "01 05 00 00 FF 00 8C 3A";
const off = "01 05 00 00 00 00 CD CA";
const pulse = "01 05 02 00 00 07 8D B0";
const allOff = "01 05 00 FF 00 00 FD FA";
const readCoils = "01 01 00 00 00 08 3D CC";
const readInputs = "01 02 00 00 00 08 79 CC";

test("VirtualBus of modbus answers the documented frames, at once", () => {
  const bus = new VirtualBus({ board });
  for (const request of [on, off, pulse, allOff]) {
    bus.receive(hex(request), 0);
    deepEqual(heard(bus, 0), [request]);
  }
  deepEqual(bus.pulses.map(({ lock, cause }) => [lock, cause]), [[1, "hold"], [1, "open"]]);
  deepEqual(asked(bus, readCoils), ["01 01 01 00 51 88"]);
  deepEqual(asked(bus, readInputs), ["01 02 01 FE 20 08"]);
});

test("VirtualBus of modbus times a pulse by itself: the coil is live for 700 ms and then off", () => {
  const bus = new VirtualBus({ board });
  bus.receive(hex(pulse), 1_000);
  equal(bus.door(cell), "open");
  bus.poll(1_699);
  deepEqual(bus.liveCoils, [cell]);
  bus.receive(hex(readCoils), 1_699);
  deepEqual(heard(bus, 1_699), ["01 01 01 01 90 48"]);
  bus.poll(1_700);
  deepEqual(bus.liveCoils, []);
});

test("VirtualBus of modbus repeats the request, whatever the door does", () => {
  const bus = new VirtualBus({ board, jammed: [cell] });
  deepEqual(asked(bus, pulse), [pulse]);
  deepEqual(asked(bus, readInputs), ["01 02 01 FF E1 C8"]);
});

test("VirtualBus of modbus keeps a coil live that was switched on, so that the door cannot be closed", () => {
  const bus = new VirtualBus({ board, closeMs: 1_000 });
  asked(bus, on);
  bus.close(cell, 50_000);
  deepEqual([bus.door(cell), bus.liveCoils], ["open", [cell]]);
  bus.receive(hex(off), 60_000);
  bus.poll(60_999);
  deepEqual([bus.door(cell), bus.liveCoils], ["open", []]);
  bus.poll(61_000);
  equal(bus.door(cell), "closed");
});

test("VirtualBus of modbus cancels the end of a pulse when another request came meanwhile", () => {
  const bus = new VirtualBus({ board });
  bus.receive(hex(pulse), 0);
  bus.poll(300);
  bus.receive(hex(pulse), 300);
  bus.poll(700);
  deepEqual(bus.liveCoils, [cell]);
  bus.receive(hex(on), 700);
  bus.poll(10_000);
  deepEqual(bus.liveCoils, [cell]);
});

test("VirtualBus of modbus switches all coils of one board off, and no others", () => {
  const bus = new VirtualBus({ board, boards: 2 });
  for (const request of [on, "01 05 02 01 00 14 9D BD", "02 05 00 01 FF 00 DD C9"]) asked(bus, request);
  bus.receive(hex("01 05 02 01 00 14 9D BD"), 20_000);
  bus.poll(20_000);
  deepEqual(bus.liveCoils, [cell, { board: 1, lock: 2 }, { board: 2, lock: 2 }]);
  bus.receive(hex(allOff), 20_000);
  deepEqual(bus.liveCoils, [{ board: 2, lock: 2 }]);
});

test("VirtualBus of modbus reads from any input on, and up to 32", () => {
  const bus = new VirtualBus({ board });
  bus.force({ board: 1, lock: 4 }, 0);
  deepEqual(asked(bus, "01 02 00 02 00 03 99 CB"), ["01 02 01 05 61 8B"]);
  const large = new VirtualBus({ board, boards: 2, locks: [8, 32] });
  large.force({ board: 2, lock: 2 }, 0);
  deepEqual(asked(large, "02 02 00 00 00 20 79 E1"), ["02 02 04 FD FF FF FF C8 CE"]);
});

test("VirtualBus of modbus answers with an exception what it cannot do", () => {
  const bus = new VirtualBus({ board });
  const exceptions = {
    "no such function": ["01 03 00 00 00 01 84 0A", "01 83 01 80 F0"],
    "no such function, which would write": ["01 06 00 00 00 01 48 0A", "01 86 01 83 A0"],
    "no such coil": ["01 05 00 08 FF 00 0D F8", "01 85 02 C3 51"],
    "no such coil to pulse": ["01 05 02 08 00 07 0C 72", "01 85 02 C3 51"],
    "more coils than there are": ["01 01 00 00 00 09 FC 0C", "01 81 02 C1 91"],
    "no such input": ["01 02 00 08 00 01 38 08", "01 82 02 C1 61"],
    "neither on nor off": ["01 05 00 00 55 00 F2 9A", "01 85 03 02 91"],
    "a pulse of no time": ["01 05 02 00 00 00 CC 72", "01 85 03 02 91"],
    "all on": ["01 05 00 FF FF 00 BC 0A", "01 85 03 02 91"],
    "no coils at all": ["01 01 00 00 00 00 3C 0A", "01 81 03 00 51"],
  };
  for (const [what, [request = "", reply]] of Object.entries(exceptions)) {
    deepEqual(asked(bus, request), [reply], what);
  }
  deepEqual([bus.pulses, bus.liveCoils], [[], []]);
});

test("VirtualBus of modbus says nothing when the address is not on the bus", () => {
  const bus = new VirtualBus({ board });
  deepEqual(asked(bus, "02 05 00 01 FF 00 DD C9"), []);
  equal(bus.garbageBytes, 0);
});

test("VirtualBus of modbus answers when it switches coils off though openings' replies get lost", () => {
  const bus = new VirtualBus({ board, frameLoss: "openings" });
  deepEqual([asked(bus, on), asked(bus, allOff)], [[], [allOff]]);
  deepEqual(bus.liveCoils, []);
});
