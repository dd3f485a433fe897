import assert from "node:assert/strict";
import { FakeClock, FakeSocket, welcomeOf } from "../../../testing/rigs/page.ts";
import { connectWithFallback } from "./transport_fallback.ts";
import type { WebSocketLike } from "./socket.ts";
import { webSocketAgainMs, webSocketFailuresMax, webSocketSilentMs } from "../times.ts";

const permissions = "none";

/** Both transports under the test's control: every socket that was made, in order. */
function rig() {
  const clock = new FakeClock();
  const sockets: FakeSocket[] = [];
  const plain: FakeSocket[] = [];
  const made = (all: FakeSocket[]) => () => {
    const socket = new FakeSocket();
    all.push(socket);
    return socket;
  };
  const webSocket = { broken: false };
  const connect = connectWithFallback({
    webSocket: () => {
      if (webSocket.broken) throw new Error("no WebSocket here");
      return made(sockets)();
    },
    http: made(plain),
    clock,
  });
  return { clock, sockets, plain, webSocket, connect };
}

/** The events of a connection: the types of its messages, and its `open` and `close`. */
function eventsOf(socket: WebSocketLike): string[] {
  const events: string[] = [];
  for (const type of ["open", "close"]) socket.addEventListener(type, () => events.push(type));
  socket.addEventListener("message", ({ data }) => events.push(JSON.parse(String(data)).type));
  return events;
}

/** Connects, and closes the WebSocket before it opens. */
function fail({ connect, sockets }: ReturnType<typeof rig>): string[] {
  const events = eventsOf(connect());
  sockets.at(-1)?.end();
  return events;
}

/** A connection over HTTP, because WebSockets are blocked. */
function overHttp(parts: ReturnType<typeof rig>) {
  for (let failures = 0; failures < webSocketFailuresMax; failures++) fail(parts);
  const socket = parts.connect();
  const events = eventsOf(socket);
  const http = parts.plain.at(-1);
  assert.ok(http);
  http.welcome();
  return { socket, events, http };
}

Deno.test({
  name: "connectWithFallback() counts WebSockets that fail in a row, until one brings a message",
  permissions,
  fn() {
    const startsOverHttp = (...results: ("failed" | "worked")[]) => {
      const parts = rig();
      for (const result of results) {
        parts.connect();
        if (result === "worked") parts.sockets.at(-1)?.welcome();
        parts.sockets.at(-1)?.end();
      }
      parts.connect();
      return parts.plain.length === 1;
    };
    assert.equal(startsOverHttp("failed"), false);
    assert.equal(startsOverHttp("failed", "failed"), true);
    assert.equal(startsOverHttp("failed", "worked", "failed"), false);
  },
});

Deno.test({
  name: "connectWithFallback() uses the WebSocket as long as it works",
  permissions,
  fn() {
    const parts = rig();
    const socket = parts.connect();
    const events = eventsOf(socket);
    parts.sockets[0]?.welcome();
    socket.send('{"type":"ping"}');
    parts.clock.pass(10 * webSocketAgainMs);
    parts.sockets[0]?.end();
    assert.deepEqual(events, ["open", "welcome", "close"]);
    assert.deepEqual(parts.sockets[0]?.sent, [{ type: "ping" }]);
    for (let round = 0; round < 5; round++) {
      parts.connect();
      parts.sockets.at(-1)?.welcome();
      parts.sockets.at(-1)?.end();
    }
    assert.equal(parts.plain.length, 0);
  },
});

Deno.test({
  name: "connectWithFallback() uses HTTP after WebSockets that closed before their first message",
  permissions,
  fn() {
    const parts = rig();
    assert.deepEqual(fail(parts), ["close"]);
    const events = eventsOf(parts.connect());
    parts.sockets.at(-1)?.open();
    parts.sockets.at(-1)?.end();
    assert.deepEqual(events, ["open", "close"]);
    assert.equal(parts.plain.length, 0);
    parts.connect();
    assert.equal(parts.plain.length, 1);
  },
});

