import { deepEqual, equal } from "node:assert/strict";
import { DEVICE } from "../../lib/limits.ts";
import { type Flood, UnknownDevices } from "./unknown_devices.ts";

/** Counts strangers at a time that the test sets. */
function rig() {
  const told: Flood[] = [];
  const time = { now: 0 };
  const strangers = new UnknownDevices((flood) => void told.push(flood), { now: () => time.now });
  const come = (count: number, networkOf: (index: number) => string) => {
    for (let index = 0; index < count; index++) strangers.came(networkOf(index));
  };
  return { strangers, told, time, come };
}

Deno.test("Strangers slows down a network that made too many, tells of it at once, and slows down no other", () => {
  const { strangers, told, come } = rig();
  using _ = strangers;
  const { burst } = DEVICE.strangersOfNetwork;
  come(burst - 1, () => "a");
  deepEqual([strangers.slows("a"), told], [false, []]);
  come(2, () => "a");
  deepEqual([strangers.slows("a"), strangers.slows("b")], [true, false]);
  deepEqual(told, [{ count: 1, network: "a" }]);
});

Deno.test("Strangers forgives a network within seconds, however large its flood was", () => {
  const { strangers, time, come } = rig();
  using _ = strangers;
  come(100_000, () => "a");
  equal(strangers.slows("a"), true);
  time.now += 1_000 / DEVICE.strangersOfNetwork.perSecond;
  equal(strangers.slows("a"), false);
});

Deno.test("Strangers notices a flood from many networks, and slows down none that made no stranger", () => {
  const { strangers, told, come } = rig();
  using _ = strangers;
  come(DEVICE.strangers.burst + 1, (index) => `n${index}`);
  deepEqual(told.length, 1);
  deepEqual([strangers.slows("n0"), strangers.slows("fleet")], [true, false]);
});

Deno.test("Strangers slows down no other network for the flood of one", () => {
  const { strangers, time, come } = rig();
  using _ = strangers;
  come(1, () => "carrier");
  for (let n = 0; n < DEVICE.strangers.burst; n++) {
    time.now += 20;
    come(2, () => "a");
  }
  deepEqual([strangers.slows("a"), strangers.slows("carrier")], [true, false]);
});

Deno.test("Strangers forgets the networks that made one longest ago", () => {
  const { strangers, come } = rig();
  using _ = strangers;
  come(DEVICE.strangersOfNetwork.burst + 1, () => "a");
  come(DEVICE.strangersNetworksMax, (index) => `n${index}`);
  deepEqual([strangers.slows("a"), strangers.slows(`n${DEVICE.strangersNetworksMax - 1}`)], [false, true]);
});
