import { deepEqual, equal } from "node:assert/strict";
import { DEVICE } from "../../lib/limits.ts";
import { type Flood, UnknownDevices } from "./unknown_devices.ts";

/** Counts unknown devices at a time that the test sets. */
function rig() {
  const told: Flood[] = [];
  const time = { now: 0 };
  const unknownDevices = new UnknownDevices((flood) => void told.push(flood), { now: () => time.now });
  const come = (count: number, networkOf: (index: number) => string) => {
    for (let index = 0; index < count; index++) unknownDevices.record(networkOf(index));
  };
  return { unknownDevices, told, time, come };
}

Deno.test("UnknownDevices slows down a network with too many, reports it at once, and slows down no other", () => {
  const { unknownDevices, told, come } = rig();
  using _ = unknownDevices;
  const { burst } = DEVICE.unknownDevicesOfNetwork;
  come(burst - 1, () => "a");
  deepEqual([unknownDevices.isSlowed("a"), told], [false, []]);
  come(2, () => "a");
  deepEqual([unknownDevices.isSlowed("a"), unknownDevices.isSlowed("b")], [true, false]);
  deepEqual(told, [{ count: 1, network: "a" }]);
});

Deno.test("UnknownDevices forgives a network within seconds, however large its flood was", () => {
  const { unknownDevices, time, come } = rig();
  using _ = unknownDevices;
  come(100_000, () => "a");
  equal(unknownDevices.isSlowed("a"), true);
  time.now += 1_000 / DEVICE.unknownDevicesOfNetwork.perSecond;
  equal(unknownDevices.isSlowed("a"), false);
});

Deno.test("UnknownDevices notices a flood from many networks, and slows down none that had no unknown device", () => {
  const { unknownDevices, told, come } = rig();
  using _ = unknownDevices;
  come(DEVICE.unknownDevices.burst + 1, (index) => `n${index}`);
  deepEqual(told.length, 1);
  deepEqual([unknownDevices.isSlowed("n0"), unknownDevices.isSlowed("fleet")], [true, false]);
});

Deno.test("UnknownDevices slows down no other network for the flood of one", () => {
  const { unknownDevices, time, come } = rig();
  using _ = unknownDevices;
  come(1, () => "carrier");
  for (let n = 0; n < DEVICE.unknownDevices.burst; n++) {
    time.now += 20;
    come(2, () => "a");
  }
  deepEqual([unknownDevices.isSlowed("a"), unknownDevices.isSlowed("carrier")], [true, false]);
});

Deno.test("UnknownDevices forgets the networks whose last unknown device is longest ago", () => {
  const { unknownDevices, come } = rig();
  using _ = unknownDevices;
  come(DEVICE.unknownDevicesOfNetwork.burst + 1, () => "a");
  come(DEVICE.unknownDeviceNetworksMax, (index) => `n${index}`);
  deepEqual([
    unknownDevices.isSlowed("a"),
    unknownDevices.isSlowed(`n${DEVICE.unknownDeviceNetworksMax - 1}`),
  ], [
    false,
    true,
  ]);
});
