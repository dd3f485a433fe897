import { deepEqual, equal, rejects } from "node:assert/strict";
import { hex, TestServer, until } from "../../testing/rigs/simulator.ts";
import { characters, simulateCabinet, type SimulatedCabinetOptions, simulateFleet } from "./mod.ts";

/** A test with the network of this machine and nothing else. */
function test(name: string, run: () => Promise<void>): void {
  Deno.test(name, { permissions: { net: ["127.0.0.1"] } }, run);
}

function optionsFor(server: TestServer): SimulatedCabinetOptions {
  return { ...server.address, registration: hex("49 4D"), replyMs: 0, reportMs: 0, redialMs: [10, 40] };
}

test("simulateCabinet() shows the doors and counts the pulses when it is asked to open", async () => {
  await using server = new TestServer();
  const events: string[] = [];
  const log = (event: { type: string }) => events.push(event.type);
  await using cabinet = simulateCabinet({ ...optionsFor(server), changeReports: 0x82, log });
  await cabinet.connected;
  const seen = await server.connection(0);
  await seen.send("8A 01 07 11 9D");
  await seen.has("49 4D 82 01 07 00 84 8A 01 07 00 8C");
  equal(cabinet.door(1, 7), "open");
  deepEqual(cabinet.pulses.map(({ board, lock, cause }) => ({ board, lock, cause })), [
    { board: 1, lock: 7, cause: "open" },
  ]);
  cabinet.closeDoor(1, 7);
  await seen.has("49 4D 82 01 07 00 84 8A 01 07 00 8C 82 01 07 11 95");
  equal(cabinet.door(1, 7), "closed");
  for (const type of ["online", "received", "request", "pulse", "door", "report", "reply", "sent"]) {
    equal(events.includes(type), true, type);
  }
});

test("simulateCabinet() changes its behaviour when told so while it runs", async () => {
  await using server = new TestServer();
  await using cabinet = simulateCabinet(optionsFor(server));
  const seen = await server.connection(0);
  cabinet.jam(1, 1);
  await seen.send("8A 01 01 11 9B");
  await seen.has("49 4D 8A 01 01 11 9B");
  cabinet.unjam(1, 1);
  cabinet.loseFrames("openings");
  await seen.send("8A 01 01 11 9B");
  await until(() => cabinet.door(1, 1) === "open");
  cabinet.silence(1);
  await seen.send("8A 01 02 11 98");
  cabinet.inject(hex("FF"));
  await seen.has("49 4D 8A 01 01 11 9B FF");
  cabinet.forceDoor(1, 3);
  equal(cabinet.door(1, 3), "open");
  deepEqual([cabinet.pulseCount(1, 1), cabinet.pulseCount(1, 2), cabinet.pulseCount(1, 3)], [2, 0, 0]);
});

test("simulateCabinet() speaks another family and shows the coils that are live when set to", async () => {
  await using server = new TestServer();
  const options = { board: "modbus", boards: 2, silent: ["last"] } as const;
  await using cabinet = simulateCabinet({ ...optionsFor(server), ...options });
  const seen = await server.connection(0);
  await seen.send("01 05 00 00 FF 00 8C 3A");
  await seen.has("49 4D 01 05 00 00 FF 00 8C 3A");
  deepEqual(cabinet.liveCoils, [{ board: 1, lock: 1 }]);
  await seen.send("02 05 00 01 FF 00 DD C9 01 05 00 FF 00 00 FD FA");
  await until(() => cabinet.liveCoils.length === 0, { saw: () => cabinet.liveCoils });
  equal(cabinet.pulseCount(2, 2), 0);
});

test("simulateCabinet() switches a coil off by itself when its board times the pulse", async () => {
  await using server = new TestServer();
  await using cabinet = simulateCabinet({ ...optionsFor(server), board: "modbus" });
  const seen = await server.connection(0);
  await seen.send("01 05 02 00 00 01 0D B2");
  await until(() => cabinet.door(1, 1) === "open");
  await until(() => cabinet.liveCoils.length === 0, { saw: () => cabinet.liveCoils });
});

test("simulateCabinet() connects with any of the characters", async () => {
  await using server = new TestServer();
  for (const [index, character] of Object.values(characters).entries()) {
    await using cabinet = simulateCabinet({ ...character, ...optionsFor(server) });
    await cabinet.connected;
    const seen = await server.connection(index);
    await until(() => seen.hex === "49 4D", { saw: () => seen.hex });
    await seen.send("8A 01 03 11 99");
    await until(() => cabinet.pulses.length === 1, { saw: () => character });
  }
});

test("simulateFleet() connects and ends all when there are many", async () => {
  await using server = new TestServer();
  const names = Array.from({ length: 50 }, (_, index) => index.toString(16).padStart(2, "0").toUpperCase());
  await using fleet = simulateFleet(names.length, (index) => {
    return { ...optionsFor(server), registration: hex(names[index] ?? ""), dialAfterMs: index };
  });
  await fleet.connected;
  await until(() => server.seen.filter((seen) => seen.hex !== "").length === names.length);
  deepEqual(server.seen.map((seen) => seen.hex).sort(), names);
  await fleet[Symbol.asyncDispose]();
  equal(fleet.cabinets.every((cabinet) => cabinet.state.status === "ended"), true);
  await rejects(fleet.connected, /the DTU was ended/);
});
