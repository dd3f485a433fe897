/**
 * What only the router over NATS does, on a real server. `nats_contract_test.ts` has what every router must do,
 * `nats_faults_test.ts` what breaks.
 *
 * @module
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { NatsConnection } from "@nats-io/transport-node";
import { ROUTER } from "../../src/lib/limits.ts";
import { createDial } from "../../src/router/nats/dial.ts";
import { token } from "../../src/router/nats/subjects.ts";
import { NoAnswerError, NotAskedError } from "../../src/router/router.ts";
import { until } from "../../testing/until.ts";
import {
  ask,
  Echo,
  openProgram,
  programs,
  testOnNats,
  type TestProgram,
} from "../../testing/servers/nats_rig.ts";
import { SIZE } from "../sizes.ts";

testOnNats(
  "NatsUplink carries Map and Uint8Array in requests, progress, replies and events",
  async (server, stack) => {
    const [one, two] = await programs(stack, server.url, server.url);
    const data = { doors: new Map([[1, "open"], [2, "closed"]]), bytes: new Uint8Array([0, 255]), $map: [1] };
    const [heard, told]: [unknown[], unknown[]] = [[], []];
    two.uplink.watch("cab", (event) => heard.push(event));
    one.uplink.serve("cab", {
      handle: (request, { progress, leftMs }) => {
        ok(leftMs > 0 && leftMs <= ROUTER.beginMs);
        progress({ request });
        return Promise.resolve([request]);
      },
      displaced: () => {},
    }, 1);
    await until(async () => await ask(two.uplink, "cab", "first") === "reply");
    deepEqual(await two.uplink.request("cab", data, { progress: (progress) => told.push(progress) }), [data]);
    deepEqual(told, [{ request: data }]);
    one.uplink.publish("cab", data);
    await until(() => heard.length > 0);
    deepEqual(heard, [data]);
  },
);

testOnNats(
  "NatsUplink has one owner of an address, in whatever order they claimed, and tells the other once",
  async (server, stack) => {
    const [one, two] = await programs(stack, server.url, server.url);
    const owners = new Map<string, Echo>();
    const serve = ({ uplink }: TestProgram, address: string, epoch: number) => {
      const owner = new Echo();
      owners.set(`${address} ${epoch}`, owner);
      return uplink.serve(address, owner, epoch);
    };
    serve(one, "up", 1);
    serve(two, "up", 2);
    serve(one, "down", 2);
    await until(async () => await ask(two.uplink, "down", "x") === "reply");
    serve(two, "down", 1);
    await until(() => owners.get("up 1")?.displacements === 1 && owners.get("down 1")?.displacements === 1);
    for (const { uplink } of [one, two]) {
      for (let n = 0; n < 20; n++) {
        equal(await ask(uplink, "up", n), "reply");
        equal(await ask(uplink, "down", n), "reply");
      }
    }
    deepEqual([...owners].map(([name, { displacements }]) => [name, displacements]), [
      ["up 1", 1],
      ["up 2", 0],
      ["down 2", 0],
      ["down 1", 1],
    ]);
    equal(owners.get("up 2")?.done.size, 20);
    equal(owners.get("up 1")?.done.size, 0);
  },
);

testOnNats("NatsUplink does not leave two owners of the same epoch", async (server, stack) => {
  const [one, two] = await programs(stack, server.url, server.url);
  const owners = [new Echo(), new Echo()] as const;
  one.uplink.serve("cab", owners[0], 1);
  two.uplink.serve("cab", owners[1], 1);
  await until(() => owners[0].displacements + owners[1].displacements === 1);
  equal(await ask(one.uplink, "cab", "x"), "reply");
  equal(owners[0].displacements + owners[1].displacements, 1);
});

testOnNats(
  "NatsUplink answers all requests, each once, while an address moves from program to program",
  async (server, stack) => {
    const [one, two] = await programs(stack, server.url, server.url);
    const three = stack.use(await openProgram(server.url));
    const owners = [new Echo(), new Echo()] as const;
    let epoch = 0;
    const move = () =>
      [one, two].forEach(({ uplink }, at) => uplink.serve("cab", owners[at] ?? new Echo(), ++epoch));
    move();
    await until(async () => await ask(three.uplink, "cab", "x") === "reply" && owners[0].displacements === 1);
    let asked = 0;
    const ended: Record<string, number> = {};
    const moving = setInterval(move, 10);
    await Promise.all(Array.from({ length: 50 }, async () => {
      while (asked < SIZE.natsRequests) {
        const how = await ask(three.uplink, "cab", ++asked, { beginMs: 60_000 });
        ended[how] = (ended[how] ?? 0) + 1;
      }
    }));
    clearInterval(moving);
    // Few requests meet two owners that have just lost the address, and fewer meet none.
    const { reply = 0, nobody = 0, "not-asked": refused = 0 } = ended;
    equal(reply + nobody + refused, asked, Deno.inspect(ended));
    ok(nobody + refused < asked / 50, Deno.inspect(ended));
    deepEqual([owners[0].twice, owners[1].twice], [[], []]);
    equal(owners[0].done.size + owners[1].done.size, reply + 1);
  },
);

testOnNats("NatsUplink passes on no events of its own program", async (server, stack) => {
  const one = stack.use(await openProgram(server.url, "same"));
  const two = stack.use(await openProgram(server.url, "same"));
  const other = stack.use(await openProgram(server.url));
  await until(() => one.uplink.peers === 1 && two.uplink.peers === 1 && other.uplink.peers === 2);
  const heard: unknown[] = [];
  for (const { uplink } of [one, two]) uplink.watch("cab", (event) => heard.push(event));
  await until(() => {
    other.uplink.publish("cab", "probe");
    return heard.length >= 2;
  });
  one.uplink.publish("cab", "own");
  await new Promise((resolve) => setTimeout(resolve, 200));
  other.uplink.publish("cab", "other");
  await until(() => heard.filter((event) => event === "other").length === 2, { saw: () => heard });
  ok(!heard.includes("own"));
});

testOnNats("NatsUplink refuses and reports messages that are too large", async (server, stack) => {
  const [one, two] = await programs(stack, server.url, server.url);
  const large = new Uint8Array(ROUTER.payloadBytesMax);
  one.uplink.serve("cab", { handle: () => Promise.resolve(large), displaced: () => {} }, 1);
  await rejects(two.uplink.request("cab", large), NotAskedError);
  await until(async () => await ask(two.uplink, "cab", "x") === "no-answer");
  match(String(one.failures[0]), /reply is too large/);
  two.uplink.publish("cab", large);
  match(String(two.failures[0]), /event of cab is too large/);
  equal(await ask(two.uplink, "other", "x"), "nobody");
});

testOnNats("NatsUplink reports an owner that fails, and goes on", async (server, stack) => {
  const [one, two] = await programs(stack, server.url, server.url);
  const handle = (request: unknown) =>
    request === "x" ? Promise.reject(new Error("oops")) : Promise.resolve(1);
  one.uplink.serve("cab", { handle, displaced: () => {} }, 1);
  await until(async () => await ask(two.uplink, "cab", "y") === "reply");
  await rejects(two.uplink.request("cab", "x"), NoAnswerError);
  match(String(one.failures), /oops/);
  equal(await two.uplink.request("cab", "y"), 1);
});

testOnNats(`NatsUplink answers ${SIZE.natsRequests} at once, each once`, async (server, stack) => {
  const [one, two] = await programs(stack, server.url, server.url);
  const owner = new Echo();
  one.uplink.serve("cab", owner, 1);
  await until(async () => await ask(two.uplink, "cab", "first") === "reply");
  const options = { beginMs: 60_000, answerMs: 60_000 };
  const all = Array.from({ length: SIZE.natsRequests }, (_, n) => two.uplink.request("cab", n, options));
  deepEqual(await Promise.all(all), Array.from({ length: SIZE.natsRequests }, (_, n) => n));
  equal(owner.done.size, SIZE.natsRequests + 1);
  deepEqual(owner.twice, []);
});

testOnNats(
  "NatsUplink survives what it cannot read, and passes over what it does not know",
  async (server, stack) => {
    const [one, two] = await programs(stack, server.url, server.url);
    const owner = new Echo();
    one.uplink.serve("cab", owner, 1);
    one.uplink.watch("cab", () => {});
    const raw = await openRaw(server.url);
    stack.defer(() => raw.close());
    const subjects = ["hello", "claim", "own.cab", "news.cab"].map((subject) => `kaigui.${subject}`);
    const garbage = ["", "{", "[]", "null", `{"type":"hello"}`, `{"from":1}`, `{"from":"x","entries":[1]}`];
    for (const subject of subjects) {
      for (const text of garbage) {
        raw.publish(subject, text, { reply: "nowhere" });
      }
    }
    for (const text of garbage) raw.publish(`kaigui.in.${token(two.isolate)}.1`, text);
    await raw.flush();
    await until(async () => await ask(two.uplink, "cab", "x") === "reply");
    ok(one.failures.length >= 10 && one.failures.every((error) => error instanceof SyntaxError));
    const before = one.failures.length;
    await sayUnknown(raw);
    await until(() => one.uplink.peers === 2);
    equal(await ask(two.uplink, "cab", "y"), "reply");
    equal(one.failures.length, before);
    equal(owner.displacements, 0);
  },
);

testOnNats(
  "NatsUplink reports once that its token is wrong, and is let in with the right one",
  async (server, stack) => {
    const wrong = stack.use(await openProgram(server.urlOn(server.port, { token: "wrong token" })));
    const right = stack.use(await openProgram(server.url));
    await until(() => right.uplink.connected && wrong.failures.length > 0);
    match(String(wrong.failures[0]), /Authorization/i);
    ok(!Deno.inspect(wrong.failures).includes("token"), Deno.inspect(wrong.failures));
    await rejects(wrong.uplink.request("cab", "x"), NotAskedError);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    equal(wrong.failures.length, 1);
    ok(!wrong.uplink.connected);
    deepEqual(right.failures, []);
    // One in some forty of such hang-ups comes as a reset, which once ended the process.
    const url = server.urlOn(server.port, { token: "wrong token" });
    for (let n = 0; n < 300; n++) await rejects(openRaw(url), /Cannot connect/);
  },
  { token: "right token" },
);

/** A connection without the engine. */
function openRaw(url: string): Promise<NatsConnection> {
  const access = { url, credentials: undefined, authority: undefined, name: "raw" };
  return createDial(access)(new AbortController().signal);
}

/** Things to come, as a later version may say them. */
async function sayUnknown(raw: NatsConnection): Promise<void> {
  const stranger = { from: "stranger", program: "strange", more: { yet: [1] } };
  raw.publish("kaigui.hello", JSON.stringify({ type: "hello", at: 1, lost: 0, ...stranger }));
  raw.publish("kaigui.hello", JSON.stringify({ type: "some day", ...stranger }));
  raw.publish("kaigui.claim", JSON.stringify({ entries: [["cab", 0, "more"]], ...stranger }));
  const asked = { at: 2, leftMs: 1_000, request: "from far", ...stranger };
  raw.publish("kaigui.own.cab", JSON.stringify(asked), { reply: "nowhere" });
  await raw.flush();
}
