/**
 * Floods of unknown devices on a real port, beside devices that want in.
 *
 * @module
 */
import { describedCabinet } from "../../../testing/rigs/device_cabinet.ts";
import { deepEqual, equal, ok } from "node:assert/strict";
import { createConnection } from "node:net";
import { until } from "../../../testing/until.ts";
import { DEVICE } from "../../lib/limits.ts";
import { LocalRouter } from "../../router/mod.ts";
import type { CabinetDirectory, DoorRecords } from "../cabinet.ts";
import type { DeviceReport } from "../context.ts";
import { DeviceListener } from "./listener.ts";

/** Where the flood comes from, and an address in another network. */
const HERE = "127.0.0.1";
const ELSEWHERE = "127.0.0.2";
const NEWCOMERS_MAX = 100;
/** How long a device may take to come in beside a flood, at most; before, it took 20 s and more. */
const SOON_MS = DEVICE.slowedMs + 4_000;

/** A listener that knows the cabinets `CAB<n>` and takes so long for each look-up. */
function rig(stack: AsyncDisposableStack, { lookUpMs = 0 } = {}) {
  const reports: DeviceReport[] = [];
  const floods: number[] = [];
  let open = 0;
  const cabinets: CabinetDirectory = {
    findByRegistration: async (preamble) => {
      if (lookUpMs > 0) await new Promise((resolve) => setTimeout(resolve, lookUpMs));
      const [id] = /^CAB\d+/.exec(new TextDecoder().decode(preamble)) ?? [];
      if (id === undefined) return undefined;
      return { cabinet: describedCabinet({ id }), length: id.length, maybeLonger: false };
    },
    findController: () => Promise.resolve(undefined),
    takeEpoch: () => Promise.resolve(1),
    sending: () => Promise.resolve("may"),
    seen: () => {},
  };
  const records: DoorRecords = {
    moved: () => {},
    fluttered: () => {},
    acknowledged: () => Promise.resolve(0),
    heard: () => Promise.resolve(),
    intruded: () => {},
    sentTooFast: () => {},
    flooded: (count) => void floods.push(count),
  };
  const listener = stack.use(
    new DeviceListener({ hostname: "127.0.0.1", port: 0, tls: undefined, reusePort: false }, {
      cabinets,
      records,
      router: new LocalRouter(),
      open: {
        get total() {
          return open;
        },
        add: (count) => void (open += count),
      },
      hasRoom: () => true,
      newcomersMax: NEWCOMERS_MAX,
      report: (report) => void reports.push(report),
      now: () => performance.now(),
      wallClock: Date.now,
    }),
  );
  /** Connects from that address and sends that. */
  const connect = async (localAddress: string, said = "") => {
    const socket = createConnection({ host: HERE, port: listener.address.port, localAddress });
    // The connection is closed, perhaps while it still sends.
    socket.on("error", () => {}).resume();
    stack.defer(() => void socket.destroy());
    await new Promise((resolve) => socket.once("connect", resolve));
    if (said !== "") socket.write(said);
    return socket;
  };
  /** A device comes in from there, and dials again when it is disconnected. */
  const comesIn = async (localAddress: string, id: string) => {
    let socket = await connect(localAddress, id);
    await until(async () => {
      if (socket.destroyed) socket = await connect(localAddress, id);
      return reports.some((report) => report.type === "registered" && report.cabinet === id);
    }, { deadlineMs: SOON_MS, saw: () => reports.slice(-3) });
  };
  const reasons = () =>
    Object.groupBy(reports, (report) => report.type === "closed" ? report.reason : report.type);
  return { listener, reports, floods, connect, comesIn, reasons };
}

Deno.test("64 connections that sent one byte each make no device wait, and are hung up on", async () => {
  await using stack = new AsyncDisposableStack();
  const { listener, connect, comesIn, reasons } = rig(stack);
  await Promise.all(Array.from({ length: 64 }, () => connect(HERE, "C")));
  await comesIn(HERE, "CAB1");
  await until(() => listener.connections.size === 1, { deadlineMs: 2 * DEVICE.answerMs });
  deepEqual(reasons()["unknown-registration"]?.length, 64);
});

for (const said of ["", "C", "some other registration"]) {
  Deno.test(`a flood of connections that say "${said}" keeps no device out, and holds a bounded number of descriptors`, async () => {
    await using stack = new AsyncDisposableStack();
    const { listener, connect, comesIn, reasons } = rig(stack);
    await comesIn(HERE, "CAB1");
    for (let group = 1; group <= 2; group++) {
      await Promise.all(Array.from({ length: 3 * NEWCOMERS_MAX }, () => connect(HERE, said)));
      ok(listener.connections.size <= 2 * group + NEWCOMERS_MAX, `${listener.connections.size} connections`);
      await Promise.all([comesIn(HERE, `CAB${group}1`), comesIn(ELSEWHERE, `CAB${group}2`)]);
    }
    ok((reasons()["crowded-out"]?.length ?? 0) >= NEWCOMERS_MAX);
    equal(reasons()["registered"]?.length, 5, "no connection that serves a cabinet is closed");
    equal(reasons()["peer-closed"], undefined);
  });
}

/** Connections that are reset at once, as port scanners and carriers do. */
const RESETTING = `
import { connect } from "node:net";
const [port, count] = Deno.args.map(Number);
for (let n = 0; n < count; n++) {
  const socket = connect({ port, host: "127.0.0.1" });
  await new Promise((resolve) => socket.once("connect", resolve));
  socket.resetAndDestroy();
}`;

Deno.test("connections that were reset before they could be accepted keep no device waiting", async () => {
  await using stack = new AsyncDisposableStack();
  const { listener, comesIn, reasons } = rig(stack);
  // Nothing is accepted while this waits.
  const { success } = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", RESETTING, "--", `${listener.address.port}`, "500"],
  }).outputSync();
  ok(success);
  await comesIn(HERE, "CAB1");
  equal(reasons()["accept-failed"], undefined);
});

Deno.test("a device from another network waits for no more than its turn while a flood is looked up", async () => {
  await using stack = new AsyncDisposableStack();
  // With 16 at once it takes 10 s until all were looked up.
  const { connect, comesIn, reports } = rig(stack, { lookUpMs: 1_600 });
  await Promise.all(Array.from({ length: NEWCOMERS_MAX }, () => connect(HERE, "nobody")));
  await comesIn(ELSEWHERE, "CAB1");
  equal(reports.filter(({ type }) => type === "registered").length, 1);
});

Deno.test("a flood of unknown registrations is reported once and goes on being counted", async () => {
  await using stack = new AsyncDisposableStack();
  const { connect, reports, floods } = rig(stack);
  const { burst } = DEVICE.unknownDevicesOfNetwork;
  for (let group = 0; group < 4; group++) {
    const some = await Promise.all(Array.from({ length: burst / 2 }, () => connect(HERE, "nobody")));
    for (const socket of some) socket.end();
    await until(() => reports.filter(({ type }) => type === "closed").length === (group + 1) * burst / 2);
  }
  await until(() => floods.length > 0);
  deepEqual([floods, reports.filter(({ type }) => type === "flood").length], [[1], 1]);
});
