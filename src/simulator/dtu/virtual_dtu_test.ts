import { deepEqual, equal, rejects } from "node:assert/strict";
import { heard, hex, TestServer, until } from "../../../testing/rigs/simulator.ts";
import type { DtuEvent, VirtualDtuOptions } from "../options_dtu.ts";
import { VirtualBus } from "../bus/virtual_bus.ts";
import { VirtualDtu } from "./virtual_dtu.ts";

const registration = hex("49 4D");
const openOne = "8A 01 01 11 9B";
const opened = "8A 01 01 00 8A";

/** A test with the network of this machine and nothing else. */
function test(name: string, run: () => Promise<void>): void {
  Deno.test(name, { permissions: { net: ["127.0.0.1"] } }, run);
}

/** A DTU in a hurry, with one board that answers at once. */
function dial(server: TestServer, options: Partial<VirtualDtuOptions> = {}): VirtualDtu {
  const bus = new VirtualBus({ replyMs: 0 });
  return new VirtualDtu(bus, { ...server.address, registration, redialMs: [10, 40], ...options });
}

test("VirtualDtu registers and carries bytes both ways when the server speaks", async () => {
  await using server = new TestServer();
  await using dtu = dial(server);
  await dtu.connected;
  equal(dtu.state.status, "online");
  const seen = await server.connection(0);
  await seen.has("49 4D");
  await seen.send(openOne);
  await seen.has(`49 4D ${opened}`);
});

test("VirtualDtu sends heartbeats when the line is idle", async () => {
  await using server = new TestServer();
  await using _dtu = dial(server, { heartbeat: hex("FE"), heartbeatMs: 20 });
  const seen = await server.connection(0);
  await until(() => seen.hex.startsWith("49 4D FE FE FE"), { saw: () => seen.hex });
});

test("VirtualDtu sends byte by byte when it splits", async () => {
  await using server = new TestServer();
  await using _dtu = dial(server, { pieceBytes: 1, pieceGapMs: 20 });
  const seen = await server.connection(0);
  await seen.send(openOne);
  await seen.has(`49 4D ${opened}`);
  equal(seen.reads.length > 1, true);
});

test("VirtualDtu sends back the request before the reply when its adapter echoes", async () => {
  await using server = new TestServer();
  await using _dtu = dial(server, { echo: true, gapMs: 20 });
  const seen = await server.connection(0);
  await seen.send(openOne);
  await seen.has(`49 4D ${openOne} ${opened}`);
});

test("VirtualDtu delivers late when the network is slow", async () => {
  await using server = new TestServer();
  const startedAt = Date.now();
  await using _dtu = dial(server, { latencyMs: 50 });
  const seen = await server.connection(0);
  await seen.has("49 4D");
  equal(Date.now() - startedAt >= 50, true);
  await seen.send(openOne);
  await seen.has(`49 4D ${opened}`);
  equal(Date.now() - startedAt >= 150, true);
});

test("VirtualDtu polls the board by itself when it is set to", async () => {
  await using server = new TestServer();
  await using _dtu = dial(server, { ownRequest: { bytes: hex("80 01 01 33 B3"), everyMs: 20 } });
  const seen = await server.connection(0);
  await until(() => seen.hex.startsWith("49 4D 80 01 01 11 91 80 01 01 11 91"), { saw: () => seen.hex });
});

test("VirtualDtu redials when the server closes", async () => {
  await using server = new TestServer();
  await using dtu = dial(server);
  (await server.connection(0)).close();
  await (await server.connection(1)).has("49 4D");
  await dtu.connected;
});

test("VirtualDtu redials with growing waits when no server listens", async () => {
  const failedAt: number[] = [];
  const log = (event: DtuEvent) => event.type === "dial-failed" && failedAt.push(event.at);
  await using server = new TestServer();
  await server[Symbol.asyncDispose]();
  await using dtu = dial(server, { log, random: () => 0.99 });
  const waited = dtu.connected;
  await until(() => failedAt.length >= 4, { saw: () => failedAt });
  const [first = 0, second = 0, third = 0] = failedAt;
  equal(second - first >= 10, true);
  equal(third - second >= 20, true);
  await dtu[Symbol.asyncDispose]();
  await rejects(waited, /the DTU was ended/);
  equal(dtu.state.status, "ended");
});

test("VirtualDtu redials when it received nothing for the set time", async () => {
  await using server = new TestServer();
  const events: DtuEvent[] = [];
  await using _dtu = dial(server, { redialOnSilenceMs: 30, log: (event) => events.push(event) });
  await server.connection(1);
  deepEqual(events.filter((event) => event.type === "offline").map((event) => event.reason), ["silence"]);
});

test("VirtualDtu stays away when it was dropped for good, until it redials", async () => {
  await using server = new TestServer();
  await using dtu = dial(server);
  await dtu.connected;
  dtu.drop({ awayMs: Infinity });
  deepEqual(dtu.state, { status: "waiting", dialAt: Infinity });
  const seen = await server.connection(0);
  await until(() => seen.isClosed);
  dtu.redial();
  await dtu.connected;
  await (await server.connection(1)).has("49 4D");
});

test("VirtualDtu keeps the socket open and sends nothing when it froze", async () => {
  await using server = new TestServer();
  const bus = new VirtualBus({ replyMs: 0 });
  await using dtu = new VirtualDtu(bus, { ...server.address, registration, redialMs: [10, 40] });
  const dead = await server.connection(0);
  await dead.has("49 4D");
  dtu.freeze();
  equal(dtu.state.status, "frozen");
  await dead.send(openOne);
  dtu.redial();
  const live = await server.connection(1);
  await live.has("49 4D");
  await live.send("80 01 01 33 B3");
  await live.has("49 4D 80 01 01 11 91");
  deepEqual([dead.hex, dead.isClosed, bus.pulses.length], ["49 4D", false, 0]);
  dtu.drop();
  await until(() => dead.isClosed);
  await server.connection(2);
});

test("VirtualDtu keeps the bus going when it has no connection", async () => {
  await using server = new TestServer();
  const bus = new VirtualBus({ closeMs: 20, replyMs: 30 });
  await using dtu = new VirtualDtu(bus, { ...server.address, registration, redialMs: [10, 40] });
  const seen = await server.connection(0);
  await seen.send(openOne);
  await until(() => bus.pulses.length === 1);
  dtu.drop({ awayMs: Infinity });
  await until(() => bus.door({ board: 1, lock: 1 }) === "closed");
  await until(() => bus.nextAt === Infinity);
  deepEqual(heard(bus, Infinity), []);
});

test("VirtualDtu leaves nothing open when it is disposed of at any moment", async () => {
  await using server = new TestServer();
  const atOnce = dial(server);
  await atOnce[Symbol.asyncDispose]();
  await atOnce[Symbol.asyncDispose]();
  const online = dial(server, { heartbeat: hex("FE") });
  await online.connected;
  await online[Symbol.asyncDispose]();
  const frozen = dial(server);
  await frozen.connected;
  frozen.freeze();
  await frozen[Symbol.asyncDispose]();
  equal(frozen.state.status, "ended");
});
