/**
 * The router over NATS when networks break, servers die and hang, and programs are stopped.
 *
 * @module
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { ROUTER } from "../../src/lib/limits.ts";
import { NotAskedError } from "../../src/router/router.ts";
import { until } from "../../testing/until.ts";
import { CHILD_ADDRESS, type ChildRequest, startChild } from "../../testing/programs/nats_child.ts";
import { ask, Echo, type Ended, openProgram, programs, testOnNats } from "../../testing/servers/nats_rig.ts";
import { SeverableLine } from "../../testing/network/severable.ts";

/** Longest until a broken or silent peer or server is noticed, on a slow machine. */
const NOTICED_MS = 20_000;

testOnNats("NatsUplink finds one owner after a server was unavailable", async (server, stack) => {
  const [one, two] = await programs(stack, server.url, server.url);
  const [old, young, many] = [new Echo(), new Echo(), new Echo()];
  one.uplink.serve("cab", old, 1);
  for (let n = 0; n < 3_000; n++) one.uplink.serve(`cab ${n}`, many, 1);
  await server.kill();
  await until(() => !one.uplink.connected && !two.uplink.connected);
  two.uplink.serve("cab", young, 2);
  for (let n = 0; n < 3_000; n++) two.uplink.serve(`cab ${n}`, young, 2);
  equal(old.displacements, 0);
  await server.startAgain();
  await until(() => old.displacements === 1 && many.displacements === 3_000, { deadlineMs: NOTICED_MS });
  equal(young.displacements, 0);
  equal(await ask(one.uplink, "cab", "x"), "reply");
  equal(young.done.get("x"), 1);
});

testOnNats(
  "NatsUplink tells watchers to read anew after a server's restart and after a peer's death",
  async (server, stack) => {
    const line = stack.use(new SeverableLine({ hostname: "127.0.0.1", port: server.port }));
    const [one, two] = await programs(stack, server.url, server.urlOn(line.port));
    let missed = 0;
    for (let n = 0; n < 120; n++) one.uplink.watch(`cab ${n}`, () => {}, () => missed++);
    await server.stop();
    await until(() => !one.uplink.connected);
    await server.startAgain();
    await until(() => missed >= 120, { deadlineMs: NOTICED_MS, saw: () => missed });
    await until(() => one.uplink.peers === 1, { deadlineMs: NOTICED_MS });
    await new Promise((resolve) => setTimeout(resolve, 500));
    missed = 0;
    line.cut();
    await until(() => missed === 120 && one.uplink.peers === 0, {
      deadlineMs: NOTICED_MS,
      saw: () => missed,
    });
    line.mend();
    await until(() => two.uplink.connected && one.uplink.peers === 1, { deadlineMs: NOTICED_MS });
  },
);

testOnNats(
  "NatsUplink tells watchers of events that a briefly disconnected publisher lost, and uses another URL",
  async (server, stack) => {
    const to = { hostname: "127.0.0.1", port: server.port };
    const [way, other] = [new SeverableLine(to), stack.use(new SeverableLine(to))];
    other.cut();
    const [one, two] = await programs(
      stack,
      server.url,
      `${server.urlOn(way.port)}, ${server.urlOn(other.port)}`,
    );
    other.mend();
    let missed = 0;
    one.uplink.watch("cab", () => {}, () => missed++);
    await way[Symbol.asyncDispose]();
    await until(() => missed > 0);
    ok(two.uplink.connected);
    equal(one.uplink.peers, 1, "it was not taken for silent");
  },
);

