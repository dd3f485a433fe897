import assert from "node:assert/strict";
import { FakeClock, FakeSocket, welcomeOf } from "../../../testing/rigs/page.ts";
import { connectOver, isBlocked, learn, type Lesson } from "./connect.ts";
import type { WebSocketLike } from "./socket.ts";
import { webSocketAgainMs, webSocketMissesMax, webSocketSilentMs } from "../times.ts";

const permissions = "none";

/** Both ways in the test's hand: every socket that was made, in order. */
function rig() {
  const clock = new FakeClock();
  const sockets: FakeSocket[] = [];
  const plain: FakeSocket[] = [];
  const made = (all: FakeSocket[]) => () => {
    const socket = new FakeSocket();
    all.push(socket);
    return socket;
  };
  const ways = { broken: false };
  const connect = connectOver({
    webSocket: () => {
      if (ways.broken) throw new Error("no WebSocket here");
      return made(sockets)();
    },
    http: made(plain),
    clock,
  });
  return { clock, sockets, plain, ways, connect };
}

/** What a page hears of a connection: the types of messages, and its `open` and `close`. */
function heardOf(socket: WebSocketLike): string[] {
  const heard: string[] = [];
  for (const type of ["open", "close"]) socket.addEventListener(type, () => heard.push(type));
  socket.addEventListener("message", ({ data }) => heard.push(JSON.parse(String(data)).type));
  return heard;
}

/** Connects, and lets the WebSocket end before it opens. */
function miss({ connect, sockets }: ReturnType<typeof rig>): string[] {
  const heard = heardOf(connect());
  sockets.at(-1)?.end();
  return heard;
}

/** A connection over HTTP, since WebSockets do not get through. */
function overHttp(parts: ReturnType<typeof rig>) {
  for (let misses = 0; misses < webSocketMissesMax; misses++) miss(parts);
  const socket = parts.connect();
  const heard = heardOf(socket);
  const http = parts.plain.at(-1);
  assert.ok(http);
  http.welcome();
  return { socket, heard, http };
}

Deno.test({
  name: "learn() counts WebSockets running that came to nothing, until one speaks",
  permissions,
  fn() {
    const after = (...lessons: Lesson[]) => isBlocked(lessons.reduce(learn, 0));
    assert.equal(after("missed"), false);
    assert.equal(after("missed", "missed"), true);
    assert.equal(after("missed", "spoke", "missed"), false);
  },
});

Deno.test({
  name: "connectOver() takes the WebSocket as long as that works",
  permissions,
  fn() {
    const parts = rig();
    const socket = parts.connect();
    const heard = heardOf(socket);
    parts.sockets[0]?.welcome();
    socket.send('{"type":"ping"}');
    parts.clock.pass(10 * webSocketAgainMs);
    parts.sockets[0]?.end();
    assert.deepEqual(heard, ["open", "welcome", "close"]);
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
  name: "connectOver() goes over HTTP after WebSockets that ended before they spoke",
  permissions,
  fn() {
    const parts = rig();
    assert.deepEqual(miss(parts), ["close"]);
    const heard = heardOf(parts.connect());
    parts.sockets.at(-1)?.open();
    parts.sockets.at(-1)?.end();
    assert.deepEqual(heard, ["open", "close"]);
    assert.equal(parts.plain.length, 0);
    parts.connect();
    assert.equal(parts.plain.length, 1);
  },
});

Deno.test({
  name: "connectOver() goes over HTTP where a WebSocket cannot even be made",
  permissions,
  fn() {
    const parts = rig();
    parts.ways.broken = true;
    for (let misses = 0; misses < webSocketMissesMax; misses++) assert.throws(parts.connect);
    const heard = heardOf(parts.connect());
    parts.plain[0]?.welcome();
    parts.clock.pass(2 * webSocketAgainMs);
    assert.deepEqual(heard, ["open", "welcome"]);
  },
});

Deno.test({
  name: "connectOver() tries HTTP beside a WebSocket that stays silent, and uses whichever speaks first",
  permissions,
  fn() {
    for (const first of ["webSocket", "http"] as const) {
      const parts = rig();
      const socket = parts.connect();
      const heard = heardOf(socket);
      parts.sockets[0]?.open();
      parts.clock.pass(webSocketSilentMs - 1);
      assert.equal(parts.plain.length, 0);
      parts.clock.pass(1);
      const [slow, http] = [parts.sockets[0], parts.plain[0]];
      if (first === "webSocket") slow?.say(welcomeOf());
      else http?.welcome();
      socket.send('{"type":"ping"}');
      assert.equal((first === "webSocket" ? slow : http)?.sent.length, 1);
      assert.equal(http?.closed, first === "webSocket");
      assert.deepEqual(heard.filter((type) => type !== "open"), ["welcome"]);
    }
  },
});

Deno.test({
  name:
    "connectOver() tries a WebSocket beside HTTP, at once and now and then, and goes over to one that speaks",
  permissions,
  fn() {
    const parts = rig();
    const { socket, heard, http } = overHttp(parts);
    const made = () => parts.sockets.length - webSocketMissesMax;
    assert.equal(made(), 1);
    parts.sockets.at(-1)?.end();
    parts.clock.pass(webSocketAgainMs);
    const silent = parts.sockets.at(-1);
    parts.clock.pass(webSocketAgainMs);
    assert.deepEqual([made(), silent?.closed], [3, true], "one at a time");
    assert.deepEqual(heard, ["open", "welcome"], "the page notices nothing");
    parts.sockets.at(-1)?.welcome();
    http.say(welcomeOf());
    http.end();
    assert.equal(http.closed, true);
    assert.deepEqual(heard.filter((type) => type !== "open"), ["welcome", "welcome"]);
    socket.send('{"type":"ping"}');
    assert.deepEqual([parts.sockets.at(-1)?.sent.length, http.sent.length], [1, 0]);
    parts.clock.pass(10 * webSocketAgainMs);
    assert.equal(made(), 3);
    miss(parts);
    assert.equal(parts.plain.length, 1, "what was learned before counts no more");
  },
});

Deno.test({
  name: "connectOver() goes over HTTP at once when a connection over HTTP ended",
  permissions,
  fn() {
    for (const end of ["by the server", "by the page"] as const) {
      const parts = rig();
      const { socket, heard, http } = overHttp(parts);
      if (end === "by the page") socket.close();
      else http.end();
      assert.equal(heard.includes("close"), end === "by the server");
      assert.deepEqual([http.closed, parts.sockets.at(-1)?.closed], [true, true]);
      parts.connect();
      assert.equal(parts.plain.length, 2);
    }
  },
});

Deno.test({
  name: "connectOver() leaves nothing behind when the page hangs up",
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
