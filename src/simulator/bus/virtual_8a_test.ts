import { deepEqual, equal, throws } from "node:assert/strict";
import { asked, heard, hex } from "../../../testing/rigs/simulator.ts";
import type { BusEvent } from "../bus_events.ts";
import { VirtualBus } from "./virtual_bus.ts";

/** A test without permissions. */
function test(name: string, run: () => void): void {
  Deno.test(name, { permissions: "none" }, run);
}

const jammed = [{ board: 1, lock: 1 }];

test("VirtualBus of 8A answers the documented frames when asked", () => {
  const bus = new VirtualBus({ boards: 2 });
  deepEqual(asked(bus, "8A 01 01 11 9B"), ["8A 01 01 00 8A"]);
  deepEqual(asked(bus, "8A 02 0C 11 95"), ["8A 02 0C 00 84"]);
  deepEqual(asked(bus, "80 01 01 33 B3"), ["80 01 01 00 80"]);
  bus.close({ board: 1, lock: 1 }, 0);
  deepEqual(asked(bus, "80 01 01 33 B3"), ["80 01 01 11 91"]);
});

test("VirtualBus of 8A replies with the request's own bytes when the lock did not open", () => {
  const bus = new VirtualBus({ jammed });
  deepEqual(asked(bus, "8A 01 01 11 9B"), ["8A 01 01 11 9B"]);
  equal(bus.door({ board: 1, lock: 1 }), "closed");
  equal(bus.pulseCount({ board: 1, lock: 1 }), 1);
});

test("VirtualBus swaps the plugs of switches and of locks, and can be without switches", () => {
  const swapped = new VirtualBus({ swappedSwitches: [[1, 2]] });
  deepEqual(asked(swapped, "8A 01 01 11 9B"), ["8A 01 01 11 9B"], "its own switch did not move");
  equal(swapped.door({ board: 1, lock: 1 }), "open");
  deepEqual(asked(swapped, "80 01 01 33 B3", 20_000), ["80 01 01 11 91"]);
  deepEqual(asked(swapped, "80 01 02 33 B0", 40_000), ["80 01 02 00 83"]);
  const locks = new VirtualBus({ swappedLocks: [[1, 2]] });
  locks.receive(hex("8A 01 01 11 9B"), 0);
  deepEqual([1, 2].map((lock) => locks.door({ board: 1, lock })), ["closed", "open"]);
  const none = new VirtualBus({ withoutSwitches: true });
  deepEqual(asked(none, "80 01 01 33 B3"), ["80 01 01 00 80"]);
});

test("VirtualBus of 8A inverts every state byte when the contacts are short while open", () => {
  const bus = new VirtualBus({ wiring: "short-when-open", jammed: [{ board: 1, lock: 2 }] });
  deepEqual(asked(bus, "8A 01 01 11 9B"), ["8A 01 01 11 9B"]);
  deepEqual(asked(bus, "8A 01 02 11 98"), ["8A 01 02 00 89"]);
  deepEqual(asked(bus, "80 01 01 33 B3"), ["80 01 01 11 91"]);
  deepEqual(asked(bus, "80 01 00 33 B2"), ["80 01 00 00 01 33 B3"]);
});

test("VirtualBus of 8A answers a read-all with the locks' bits when locks 1, 9 and 17 differ", () => {
  const locks = [1, 9, 17].map((lock) => ({ board: 1, lock }));
  const bus = new VirtualBus({ wiring: "short-when-open" });
  for (const cell of locks) bus.force(cell, 0);
  deepEqual(asked(bus, "80 01 00 33 B2"), ["80 01 01 01 01 33 B3"]);
  const other = new VirtualBus();
  for (const cell of locks) other.force(cell, 0);
  deepEqual(asked(other, "80 01 00 33 B2"), ["80 01 FE FE FE 33 4C"]);
});

test("VirtualBus of 8A puts the highest group first when a board has other sizes", () => {
  deepEqual(asked(new VirtualBus({ locks: 8 }), "80 01 00 33 B2"), ["80 01 FF 33 4D"]);
  deepEqual(asked(new VirtualBus({ locks: 12 }), "80 01 00 33 B2"), ["80 01 0F FF 33 42"]);
  deepEqual(asked(new VirtualBus({ locks: 12, stateBytes: 3 }), "80 01 00 33 B2"), ["80 01 00 0F FF 33 42"]);
});

