import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { CapacityError, capacityOf, hasRoomForDevice, hasRoomForSocket } from "./capacity.ts";
import { DEVICE, HTTP, PERSON, PROCESS } from "../lib/limits.ts";

const SQLITE = { isolates: 1, databaseConnections: 0 };

Deno.test("capacityOf() deals out no more than there is, and keeps a reserve, whatever there is", () => {
  for (const isolates of [1, 2, 8]) {
    for (const databaseConnections of [0, 6, 20]) {
      for (let descriptors = 256 * isolates; descriptors <= PROCESS.descriptorsMax; descriptors += 97) {
        const { lasting, devices, sockets, passing, backlog } = capacityOf(descriptors, {
          isolates,
          databaseConnections,
        });
        // The runtime may accept twice a backlog at once before anything can be refused.
        const accepted = lasting + passing + 2 * backlog * isolates;
        ok(accepted + databaseConnections * isolates + PROCESS.descriptorsKept <= descriptors);
        ok(Math.max(devices, sockets) < lasting, "neither keeps the others out");
      }
    }
  }
});

Deno.test("capacityOf() leaves room for the thousands behind one address, and takes what the documents say", () => {
  const { passing, devices, sockets } = capacityOf(20_000, SQLITE);
  ok(passing >= HTTP.perAddressMax);
  deepEqual(
    [devices, sockets].map((count) => Math.floor(count / 100)),
    [159, 127],
    "operations.md, in hundreds",
  );
  const large = capacityOf(PROCESS.descriptorsMax, SQLITE);
  deepEqual([large.devices, large.sockets], [DEVICE.connectionsMax, PERSON.socketsTotalMax]);
});

Deno.test("capacityOf() refuses what is too little, and says how much it has to be", () => {
  const most = (descriptors: number) => capacityOf(descriptors, SQLITE);
  let least = 0;
  throws(() => most(100), (error: Error) => {
    least = Number(/isolate needs (\d+)/.exec(error.message)?.[1]);
    return error instanceof CapacityError;
  });
  throws(() => most(least - 1), CapacityError);
  equal(most(least).passing >= 16, true);
});

Deno.test("hasRoomForDevice(), hasRoomForSocket() count both, and each by itself", () => {
  const capacity = { lasting: 10, devices: 8, sockets: 6, passing: 4, backlog: 16 };
  const count = (total: number) => ({ total, add: () => {} });
  const room = (devices: number, sockets: number) => {
    const there = { devices: count(devices), sockets: count(sockets) };
    return [hasRoomForDevice(capacity, there), hasRoomForSocket(capacity, there)];
  };
  deepEqual(room(0, 0), [true, true]);
  deepEqual(room(8, 0), [false, true]);
  deepEqual(room(0, 6), [true, false]);
  deepEqual(room(5, 5), [false, false]);
});
