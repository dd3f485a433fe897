/**
 * Connections of devices over real sockets. The directory of cabinets and the clock are in the test's hand.
 *
 * @module
 */
import { describedCabinet } from "../../../testing/rigs/device_cabinet.ts";
import { deepEqual, equal, ok } from "node:assert/strict";
import { startsWith } from "@std/bytes";
import { Device } from "../../../testing/device.ts";
import { until } from "../../../testing/until.ts";
import { familyNamed } from "../../boards/mod.ts";
import { DEVICE } from "../../lib/limits.ts";
import { LocalRouter } from "../../router/mod.ts";
import type { CabinetEvent, CabinetReply, CabinetRouter } from "../../cabinet/requests.ts";
import type { SentProgress } from "../../cabinet/requests.ts";
import { type CabinetDirectory, type DoorRecords, LockLayout } from "../cabinet.ts";
import type { Registration } from "../cabinet.ts";
import { DeviceConnection } from "./connection.ts";
import type { DeviceReport } from "../context.ts";
import { IMMEDIATE_ADMISSION } from "../entrance/queued_admission.ts";
import { TimerWheel } from "../../lib/concurrency/timer_wheel.ts";
import type { SendPermission } from "../../cabinet/commands.ts";

const REGISTRATION = new TextEncoder().encode("REG-cab");
/** The board reports that lock 2 is open. */
const REPORT = Uint8Array.fromHex("8201020081");
const EPOCH = 7;

const cabinet = describedCabinet({
  family: familyNamed("8a"),
  registration: REGISTRATION,
  layout: new LockLayout([1, 2, 3].map((cell) => ({ cell, board: 1, channel: cell })), 1),
});

/** Knows one cabinet. */
class Directory implements CabinetDirectory {
  maybeLonger = false;
  addresses: readonly string[] | undefined;
  heartbeatMs: number | undefined;
  /** How many epochs were taken, and how they are given. */
  asked = 0;
  epoch: () => Promise<number | undefined> = () => Promise.resolve(EPOCH);
  permission: (command: string) => SendPermission = () => "may";
  /** The epochs in which commands were to be sent. */
  readonly epochs: number[] = [];

  findByRegistration(preamble: Uint8Array): Promise<Registration | undefined> {
    if (!startsWith(preamble, REGISTRATION)) return Promise.resolve(undefined);
    const maybeLonger = this.maybeLonger && preamble.length === REGISTRATION.length;
    const { addresses, heartbeatMs } = this;
    return Promise.resolve({
      cabinet: { ...cabinet, addresses, heartbeatMs },
      length: REGISTRATION.length,
      maybeLonger,
    });
  }

  takeEpoch(): Promise<number | undefined> {
    this.asked++;
    return this.epoch();
  }

  sending({ id: command }: { id: string }, { epoch }: { epoch: number }): Promise<SendPermission> {
    this.epochs.push(epoch);
    return Promise.resolve(this.permission(command));
  }

  findController(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  seen(): void {
    // Only for show.
  }
}

/**
 * Records only how often a device tried to take another one's cabinet, and how often a device sent too much.
 */
class Records implements DoorRecords {
  intrusions = 0;
  excesses = 0;

  flooded(): void {
    // Only for show.
  }

  moved(): void {
    // Only for show.
  }

  acknowledged(): Promise<number> {
    return Promise.resolve(0);
  }

  heard(): Promise<void> {
    return Promise.resolve();
  }

  fluttered(): void {
    // Only for show.
  }

  intruded(): void {
    this.intrusions++;
  }