test("VirtualBus of 8A tells its address when it is alone on the bus", () => {
  deepEqual(asked(new VirtualBus(), "80 01 00 99 18"), ["80 01 01 99 19"]);
  const two = new VirtualBus({ boards: 2 });
  deepEqual(asked(two, "80 01 00 99 18"), []);
  equal(two.collisions, 1);
});

test("VirtualBus of 8A keeps the door open when a lock is held, until it is released", () => {
  const bus = new VirtualBus({ closeMs: 1_000 });
  const cell = { board: 1, lock: 1 };
  deepEqual(asked(bus, "9A 01 01 11 8B"), []);
  bus.close(cell, 10_000);
  equal(bus.door(cell), "open");
  bus.receive(hex("9B 01 01 11 8A"), 20_000);
  bus.poll(20_999);
  equal(bus.door(cell), "open");
  bus.poll(21_000);
  equal(bus.door(cell), "closed");
  deepEqual(bus.pulses, [{ board: 1, lock: 1, at: 0, cause: "hold" }]);
});

test("VirtualBus of 8A answers hold on as its board is set to", () => {
  deepEqual(asked(new VirtualBus({ holdReply: "echo" }), "9A 01 01 11 8B"), ["9A 01 01 11 8B"]);
  deepEqual(asked(new VirtualBus({ holdReply: "state" }), "9A 01 01 11 8B"), ["9A 01 01 00 9A"]);
});

test("VirtualBus of 8A reports changes when the board does so", () => {
  const bus = new VirtualBus({ changeReports: 0x82, reportMs: 50 });
  bus.receive(hex("8A 01 01 11 9B"), 0);
  deepEqual(heard(bus, 50), ["82 01 01 00 82"]);
  deepEqual(heard(bus, 200), ["8A 01 01 00 8A"]);
  bus.close({ board: 1, lock: 1 }, 300);
  deepEqual(heard(bus, 350), ["82 01 01 11 93"]);
  const other = new VirtualBus({ changeReports: 0x81 });
  other.force({ board: 1, lock: 1 }, 0);
  deepEqual(heard(other, 50), ["81 01 01 00 81"]);
});

test("VirtualBus of 8A replies after its time when the time is drawn from a range", () => {
  const bus = new VirtualBus({ replyMs: [100, 300], random: () => 0.999 });
  bus.receive(hex("80 01 01 33 B3"), 0);
  equal(bus.nextAt, 300);
  deepEqual(heard(bus, 299), []);
  deepEqual(heard(bus, 300), ["80 01 01 11 91"]);
  equal(bus.nextAt, Infinity);
});

test("VirtualBus of 8A fires the locks one after another when all are opened", () => {
  const bus = new VirtualBus({ locks: 3, openAllStepMs: 300, replyMs: 200 });
  bus.receive(hex("8A 01 00 11 9A"), 1_000);
  deepEqual(heard(bus, 1_799), []);
  deepEqual(bus.pulses.map(({ lock, at, cause }) => [lock, at, cause]), [
    [1, 1_000, "open-all"],
    [2, 1_300, "open-all"],
    [3, 1_600, "open-all"],
  ]);
  deepEqual(heard(bus, 1_800), ["8A 01 00 00 8B"]);
  deepEqual(asked(new VirtualBus({ jammed }), "8A 01 00 11 9A"), ["8A 01 00 11 9A"]);
});

test("VirtualBus of 8A ignores a request when a reply is pending", () => {
  const bus = new VirtualBus();
  bus.receive(hex("8A 01 01 11 9B 8A 01 02 11 98"), 0);
  bus.receive(hex("80 01 01 33 B3"), 199);
  deepEqual(heard(bus, 1_000), ["8A 01 01 00 8A"]);
  equal(bus.collisions, 2);
  equal(bus.pulses.length, 1);
  deepEqual(asked(bus, "80 01 02 33 B0", 2_000), ["80 01 02 11 92"]);
});

test("VirtualBus of 8A ignores a request when its BCC is wrong or no board has the address", () => {
  const bus = new VirtualBus({ locks: 12 });
  for (const request of ["8A 01 01 11 9A", "8A 02 01 11 98", "8A 01 0D 11 97", "80 01 01 34 B4"]) {
    deepEqual(asked(bus, request), [], request);
  }
  deepEqual(bus.pulses, []);
});

