import { deepEqual, equal, ok } from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Hono } from "hono";
import { until } from "../../../testing/until.ts";
import { HTTP } from "../../lib/limits.ts";
import { upgradeWebSocket } from "../websocket_guard.ts";
import { Client, frame, serve, upgrade } from "../../../testing/rigs/http_server.ts";
import { HandlerTurns } from "./handler_turns.ts";

const GET = "GET / HTTP/1.1\r\nHost: k\r\n\r\n";
/** How long a handler is busy. */
const BUSY_MS = 4;

/** Turns, the handlers that have begun, by name, and what ends each that {@linkcode ask} asks for. */
function rig() {
  const turns = new HandlerTurns(() => performance.now());
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (network: string, socket = new EventEmitter()) => {
    const answer = turns.run({ blocks: [network], socket }, () => {
      begun.push(network);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
    void answer;
    return socket;
  };
  return { begun, ends, ask };
}

Deno.test("HandlerTurns lets networks take turns, however many of one wait", async () => {
  const { begun, ends, ask } = rig();
  for (let n = 0; n < 20; n++) ask("flood");
  for (const network of ["x", "x", "y"]) ask(network);
  await until(() => begun.length === 23, { saw: () => begun });
  deepEqual(begun.slice(0, 7), ["flood", "flood", "x", "y", "flood", "x", "flood"]);
  for (const end of ends) end();
});

Deno.test("HandlerTurns runs so many handlers at once, but does not count those that take long", async () => {
  const { begun, ends, ask } = rig();
  for (let n = 0; n < HTTP.handlersMax + 2; n++) ask("x");
  await until(() => begun.length >= HTTP.handlersMax);
  equal(begun.length, HTTP.handlersMax);
  ends[0]?.();
  await until(() => begun.length > HTTP.handlersMax);
  await until(() => begun.length === HTTP.handlersMax + 2, { saw: () => begun.length });
  for (const end of ends) end();
});

Deno.test("HandlerTurns lets pieces that are to be parsed and handlers take turns, each by network", async () => {
  const turns = new HandlerTurns(() => performance.now());
  const done: string[] = [];
  equal(turns.parse(["first"], () => done.push("at once")), true);
  for (let n = 0; n < 3; n++) turns.parse(["flood"], () => done.push("flood's piece"));
  equal(turns.parse(["x"], () => done.push("x's piece")), false);
  for (let n = 0; n < 2; n++) {
    void turns.run({ blocks: ["y"], socket: new EventEmitter() }, () => void done.push("y's handler"));
  }
  await until(() => done.length === 7, { saw: () => done });
  deepEqual(done, [
    "at once",
    "flood's piece",
    "y's handler",
    "x's piece",
    "y's handler",
    "flood's piece",
    "flood's piece",
  ]);
});

Deno.test("HandlerTurns lets a handler that waits for its next turn go on before others begin", async () => {
  const turns = new HandlerTurns(() => performance.now());
  const done: string[] = [];
  await Promise.all(
    ["a", "b", "c"].map((network) =>
      turns.run({ blocks: [network], socket: new EventEmitter() }, async (turn) => {
        done.push(network);
        await turn();
        done.push(network);
      })
    ),
  );
  deepEqual(done, ["a", "a", "b", "b", "c", "c"]);
});

Deno.test("HandlerTurns runs nothing for those that are gone before their turn", async () => {
  const { begun, ends, ask } = rig();
  ask("x");
  const gone = ask("gone");
  gone.emit("close");
  ask("y");
  await until(() => begun.length === 2);
  deepEqual([begun, gone.listenerCount("close")], [["x", "y"], 0]);
  for (const end of ends) end();
});

Deno.test("HandlerTurns answers as the handler does, also where it throws", async () => {
  const turns = new HandlerTurns(() => performance.now());
  const asker = { blocks: ["x"], socket: new EventEmitter() };
  equal(await turns.run(asker, () => 1), 1);
  const fail = (): never => {
    throw new Error("failed");
  };
  equal(await turns.run(asker, fail).catch(({ message }) => message), "failed");
});

Deno.test("HttpServer hears a WebSocket's message before it has answered a crowd of others", async () => {
  let answered = 0;
  let heardAfter: number | undefined;
  const app = new Hono();
  app.get("/ws", upgradeWebSocket(() => ({ onMessage: () => void (heardAfter = answered) })));
  app.get("/", (c) => {
    if (answered++ === 0) void socket.say(frame(0x81, new TextEncoder().encode("hello")));
    for (const end = performance.now() + BUSY_MS; performance.now() < end;);
    return c.text("here");
  });
  using rig = await serve((request, env) => app.fetch(request, env));
  using socket = await Client.connect(rig.port);
  await socket.say(upgrade("/ws"));
  await until(() => socket.heard.includes("101"));
  using crowd = new DisposableStack();
  const clients = [];
  while (clients.length < 60) clients.push(crowd.use(await Client.connect(rig.port)));
  await Promise.all(clients.map((client) => client.say(GET)));
  await until(() => answered === clients.length && heardAfter !== undefined, { saw: () => heardAfter });
  ok(Number(heardAfter) < clients.length / 4, `heard after ${heardAfter} answers`);
});