  sentTooFast(): void {
    this.excesses++;
  }
}

/** How many bytes were read from the connection. */
function countingReads(conn: Deno.TcpConn): () => number {
  const read = conn.read.bind(conn);
  let bytes = 0;
  conn.read = async (buffer) => {
    const length = await read(buffer);
    bytes += length ?? 0;
    return length;
  };
  return () => bytes;
}

/** What connections report and publish, and devices that have identified themselves. */
function rig(stack: AsyncDisposableStack, prepare: (directory: Directory) => void = () => {}) {
  const directory = new Directory();
  prepare(directory);
  const router: CabinetRouter = new LocalRouter();
  const reports: DeviceReport[] = [];
  const events: CabinetEvent[] = [];
  router.watch("cab", (event) => events.push(event));
  const clock: { later: number; stoppedAt?: number } = { later: 0 };
  const now = () => (clock.stoppedAt ?? performance.now()) + clock.later;
  const server = stack.use(Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const wheel = stack.use(new TimerWheel({ stepMs: 5, now }));
  const report = (report: DeviceReport) => void reports.push(report);
  const clocks = { now, wallClock: Date.now };
  const records = new Records();
  const context = { cabinets: directory, records, router, wheel, isCrowded: () => false, report, ...clocks };
  const connect = async () => {
    const devicePort = server.addr.port;
    const [device, conn] = await Promise.all([
      Device.connect({ devicePort }, REGISTRATION),
      server.accept(),
    ]);
    const taken = countingReads(conn);
    const connection = new DeviceConnection(conn, context);
    const ran = connection.run();
    stack.use(device);
    stack.defer(() => {
      connection.close("stopping");
      return ran;
    });
    return { device, connection, ran, taken };
  };
  /** Why a connection was closed, once one is. */
  const closed = () =>
    until(() => reports.find((report) => report.type === "closed")?.reason, { saw: () => reports });
  return { directory, records, router, reports, events, clock, connect, closed, server, context };
}

/** Another connection claims the cabinet; the returned function says whether it still holds it. */
function taken(router: CabinetRouter, epoch: number): () => boolean {
  const handle = (): Promise<CabinetReply> => Promise.resolve({ type: "hang-up" });
  const claim = router.claim("cab", { handle, displaced: () => {} }, epoch);
  return () => claim.held;
}

function open(router: CabinetRouter, id: string, cell: number): Promise<CabinetReply | undefined> {
  return router.request("cab", { type: "open", id, cell }, { beginMs: 4_000 });
}

function sawDoor(events: readonly CabinetEvent[]): boolean {
  return events.some((event) => event.type === "doors" && event.cells.some(({ cell }) => cell === 2));
}

Deno.test("an open that is fenced is refused, what left before is unconfirmed, and the connection is displaced", async () => {
  await using stack = new AsyncDisposableStack();
  const { directory, router, events, connect, closed } = rig(stack);
  directory.permission = (command) => command === "first" ? "may" : "fenced";
  const { device } = await connect();
  await until(() => router.owns("cab") && device.frames.length > 0);
  device.onOpen = () => {
    device.readsAnswered = false;
    // The answer equals the request byte for byte, so it says nothing about the door.
    return 0x11;
  };
  const ended = [open(router, "first", 1), open(router, "fenced", 2), open(router, "waiting", 3)];
  deepEqual(await Promise.all(ended), [
    { type: "open", evidence: { state: "unconfirmed", reason: "link-lost" } },
    { type: "open", evidence: { state: "refused", reason: "offline" } },
    { type: "open", evidence: { state: "refused", reason: "offline" } },
  ]);
  equal(await closed(), "displaced");
  deepEqual(device.opens.length, 1);
  deepEqual(directory.epochs, [EPOCH, EPOCH]);
  const comings = events.map(({ type }) => type).filter((type) => type !== "doors");
  deepEqual(comings, ["online"], "the newer owner is online");
  equal(router.owns("cab"), false);
});

Deno.test("an open whose time passes while its sending is stored is not sent, and not reported as sent", async () => {
  await using stack = new AsyncDisposableStack();
  const { directory, router, clock, connect } = rig(stack);
  const { device } = await connect();
  await until(() => router.owns("cab") && device.frames.length > 0);
  directory.permission = () => {
    clock.later += 4_000;
    return "may";
  };
  const steps: SentProgress[] = [];
  const progress = (step: SentProgress) => void steps.push(step);
  const reply = await router.request("cab", { type: "open", id: "late", cell: 1 }, {
    beginMs: 4_000,
    progress,
  });
  deepEqual(reply, { type: "open", evidence: { state: "refused", reason: "expired" } });
  directory.permission = () => "may";
  await router.request("cab", { type: "open", id: "in time", cell: 2 }, { beginMs: 4_000, progress });
  deepEqual([device.opens, steps], [["8A 01 02 11 98"], [{ type: "sent" }]]);
});

Deno.test("a claim that comes too late says neither online nor offline, and its connection is displaced", async () => {
  await using stack = new AsyncDisposableStack();
  const { router, events, connect, closed } = rig(stack);
  const isHeld = taken(router, EPOCH + 1);
  await connect();
  equal(await closed(), "displaced");
  equal(isHeld(), true);
  deepEqual(events, []);
});

Deno.test("a cabinet whose description changed before it had its epoch is disconnected and claims nothing", async () => {
  await using stack = new AsyncDisposableStack();
  const { directory, router, events, connect, closed } = rig(stack);
  directory.epoch = () => Promise.resolve(undefined);
  await connect();
  equal(await closed(), "cabinet-changed");
  equal(router.owns("cab"), false);
  deepEqual(events, []);
});

Deno.test("a connection that is alive cannot be pushed out by a second one", async () => {
  await using stack = new AsyncDisposableStack();
  const { directory, records, router, reports, events, clock, connect, closed } = rig(stack);
  const { device: first } = await connect();
  await until(() => sawDoor(events));
  directory.epoch = () => Promise.resolve(EPOCH + 1);
  clock.later += DEVICE.livelyMs + 1;
  const before = first.frames.length;
  const { device: second, ran } = await connect();
  await until(() => records.intrusions > 0);
  equal(first.frames.length > before, true, "it was asked for a sign of life");
  deepEqual([reports.length, second.frames.length], [1, 0], "it is told nothing");
  clock.later += DEVICE.answerMs;
  await ran;
  equal(await closed(), "already-connected");
  deepEqual(reports.flatMap((report) => report.type === "closed" ? [report.claimed] : []), ["cab"]);
  equal(records.intrusions, 1);
  await open(router, "tap", 1);
  deepEqual([first.opens.length, second.opens.length], [1, 0]);
  deepEqual(directory.epochs, [EPOCH]);
  equal(reports.filter(({ type }) => type === "closed").length, 1);
  equal(events.some(({ type }) => type === "offline"), false);
});

Deno.test("a connection that gives no sign of life makes room for a second one", async () => {
  await using stack = new AsyncDisposableStack();
  const { directory, records, router, events, clock, connect, closed } = rig(stack);
  const { device: first } = await connect();
  await until(() => sawDoor(events));
  first.readsAnswered = false;
  directory.epoch = () => Promise.resolve(EPOCH + 1);
  clock.later += DEVICE.livelyMs + 1;
  const before = first.frames.length;
  const { device: second } = await connect();
  await until(() => first.frames.length > before);
  equal(router.owns("cab"), true, "until it is known to be dead it stays");
  clock.later += DEVICE.signOfLifeMs;
  equal(await closed(), "silent");
  await until(() => second.frames.length > 0);
  await open(router, "tap", 1);
  deepEqual(directory.epochs, [EPOCH + 1]);
  deepEqual([first.opens.length, second.opens.length, records.intrusions], [0, 1, 0]);
});

/** A device at that address claims the cabinet: whether the connection of the cabinet is alive. */
function claimFrom(router: CabinetRouter, from: string): Promise<boolean | undefined> {
  return router.request("cab", { type: "prove-alive", from }, { answerMs: 60_000 })
    .then((reply) => reply?.type === "prove-alive" ? reply.isAlive : undefined);
}

const HERE = "127.0.0.1";
const ELSEWHERE = "198.51.100.7";

Deno.test("a connection that does not answer for a moment is not lost to a claim from another network", async () => {
  await using stack = new AsyncDisposableStack();
  const { router, reports, events, clock, connect } = rig(stack);
  const { device } = await connect();
  await until(() => sawDoor(events));
  device.readsAnswered = false;
  clock.later += DEVICE.livelyMs + 1;
  const before = device.frames.length;
  const claim = claimFrom(router, ELSEWHERE);
  // Both reads of the first probe are lost.
  await until(() => device.frames.length > before);
  clock.later += DEVICE.signOfLifeMs;
  await until(() => device.frames.length > before + 1);
  clock.later += DEVICE.askAgainMs - DEVICE.signOfLifeMs;
  await until(() => device.frames.length > before + 2, { saw: () => device.frames });
  device.readsAnswered = true;
  await device.send(REPORT);
  equal(await claim, true);
  equal(reports.some(({ type }) => type === "closed"), false);
});

Deno.test("a connection that is dead makes room for its device though that has another address now", async () => {
  await using stack = new AsyncDisposableStack();
  const { router, events, clock, connect, closed } = rig(stack);
  const { device } = await connect();
  await until(() => sawDoor(events));
  device.readsAnswered = false;
  clock.later += DEVICE.livelyMs + 1;
  const before = device.frames.length;
  const claim = claimFrom(router, ELSEWHERE);
  await until(() => device.frames.length > before);
  clock.later += DEVICE.signOfLifeElsewhereMs;
  equal(await claim, false);
  equal(await closed(), "silent");
});

Deno.test("a connection that answered a claim is not worn down by further ones: only its own silence ends it", async () => {
  await using stack = new AsyncDisposableStack();
  const { router, reports, events, clock, connect, closed } = rig(stack);
  const { device } = await connect();
  await until(() => sawDoor(events));
  clock.later += DEVICE.livelyMs + 1;
  equal(await claimFrom(router, HERE), true);
  device.readsAnswered = false;
  clock.later += DEVICE.livelyMs + 1;
  const asked = device.frames.length;
  for (let claims = 0; claims < 5; claims++) {
    clock.later += DEVICE.signOfLifeElsewhereMs;
    deepEqual([await claimFrom(router, HERE), await claimFrom(router, ELSEWHERE)], [true, true]);
  }
  deepEqual([device.frames.length, reports.length], [asked, 1], "no claim makes it answer");
  clock.later += 2 * DEVICE.silenceMs;
  equal(await closed(), "silent");
});

Deno.test("a connection whose boards cannot be asked is not lost to a claim before its silence ends it", async () => {
  await using stack = new AsyncDisposableStack();
  const { directory, router, reports, clock, connect, closed } = rig(stack);
  directory.heartbeatMs = 30_000;
  const { device } = await connect();
  device.readsAnswered = false;
  await until(() => router.owns("cab") && device.frames.length > 0);
  for (let claims = 0; claims < 5; claims++) {
    clock.later += 10_000;
    equal(await claimFrom(router, HERE), true);
  }
  equal(reports.length, 1);
  clock.later += 30_000;
  equal(await closed(), "silent");
});

Deno.test("a cabinet that may not connect from there is disconnected, and the attempt is reported", async () => {
  await using stack = new AsyncDisposableStack();
  const { directory, records, router, clock, connect, closed } = rig(stack);
  directory.addresses = ["10.0.0.0/8", "2001:db8::/32"];
  await connect();
  await until(() => records.intrusions > 0);
  clock.later += DEVICE.answerMs;
  equal(await closed(), "address-not-allowed");
  deepEqual([records.intrusions, directory.asked, router.owns("cab")], [1, 0, false]);
});

Deno.test("a DTU that is silent for two heartbeat intervals is asked for a sign of life, then it is gone", async () => {
  await using stack = new AsyncDisposableStack();
  const { directory, reports, events, clock, connect, closed } = rig(stack);
  directory.heartbeatMs = 10_000;
  const { device, connection } = await connect();
  await until(() => sawDoor(events));
  device.readsAnswered = false;
  const asked = device.frames.length;
  const heardAt = connection.lastHeard;
  clock.later += 12_500;
  await until(() => device.frames.length > asked);
  deepEqual([reports.length, connection.lastHeard], [1, heardAt], "it is not gone yet");
  clock.later += 7_500;
  equal(await closed(), "silent");
  equal(events.at(-1)?.type, "offline");
});

Deno.test("a DTU that gives a sign of life when it is asked stays", async () => {
  await using stack = new AsyncDisposableStack();
  const { directory, reports, events, clock, connect } = rig(stack);
  directory.heartbeatMs = 10_000;
  const { connection } = await connect();
  await until(() => sawDoor(events));
  for (let silences = 0; silences < 5; silences++) {
    const before = connection.lastHeard;
    clock.later += 12_500;
    await until(() => connection.lastHeard > before);
  }
  equal(reports.some(({ type }) => type === "closed"), false);
});

Deno.test("bytes that come while the epoch is being taken are not lost", async () => {
  await using stack = new AsyncDisposableStack();
  const epoch = Promise.withResolvers<number>();
  const { directory, router, events, connect } = rig(stack, (directory) => {
    directory.epoch = () => epoch.promise;
  });
  const { device } = await connect();
  await until(() => directory.asked === 1);
  await device.send(REPORT);
  equal(router.owns("cab"), false);
  epoch.resolve(EPOCH);
  await until(() => sawDoor(events), { saw: () => events });
});

Deno.test("a registration that could be longer takes its epoch when nothing more came, and loses no bytes", async () => {
  await using stack = new AsyncDisposableStack();
  const epoch = Promise.withResolvers<number>();
  const { directory, router, reports, events, clock, connect } = rig(stack, (directory) => {
    directory.epoch = () => epoch.promise;
    directory.maybeLonger = true;
  });
  const isHeld = taken(router, EPOCH - 1);
  const { device } = await connect();
  await until(() => {
    clock.later += DEVICE.registrationGapMs / 4;
    return directory.asked === 1;
  }, { saw: () => reports });
  await device.send(REPORT);
  equal(isHeld(), true, "no connection is displaced before");
  epoch.resolve(EPOCH);
  await until(() => sawDoor(events), { saw: () => events });
  equal(isHeld(), false);
});

for (const maybeLonger of [false, true]) {
  Deno.test(`a connection that ends while its epoch is on its way claims nothing${maybeLonger ? ", also after a wait" : ""}`, async () => {
    await using stack = new AsyncDisposableStack();
    const epoch = Promise.withResolvers<number>();
    const { directory, router, clock, events, connect, closed } = rig(stack, (directory) => {
      directory.epoch = () => epoch.promise;
      directory.maybeLonger = maybeLonger;
    });
    const isHeld = taken(router, EPOCH - 1);
    const { connection, ran } = await connect();
    await until(() => {
      clock.later += DEVICE.registrationGapMs / 4;
      return directory.asked === 1;
    });
    connection.close("stopping");
    equal(await closed(), "stopping");
    epoch.resolve(EPOCH);
    await ran;
    equal(isHeld(), true);
    deepEqual(events, []);
  });
}

Deno.test("a connection is closed when the database gives no epoch, or none in time", async () => {
  for (const isSilent of [false, true]) {
    await using stack = new AsyncDisposableStack();
    const late = Promise.withResolvers<number>();
    const { directory, router, clock, connect, closed } = rig(stack, (directory) => {
      directory.epoch = () => isSilent ? late.promise : Promise.reject(new Error("away"));
    });
    await connect();
    await until(() => directory.asked === 1);
    if (isSilent) clock.later += DEVICE.registerMs;
    equal(await closed(), "database-unavailable");
    late.resolve(EPOCH);
    equal(router.owns("cab"), false);
  }
});

Deno.test("a connection that is closed before it is read reports that, and leaves the queue", async () => {
  await using stack = new AsyncDisposableStack();
  const { reports, server, context } = rig(stack);
  const { port } = server.addr;
  const [device, conn] = await Promise.all([Deno.connect({ hostname: "127.0.0.1", port }), server.accept()]);
  stack.use(device);
  const connection = new DeviceConnection(conn, context);
  connection.close("stopping");
  const gone: { isUnknown: boolean }[] = [];
  await connection.run({ ...IMMEDIATE_ADMISSION, markClosed: (how) => void gone.push(how) });
  deepEqual(gone, [{ isUnknown: false }]);
  const said = reports.map((report) => report.type === "closed" && [report.reason, report.said]);
  deepEqual(said, [["stopping", ""]]);
});

/** Sends without end, until the connection is closed. */
async function talk(device: Device): Promise<void> {
  try {
    while (true) await device.send(new Uint8Array(64 * 1_024));
  } catch {
    // The connection is closed.
  }
}

Deno.test("a device that sends without end is read no faster than a bus can carry, reported and disconnected", async () => {
  await using stack = new AsyncDisposableStack();
  const { records, router, reports, clock, connect, closed } = rig(stack);
  // A whole number: what is added to it is not rounded.
  clock.stoppedAt = Math.ceil(performance.now());
  const { device, taken } = await connect();
  await until(() => router.owns("cab"));
  const talking = talk(device);
  const { first, perSecond } = DEVICE.received;
  const allowed = () => first + clock.later / 1_000 * perSecond;
  const STEP_MS = 100;
  while (!reports.some(({ type }) => type === "closed")) {
    // The device is paused once it has sent what it may.
    await until(() => taken() >= allowed() || reports.some(({ type }) => type === "closed"), { saw: taken });
    ok(taken() <= allowed() + DEVICE.readBufferBytes, `${taken()} bytes in ${clock.later} ms`);
    equal(records.excesses, clock.later < DEVICE.tooFastToldMs ? 0 : 1);
    clock.later += STEP_MS;
  }
  equal(await closed(), "too-fast");
  ok(clock.later >= DEVICE.tooFastMs, `${clock.later}`);
  deepEqual(reports.map(({ type }) => type), ["registered", "too-fast", "closed"]);
  await talking;
});

Deno.test("a paused connection ends at once when it is closed", async () => {
  await using stack = new AsyncDisposableStack();
  const { router, clock, connect } = rig(stack);
  clock.stoppedAt = Math.ceil(performance.now());
  const { device, connection, ran, taken } = await connect();
  await until(() => router.owns("cab"));
  const talking = talk(device);
  await until(() => taken() > DEVICE.received.first);
  connection.close("stopping");
  await Promise.all([ran, talking]);
});
