import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Client } from "../../src/cli/client.ts";
import { kaigui, TestIo, type TestService, testService, until } from "../../testing/rigs/cli.ts";
import { CHARACTER_NAMES, eventLine, SIMULATED_BOARDS } from "../../src/cli/commands/simulated.ts";

function clientOf({ env }: TestService): Client {
  return Client.of({}, new TestIo(env));
}

async function onlineCount(client: Client): Promise<number> {
  return (await Array.fromAsync(client.cabinets())).filter(({ online }) => online).length;
}

/** Makes simulated cabinets, and ends them once they dial. */
async function simulated({ env }: TestService, ...more: string[]): Promise<void> {
  const io = new TestIo(env);
  const running = kaigui(["simulate", "--create", ...more], io);
  await until(() => io.out.some((line) => line.endsWith("Ctrl-C ends")), () => [io.out, io.err]);
  io.interrupt();
  equal((await running).code, 0, io.err.join());
}

/** Opens a cell and says what came of it. */
async function opening(test: TestService, cabinet: string, cell: number): Promise<unknown> {
  const response = await fetch(`${clientOf(test).url}/api/v1/cabinets/${cabinet}/cells/${cell}/open`, {
    method: "POST",
    headers: { authorization: `Bearer ${test.env["OPERATOR_TOKEN"]}` },
  });
  return (await response.json()).state;
}

Deno.test("simulate --create makes cabinets that come online and tell what happens to them", async () => {
  await using test = await testService();
  const client = clientOf(test);
  const io = new TestIo(test.env);
  const running = kaigui(["simulate", "--create", "--count", "3", "--prefix", "s"], io);
  await until(async () => await onlineCount(client) === 3, () => [io.out, io.err]);
  equal(await opening(test, "s-2", 5), "opened");
  deepEqual(io.out.slice(0, 3), [1, 2, 3].map((n) => `http://127.0.0.1:${test.env["PORT"]}/c/s-${n}`));
  ok(io.out.some((line) => / s-2 {2}connected$/.test(line)));
  ok(io.out.some((line) => / s-2 {2}board 1 lock 5: pulse$/.test(line)));
  ok(io.out.some((line) => / s-2 {2}board 1 lock 5: door opened$/.test(line)));
  io.interrupt();
  equal((await running).code, 0);
  await until(async () => await onlineCount(client) === 0);
});

for (const board of SIMULATED_BOARDS) {
  Deno.test(`simulate --board ${board} makes a cabinet whose doors open`, async () => {
    await using test = await testService();
    const client = clientOf(test);
    const io = new TestIo(test.env);
    const running = kaigui(["simulate", "--create", "--board", board], io);
    await until(async () => await onlineCount(client) === 1, () => [io.out, io.err]);
    // Relays that say nothing leave it at that.
    equal(await opening(test, "sim-1", 5), board === "lcus" ? "accepted" : "opened");
    ok(io.out.some((line) => / lock 5: door opened$/.test(line)), io.text);
    io.interrupt();
    equal((await running).code, 0);
  });
}

Deno.test("simulate refuses a character that boards of the family cannot have", async () => {
  const args = ["simulate", "--board", "lcus", "--character", "silentBoard"];
  const { code, err } = await kaigui(args, new TestIo());
  equal(code, 2);
  match(err, /Cannot simulate silentBoard with lcus boards: a bus has but one of them/);
});

Deno.test("simulate --character mixed installs each character as it wants to be", async () => {
  await using test = await testService();
  const client = clientOf(test);
  const io = new TestIo(test.env);
  const count = CHARACTER_NAMES.length;
  const args = ["simulate", "--create", "--count", String(count), "--character", "mixed"];
  const running = kaigui(args, io);
  await until(async () => await onlineCount(client) === count, () => [io.out, io.err]);
  io.interrupt();
  await running;
  const cabinets = await Array.fromAsync(client.cabinets());
  const named = (name: string) => cabinets.find((cabinet) => cabinet.name.endsWith(` ${name}`));
  equal(named("otherWiring")?.wiring, "short-when-open");
  equal(named("echoingAdapter")?.["localEcho"], true);
  equal(named("silentBoard")?.cells.length, 48);
  equal(named("normal")?.cells.length, 24);
});

