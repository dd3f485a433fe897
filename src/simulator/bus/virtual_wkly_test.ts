import { deepEqual, equal } from "node:assert/strict";
import { asked, heard, hex } from "../../../testing/rigs/simulator.ts";
import { VirtualBus } from "./virtual_bus.ts";

/** A test without permissions. */
function test(name: string, run: () => void): void {
  Deno.test(name, { permissions: "none" }, run);
}

const board = "wkly";
const cell = { board: 0, lock: 1 };
const open = "57 4B 4C 59 09 00 82 01 83";
const queryOne = "57 4B 4C 59 09 00 83 01 82";
const queryAll = "57 4B 4C 59 08 00 84 85";

test("VirtualBus of wkly answers the documented frames", () => {
  const bus = new VirtualBus({ board, changeReports: true });
  deepEqual(asked(bus, queryOne), ["57 4B 4C 59 0B 00 83 00 01 01 81"]);
  deepEqual(asked(bus, open), ["57 4B 4C 59 0A 00 85 01 00 87", "57 4B 4C 59 0B 00 82 00 01 00 81"]);
  deepEqual(bus.pulses.map(({ board, lock }) => [board, lock]), [[0, 1]]);
  deepEqual(asked(bus, queryOne), ["57 4B 4C 59 0B 00 83 00 01 00 80"]);
  bus.close(cell, 0);
  deepEqual(heard(bus, 1_000), ["57 4B 4C 59 0A 00 85 01 01 86"]);
});

test("VirtualBus of wkly answers a query of all channels with their number and states", () => {
  const bus = new VirtualBus({ board, locks: 3, faultySensors: [{ board: 0, lock: 3 }] });
  bus.force({ board: 0, lock: 2 }, 0);
  deepEqual(asked(bus, queryAll), ["57 4B 4C 59 0D 00 84 00 03 01 00 FF 7D"]);
  equal(hex(asked(new VirtualBus({ board }), queryAll).join()).length, 8 + 2 + 24);
});

test("VirtualBus of wkly begins with another byte when told so, and listens as ever", () => {
  const bus = new VirtualBus({ board, otherHead: true });
  deepEqual(asked(bus, open), ["53 4B 4C 59 0B 00 82 00 01 00 85"]);
  deepEqual(asked(bus, open.replace("57", "53")), []);
});

test("VirtualBus of wkly opens all, one after another, and says so after the last", () => {
  const bus = new VirtualBus({ board, locks: 3 });
  bus.receive(hex("57 4B 4C 59 08 00 86 87"), 0);
  deepEqual(heard(bus, 799), []);
  deepEqual(bus.pulses.map(({ lock, at }) => [lock, at]), [[1, 0], [2, 300], [3, 600]]);
  deepEqual(heard(bus, 800), ["57 4B 4C 59 09 00 86 00 86"]);
});

test("VirtualBus of wkly says ok and closed when the lock is jammed, and failed for a channel it lacks", () => {
  const bus = new VirtualBus({ board, jammed: [cell], locks: 12 });
  deepEqual(asked(bus, open), ["57 4B 4C 59 0B 00 82 00 01 01 80"]);
  deepEqual(asked(bus, "57 4B 4C 59 09 00 82 0D 8F"), ["57 4B 4C 59 0B 00 82 FF 0D FF 8D"]);
  deepEqual(asked(bus, "57 4B 4C 59 09 00 83 0D 8E"), ["57 4B 4C 59 0B 00 83 FF 0D FF 8C"]);
  equal(bus.pulses.length, 1);
});

test("VirtualBus of wkly sends an error for a state when a sensor is faulty, and reports nothing", () => {
  const bus = new VirtualBus({ board, faultySensors: [cell], changeReports: true });
  deepEqual(asked(bus, open), ["57 4B 4C 59 0B 00 82 00 01 FF 7E"]);
  equal(bus.door(cell), "open");
});

test("VirtualBus of wkly never answers an open when told so, and a query all the same", () => {
  const bus = new VirtualBus({ board, openReply: "none", changeReports: true });
  deepEqual(asked(bus, open), ["57 4B 4C 59 0A 00 85 01 00 87"]);
  deepEqual(asked(bus, queryOne), ["57 4B 4C 59 0B 00 83 00 01 00 80"]);
});

test("VirtualBus of wkly inverts states when the contacts are short while open, and the status never", () => {
  const bus = new VirtualBus({ board, wiring: "short-when-open" });
  deepEqual(asked(bus, open), ["57 4B 4C 59 0B 00 82 00 01 01 80"]);
  deepEqual(asked(bus, queryOne), ["57 4B 4C 59 0B 00 83 00 01 01 81"]);
});

test("VirtualBus of wkly takes no frame whose length is not that of its command", () => {
  const bus = new VirtualBus({ board });
  for (const request of ["57 4B 4C 59 08 00 82 83", "57 4B 4C 59 09 00 86 00 86", "57 4B 4C 59 FF"]) {
    deepEqual(asked(bus, request), []);
  }
  equal(bus.garbageBytes, 8 + 9 + 5);
  deepEqual(bus.pulses, []);
});
