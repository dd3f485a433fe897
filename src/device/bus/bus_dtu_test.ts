import { deepEqual, equal } from "node:assert/strict";
import { familyNamed } from "../../boards/mod.ts";
import { BUS, DEVICE } from "../../lib/limits.ts";
import { hex, Rig, test } from "../../../testing/rigs/bus.ts";

test("SerialBus sends a heartbeat back once, though the adapter echoes", () => {
  const rig = new Rig({ localEcho: true, heartbeat: hex("FE"), heartbeatEcho: true }).settle();
  for (let n = 1; n <= 3; n++) {
    rig.hear("FE");
    rig.hear("FE");
    equal(rig.written.filter((bytes) => bytes === "FE").length, n);
    rig.now += 20_000;
  }
});

test("SerialBus asks for a sign of life before everything else that it has to do", () => {
  const rig = new Rig({}, 2).settle();
  rig.hear("80 02 FF FF FF 33 4E");
  rig.open("a", 30);
  rig.pass(1_000);
  equal(rig.bus.probe(rig.now), true);
  rig.open("b", 31);
  rig.pass(BUS.replyMs + BUS.quietMs - 1_000);
  equal(rig.written.at(-1), "80 02 00 33 B1");
});

test("SerialBus counts a DTU as gone after two heartbeat intervals, whether entered or learned", () => {
  const said = new Rig({ heartbeat: hex("FE"), heartbeatMs: 30_000 });
  equal(said.bus.goneAt, 60_000);
  const seen = new Rig({ heartbeat: hex("FE"), heartbeatEcho: true }).settle();
  equal(seen.bus.goneAt, DEVICE.silenceMs);
  for (const gap of [0, 20_000, 20_000, 29_000, 21_000]) {
    seen.now += gap;
    seen.hear("FE");
  }
  equal(seen.bus.goneAt, seen.now + 40_000);
  equal(seen.written.filter((bytes) => bytes === "FE").length, 5, "each one is echoed");
});

test("SerialBus asks only a board for a sign of life that is known to answer", () => {
  const rig = new Rig();
  equal(rig.bus.probe(0), false);
  rig.settle();
  equal(rig.bus.probe(0), true);
  deepEqual(rig.written, ["80 01 00 33 B2"]);
  rig.pass(BUS.readReplyMs + BUS.readQuietMs);
  equal(rig.written.length, 2, "one answer may get lost");
  rig.pass(BUS.readReplyMs);
  equal(rig.bus.probe(rig.now), false);
  equal(new Rig({ family: undefined }).bus.probe(0), false);
});

test("SerialBus drops the echo of its own bytes where one is declared, in pieces too", () => {
  const rig = new Rig({ localEcho: true });
  rig.bus.tick(0);
  rig.hear("80 01 00");
  rig.hear("33 B2 80 01 FF FF");
  rig.hear("FF 33 4D");
  equal(rig.changes.length, 24);
  equal(rig.changes.every(({ door }) => door === "closed"), true);
  rig.open("a", 7);
  rig.hear("8A 01 07 11 9D 8A 01 07 00 8C");
  deepEqual(rig.ended.get("a"), { state: "opened" });
});

test("Bus takes a Modbus board's reading that nobody waits for, also where the adapter echoes", () => {
  const rig = new Rig({ family: familyNamed("modbus"), localEcho: true });
  rig.bus.tick(0);
  // The coils are released, then the inputs are read; the adapter echoes each request.
  const [release = ""] = rig.written;
  rig.hear(release);
  rig.hear(release);
  equal(rig.written.length, 2);
  rig.hear(rig.written[1] ?? "");
  rig.hear("01 02 03 FF FF FF 49 CE");
  equal(rig.changes.length, 24, rig.written.join("; "));
  // As long as a request: the last one of 24 is open. It moved by itself, so it counts after it has rested.
  rig.hear("01 02 03 FF FF 7F 48 6E");
  rig.pass(BUS.bounceMs);
  deepEqual(rig.changes.slice(24).map(({ cell, door }) => [cell, door]), [[24, "open"]]);
});