Deno.test("simulate --create changes no more of a cabinet that is there than it needs", async () => {
  await using test = await testService();
  const client = clientOf(test);
  const made = async (...more: string[]) => {
    await simulated(test, ...more);
    return await client.look("sim-1");
  };
  const { cabinet } = await made();
  const sizes = cabinet.cells.map(({ cell, board, channel }) => ({ cell, board, channel, size: "XL" }));
  const own = { name: "Mine", tags: ["gym"], rules: { rentalMinutes: 120 }, contact: { text: "Desk" } };
  await client.call("cabinetsPatch", {
    path: { id: "sim-1" },
    body: { ...own, mode: "storage", cells: sizes },
  });
  const { etag } = await client.look("sim-1");
  equal((await made()).etag, etag, "nothing is changed");

  const { cabinet: wkly } = await made("--board", "wkly");
  const { name, tags, rules, contact, mode, board, cells } = wkly;
  deepEqual({ name, tags, contact }, { name: "Mine", tags: ["gym"], contact: { text: "Desk" } });
  deepEqual([rules.rentalMinutes, mode, board], [120, "storage", "wkly"]);
  deepEqual([cells[0]?.board, cells[0]?.size], [0, "XL"]);
  equal((await made("--board", "wkly", "--mode", "assigned")).cabinet.mode, "assigned");
});

Deno.test("simulate --create names its cabinets by what they are", async () => {
  await using test = await testService();
  const made = async (...more: string[]) => {
    await simulated(test, ...more);
    return (await clientOf(test).get("sim-1")).name;
  };
  equal(await made(), "sim-1 8a normal");
  equal(await made("--board", "dc"), "sim-1 dc normal");
});

Deno.test("simulate --create leaves a cabinet alone that is not a simulated one", async () => {
  await using test = await testService();
  const body = { name: "Real", board: "8a", mode: "open", registration: { text: "IMEI1" } } as const;
  await clientOf(test).call("cabinetsPut", { path: { id: "sim-1" }, body });
  const { code, err } = await kaigui(["simulate", "--create"], new TestIo(test.env));
  equal(code, 1);
  match(err, /Cabinet sim-1 is there and is not a simulated one/);
  equal((await clientOf(test).find("sim-1"))?.name, "Real");
});

Deno.test("simulate goes on dialling when nobody listens, and says so", async () => {
  const io = new TestIo();
  const running = kaigui(["simulate", "--device", "127.0.0.1:1"], io);
  await until(
    () => io.out.some((line) => / sim-1 {2}cannot connect: .*DEVICE_PORT, or say --device$/.test(line)),
    () => io.out,
  );
  io.interrupt();
  equal((await running).code, 0);
});

Deno.test(
  "eventLine() tells of doors and connections and keeps the bytes to itself",
  { permissions: "none" },
  () => {
    const at = Date.UTC(2025, 10, 23);
    const text = (event: Parameters<typeof eventLine>[1]) =>
      eventLine("a", event)?.replace(/^\d\d:\d\d:\d\d /, "");
    equal(text({ type: "door", at, open: false, board: 2, lock: 7 }), "a  board 2 lock 7: door closed");
    match(
      text({ type: "offline", at, reason: "closed-by-server" }) ?? "",
      /hung up; .*--create.*, or is another one connected as a\?$/,
    );
    equal(text({ type: "offline", at, reason: "silence" }), "a  disconnected: silence");
    const bytes = Uint8Array.of(1);
    deepEqual(
      [
        text({ type: "request", at, bytes }),
        text({ type: "sent", at, bytes }),
        text({ type: "offline", at, reason: "disposed" }),
      ],
      [undefined, undefined, undefined],
    );
  },
);