testOnNats(
  "NatsUplink answers at once while there is no server, and works when one comes",
  async (server, stack) => {
    await server.stop();
    const [one, two] = [stack.use(await openProgram(server.url)), stack.use(await openProgram(server.url))];
    const owner = new Echo();
    one.uplink.serve("cab", owner, 1);
    const heard: unknown[] = [];
    one.uplink.watch("cab", (event) => heard.push(event));
    two.uplink.publish("cab", "lost");
    await rejects(two.uplink.request("cab", "x"), NotAskedError);
    await until(() => two.failures.length > 0);
    match(String(two.failures[0]), /Cannot connect to NATS at 127\.0\.0\.1:\d+/);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    equal(two.failures.length, 1, "a repeated failure is reported once");
    await server.startAgain();
    await until(async () => await ask(two.uplink, "cab", "y") === "reply");
    two.uplink.publish("cab", "heard");
    await until(() => heard.length > 0);
    deepEqual([heard, [...owner.done.keys()]], [["heard"], ["y"]]);
  },
);

testOnNats(
  "NatsUplink ends all requests while the server dies and recovers, and does none twice or late",
  async (server, stack) => {
    const [one, two] = await programs(stack, server.url, server.url);
    const owner = new Echo();
    one.uplink.serve("cab", owner, 1);
    await until(async () => await ask(two.uplink, "cab", "first") === "reply");
    const ended: Record<Ended, unknown[]> = { "reply": [], "nobody": [], "not-asked": [], "no-answer": [] };
    const running = new AbortController();
    let asked = 0;
    const callers = Array.from({ length: 50 }, async () => {
      while (!running.signal.aborted) {
        const n = ++asked;
        const how = await ask(two.uplink, "cab", n);
        ended[how].push(n);
        if (how !== "reply") await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    for (let round = 0; round < 3; round++) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await server.kill();
      await new Promise((resolve) => setTimeout(resolve, 700));
      const doneBefore = owner.done.size;
      const sure = ended["not-asked"].length;
      await until(() => ended["not-asked"].length > sure);
      equal(owner.done.size, doneBefore, "nothing is done while there is no server");
      await server.startAgain();
      const replies = ended.reply.length;
      await until(() => ended.reply.length > replies + 100, { deadlineMs: NOTICED_MS });
    }
    running.abort();
    await Promise.all(callers);
    deepEqual(owner.twice, []);
    equal(Object.values(ended).flat().length, asked);
    for (const n of [...ended["not-asked"], ...ended.nobody]) {
      ok(
        !owner.done.has(n),
        `${n} was done after all`,
      );
    }
    for (const n of ended.reply) ok(owner.done.has(n));
  },
);

testOnNats("NatsUplink does no late request that the network delayed", async (server, stack) => {
  const line = stack.use(new SeverableLine({ hostname: "127.0.0.1", port: server.port }));
  const [one, two] = await programs(stack, server.url, server.urlOn(line.port));
  const owner = new Echo();
  one.uplink.serve("cab", owner, 1);
  await until(async () => await ask(two.uplink, "cab", "first") === "reply");
  line.cut();
  const held = Array.from({ length: 50 }, (_, n) => ask(two.uplink, "cab", n, { beginMs: 500 }));
  const ends = await Promise.all(held);
  ok(ends.every((end) => end === "no-answer"), Deno.inspect(ends));
  line.mend();
  await until(async () => await ask(two.uplink, "cab", "last") === "reply", { deadlineMs: NOTICED_MS });
  deepEqual([...owner.done.keys()], ["first", "last"]);
});

testOnNats(
  "NatsUplink does no late request of a program that is new to the owner",
  async (server, stack) => {
    const line = stack.use(new SeverableLine({ hostname: "127.0.0.1", port: server.port }));
    const [one, two] = await programs(stack, server.urlOn(line.port), server.url);
    const owner = new Echo();
    one.uplink.serve("cab", owner, 1);
    await until(async () => await ask(two.uplink, "cab", "first") === "reply");
    line.cut();
    // The owner receives all messages of this program late: its hello and its requests.
    const three = stack.use(await openProgram(server.url));
    await until(() => three.uplink.connected);
    const held = Array.from({ length: 50 }, (_, n) => ask(three.uplink, "cab", n, { beginMs: 500 }));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    line.mend();
    deepEqual(new Set(await Promise.all(held)), new Set(["not-asked"]));
    equal(await ask(three.uplink, "cab", "last"), "reply");
    deepEqual([...owner.done.keys()], ["first", "last"]);
  },
);

testOnNats(
  "NatsUplink does no late request in a process that was stopped for a while",
  async (server, stack) => {
    const { lines, process } = startChild(server.url, stack);
    const { uplink } = stack.use(await openProgram(server.url));
    const send = (id: string, beginMs: number) => {
      const request: ChildRequest = { id, before: Date.now() + beginMs + 250 };
      return ask(uplink, CHILD_ADDRESS, request, { beginMs, answerMs: 30_000 });
    };
    await until(async () => await send("first", 1_000) === "reply", { deadlineMs: NOTICED_MS });
    await until(() => lines.length > 0);
    process.kill("SIGSTOP");
    const short = Array.from({ length: 50 }, (_, n) => send(`short ${n}`, 300));
    const long = Array.from({ length: 50 }, (_, n) => send(`long ${n}`, 30_000));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    process.kill("SIGCONT");
    deepEqual(new Set(await Promise.all(short)), new Set(["not-asked"]));
    const ends = await Promise.all(long);
    ok(ends.every((end) => end === "reply" || end === "no-answer"), Deno.inspect(ends));
    ok(ends.includes("reply"), Deno.inspect(ends));
    await until(() => lines.length === 51, { saw: () => lines });
    deepEqual(lines.filter(({ id, late, leftMs }) => late || leftMs <= 0 || id.startsWith("short")), []);
  },
);

testOnNats("NatsUplink ends requests to a process that died without an answer", async (server, stack) => {
  const { process } = startChild(server.url, stack);
  const { uplink } = stack.use(await openProgram(server.url));
  const data: ChildRequest = { id: "x", before: 0 };
  await until(async () => await ask(uplink, CHILD_ADDRESS, data) === "reply", { deadlineMs: NOTICED_MS });
  process.kill("SIGSTOP");
  const pending = ask(uplink, CHILD_ADDRESS, data, { beginMs: 60_000, answerMs: 60_000 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  process.kill("SIGKILL");
  equal(await pending, "no-answer");
  await until(async () => await ask(uplink, CHILD_ADDRESS, data) === "nobody");
});

testOnNats(
  "NatsUplink closes its connections to a server that hangs, and connects again",
  async (server, stack) => {
    const [one, two] = await programs(stack, server.url, server.url);
    one.uplink.serve("cab", new Echo(), 1);
    await until(async () => await ask(two.uplink, "cab", "x") === "reply");
    server.pause();
    // More than the system buffers for a process that does not read.
    const large = new Uint8Array(ROUTER.payloadBytesMax / 2);
    for (let n = 0; n < 60; n++) two.uplink.publish("cab", large);
    await rejects(two.uplink.request("cab", "x"), /too many bytes wait/);
    await until(() => !one.uplink.connected && !two.uplink.connected, { deadlineMs: NOTICED_MS });
    await rejects(two.uplink.request("cab", "y"), /cannot be reached/);
    const three = await openProgram(server.url);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await three[Symbol.asyncDispose]();
    const before = descriptors();
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    // Some connection attempts are running at any moment.
    await until(() => descriptors() <= before + 2, { saw: () => [before, descriptors()] });
    server.resume();
    await until(async () => await ask(two.uplink, "cab", "z") === "reply", { deadlineMs: NOTICED_MS });
  },
);

/** How many files and sockets this process holds open, as the system lists them; 0 where it does not. */
function descriptors(): number {
  const { stdout } = new Deno.Command("ls", { args: [`/proc/${Deno.pid}/fd`], stderr: "null" }).outputSync();
  return stdout.filter((byte) => byte === 0x0a).length;
}