test("VirtualBus of 8A finds the request again when garbage comes before it", () => {
  for (const garbage of ["00", "8A", "8A 01", "80 8A 9A 9B", "FF 8A 01 01 11", "8A 01 01 11 9A"]) {
    const bus = new VirtualBus();
    deepEqual(asked(bus, `${garbage} 8A 01 01 11 9B`), ["8A 01 01 00 8A"], garbage);
    equal(bus.garbageBytes, hex(garbage).length, garbage);
  }
});

test("VirtualBus of 8A takes a request that comes byte by byte", () => {
  const bus = new VirtualBus();
  for (const byte of hex("8A 01 01 11 9B")) bus.receive(Uint8Array.of(byte), 0);
  deepEqual(heard(bus, 200), ["8A 01 01 00 8A"]);
});

test("VirtualBus of 8A says that the lock did not open when the door opens later than the reply", () => {
  const bus = new VirtualBus({ openDelayMs: 500, replyMs: 200 });
  deepEqual(asked(bus, "8A 01 01 11 9B"), ["8A 01 01 11 9B"]);
  deepEqual(asked(bus, "80 01 01 33 B3"), ["80 01 01 00 80"]);
});

test("VirtualBus of 8A closes a door when the person is done, but not one that was forced", () => {
  const bus = new VirtualBus({ closeMs: 3_000 });
  bus.receive(hex("8A 01 01 11 9B"), 0);
  bus.force({ board: 1, lock: 2 }, 0);
  bus.poll(2_999);
  equal(bus.door({ board: 1, lock: 1 }), "open");
  bus.poll(3_000);
  equal(bus.door({ board: 1, lock: 1 }), "closed");
  equal(bus.door({ board: 1, lock: 2 }), "open");
});

test("VirtualBus of 8A leaves a door alone when it was closed and opened again before the person was done", () => {
  const bus = new VirtualBus({ closeMs: 3_000 });
  asked(bus, "8A 01 01 11 9B", 0);
  bus.receive(hex("8A 01 01 11 9B"), 20_000);
  bus.close({ board: 1, lock: 1 }, 21_000);
  bus.poll(22_000);
  bus.receive(hex("8A 01 01 11 9B"), 22_000);
  bus.poll(24_999);
  equal(bus.door({ board: 1, lock: 1 }), "open");
});

test("VirtualBus of 8A neither obeys nor answers when a board is silent", () => {
  const bus = new VirtualBus({ boards: 2, silent: [2] });
  deepEqual(asked(bus, "8A 02 0C 11 95"), []);
  equal(bus.pulseCount({ board: 2, lock: 12 }), 0);
  bus.revive(2);
  deepEqual(asked(bus, "8A 02 0C 11 95"), ["8A 02 0C 00 84"]);
  bus.silence(1);
  deepEqual(asked(bus, "80 01 01 33 B3"), []);
});

test("VirtualBus of 8A opens and its reply is lost when openings' replies get lost", () => {
  const bus = new VirtualBus({ frameLoss: "openings", changeReports: 0x82 });
  deepEqual(asked(bus, "8A 01 01 11 9B"), ["82 01 01 00 82"]);
  deepEqual(asked(bus, "80 01 01 33 B3"), ["80 01 01 00 80"]);
  bus.loseFrames("everything");
  deepEqual(asked(bus, "8A 01 02 11 98"), []);
  deepEqual(asked(bus, "80 01 02 33 B0"), []);
  deepEqual(bus.pulses.map((pulse) => pulse.lock), [1, 2]);
});

test("VirtualBus of 8A reports its events", () => {
  const events: BusEvent["type"][] = [];
  const bus = new VirtualBus({ log: (event) => events.push(event.type) });
  asked(bus, "00 8A 01 01 11 9B 8A 01 01 11 9B");
  deepEqual(events, ["request", "pulse", "door", "collision", "garbage", "reply"]);
});

test("VirtualBus of 8A refuses boards and locks when a bus cannot have them", () => {
  throws(() => new VirtualBus({ boards: 100 }), RangeError);
  throws(() => new VirtualBus({ boards: 2, locks: [24] }), RangeError);
  throws(() => new VirtualBus().door({ board: 1, lock: 25 }), RangeError);
});