Deno.test({
  name: "connectWithFallback() uses HTTP where a WebSocket cannot be made",
  permissions,
  fn() {
    const parts = rig();
    parts.webSocket.broken = true;
    for (let failures = 0; failures < webSocketFailuresMax; failures++) assert.throws(parts.connect);
    const events = eventsOf(parts.connect());
    parts.plain[0]?.welcome();
    parts.clock.pass(2 * webSocketAgainMs);
    assert.deepEqual(events, ["open", "welcome"]);
  },
});

Deno.test({
  name:
    "connectWithFallback() tries HTTP beside a silent WebSocket, and uses the first one that brings a message",
  permissions,
  fn() {
    for (const first of ["webSocket", "http"] as const) {
      const parts = rig();
      const socket = parts.connect();
      const events = eventsOf(socket);
      parts.sockets[0]?.open();
      parts.clock.pass(webSocketSilentMs - 1);
      assert.equal(parts.plain.length, 0);
      parts.clock.pass(1);
      const [slow, http] = [parts.sockets[0], parts.plain[0]];
      if (first === "webSocket") slow?.receive(welcomeOf());
      else http?.welcome();
      socket.send('{"type":"ping"}');
      assert.equal((first === "webSocket" ? slow : http)?.sent.length, 1);
      assert.equal(http?.closed, first === "webSocket");
      assert.deepEqual(events.filter((type) => type !== "open"), ["welcome"]);
    }
  },
});

Deno.test({
  name:
    "connectWithFallback() tries a WebSocket beside HTTP, at once and every minute, and changes to one that works",
  permissions,
  fn() {
    const parts = rig();
    const { socket, events, http } = overHttp(parts);
    const made = () => parts.sockets.length - webSocketFailuresMax;
    assert.equal(made(), 1);
    parts.sockets.at(-1)?.end();
    parts.clock.pass(webSocketAgainMs);
    const silent = parts.sockets.at(-1);
    parts.clock.pass(webSocketAgainMs);
    assert.deepEqual([made(), silent?.closed], [3, true], "one at a time");
    assert.deepEqual(events, ["open", "welcome"], "the page notices nothing");
    parts.sockets.at(-1)?.welcome();
    http.receive(welcomeOf());
    http.end();
    assert.equal(http.closed, true);
    assert.deepEqual(events.filter((type) => type !== "open"), ["welcome", "welcome"]);
    socket.send('{"type":"ping"}');
    assert.deepEqual([parts.sockets.at(-1)?.sent.length, http.sent.length], [1, 0]);
    parts.clock.pass(10 * webSocketAgainMs);
    assert.equal(made(), 3);
    fail(parts);
    assert.equal(parts.plain.length, 1, "failures from before do not count any more");
  },
});

Deno.test({
  name: "connectWithFallback() starts over HTTP after a connection over HTTP ended",
  permissions,
  fn() {
    for (const end of ["by the server", "by the page"] as const) {
      const parts = rig();
      const { socket, events, http } = overHttp(parts);
      if (end === "by the page") socket.close();
      else http.end();
      assert.equal(events.includes("close"), end === "by the server");
      assert.deepEqual([http.closed, parts.sockets.at(-1)?.closed], [true, true]);
      parts.connect();
      assert.equal(parts.plain.length, 2);
    }
  },
});

Deno.test({
  name: "connectWithFallback() leaves nothing behind when the page closes it",
  permissions,
  fn() {
    const parts = rig();
    const socket = parts.connect();
    parts.clock.pass(webSocketSilentMs);
    socket.close();
    parts.sockets[0]?.welcome();
    parts.plain[0]?.welcome();
    parts.clock.pass(10 * webSocketAgainMs);
    assert.deepEqual([parts.sockets.length, parts.plain.length], [1, 1]);
    assert.deepEqual([parts.sockets[0]?.closed, parts.plain[0]?.closed], [true, true]);
  },
});
