/**
 * The example controller in C against a service that this file plays, line by line, from `docs/device-protocol.md`.
 *
 * @module
 */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { createHmac, randomBytes } from "node:crypto";
import {
  compileController,
  type ControllerOptions,
  ControllerProcess,
  testController,
} from "./controller_c.ts";
import { tempFolder } from "../../testing/folders.ts";
import type { Message } from "../../testing/page.ts";
import { until } from "../../testing/until.ts";
import { TextLineStream } from "../../testing/lines.ts";

const CABINET = "lobby-a";
/** The longest; keys of more than 64 bytes are hashed first, and the session key is shorter. */
const SECRET = "correct-horse-battery-staple".padEnd(128, "-+");
/** The service's clock has nothing to do with the controller's. */
const AHEAD_MS = 1_000_000_000;
const DEADLINE_MS = 10_000;
const LINE_BYTES_MAX = 1_024;

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function serviceTime(): number {
  return Date.now() + AHEAD_MS;
}

/** The promise, or an error that says what was waited for. */
async function within<T>(promise: Promise<T>, what: () => string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`Waited in vain for ${what()}`)), DEADLINE_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The fields of the welcome that differ from the usual ones. */
interface Welcome {
  proof?: string;
  time?: number;
  mac?: string | undefined;
  acknowledged?: number;
  heartbeatSeconds?: number;
}
/** The fields of an open that differ from the usual ones. */
type Order = { id?: string; until?: number; mac?: string };

/** One connection, on the service's side. */
class Peer implements AsyncDisposable {
  hello: Message = {};
  readonly #conn: Deno.TcpConn;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #nonces = "";

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    const text = conn.readable.pipeThrough(new TextDecoderStream());
    this.#lines = text.pipeThrough(new TextLineStream()).getReader();
  }

  /** The next line. */
  async next(): Promise<Message> {
    const { done, value = "" } = await within(this.#lines.read(), () => "a line");
    ok(!done, "the controller hung up");
    ok(value.length < LINE_BYTES_MAX, value);
    return JSON.parse(value);
  }

  /** Waits until the controller hangs up, whatever it sends before. */
  async hungUp(): Promise<void> {
    // A peer that hangs up with unread bytes resets the connection.
    const read = () => this.#lines.read().catch(() => ({ done: true }));
    const end = async () => {
      while (!(await read()).done);
    };
    await within(end(), () => "the end");
  }

  async send(line: Message | string): Promise<void> {
    const text = typeof line === "string" ? line : `${JSON.stringify(line)}\n`;
    let bytes = new TextEncoder().encode(text);
    while (bytes.length > 0) bytes = bytes.subarray(await this.#conn.write(bytes));
  }

  /** Takes the hello and challenges. */
  async challenge(): Promise<void> {
    this.hello = await this.next();
    const nonce = randomBytes(16).toString("hex");
    this.#nonces = `${CABINET}\n${this.hello["nonce"]}\n${nonce}`;
    await this.send({ type: "challenge", nonce });
    deepEqual(await this.next(), { type: "proof", proof: this.proof("controller") });
  }

  async welcome(different: Welcome = {}): Promise<void> {
    const { time = serviceTime() } = different;
    const usual = {
      proof: this.proof("service"),
      time,
      mac: this.mac(`time\n0\n${time}`),
      acknowledged: 0,
      heartbeatSeconds: 20,
    };
    await this.send({ type: "welcome", ...usual, ...different });
  }

  proof(who: "controller" | "service"): string {
    return hmac(SECRET, `kaigui ${who} 1\n${this.#nonces}`).toString("hex");
  }

  mac(text: string): string {
    return hmac(hmac(SECRET, `kaigui session 1\n${this.#nonces}`), text).toString("hex");
  }

  /** The line that orders a lock to open. */
  order(lock: number, different: Order = {}): Message {
    const { id = crypto.randomUUID(), until = serviceTime() + 5_000 } = different;
    return { type: "open", id, lock, until, mac: this.mac(`open\n${id}\n${lock}\n${until}`), ...different };
  }

  /** Orders a lock to open; the id of the command. */
  async open(lock: number, different: Order = {}): Promise<string> {
    const order = this.order(lock, different);
    await this.send(order);
    return order["id"];
  }

  /** Takes the controller's nth ping. */
  async pinged(n: number): Promise<void> {
    deepEqual(await this.next(), { type: "ping", n, mac: this.mac(`ping\n${n}`) });
  }

  /** The line that answers the controller's nth ping. */
  pong(n: number, time = serviceTime()): Message {
    return { type: "pong", n, time, mac: this.mac(`time\n${n}\n${time}`) };
  }

  /** Takes the lines that the controller sends before it answers a ping. */
  async untilPong(): Promise<Message[]> {
    await this.send({ type: "ping" });
    const said: Message[] = [];
    for (let line = await this.next(); line["type"] !== "pong"; line = await this.next()) said.push(line);
    return said;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines.cancel().catch(() => {});
    try {
      this.#conn.close();
    } catch {
      // The readable has closed it.
    }
  }
}

/** A service and a controller that dials it. */
class Scene implements AsyncDisposable {
  readonly stack = new AsyncDisposableStack();
  readonly #listener = this.stack.use(Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  readonly #options: Partial<ControllerOptions>;

  private constructor(options: Partial<ControllerOptions>) {
    this.#options = options;
  }

  /** With a controller that is not greeted yet. */
  static async start(options: Partial<ControllerOptions> = {}): Promise<[Scene, ControllerProcess]> {
    const scene = new Scene(options);
    return [scene, await scene.controller()];
  }

  /** With a controller that was welcomed and has sent its list of doors. */
  static async serving(
    options: Partial<ControllerOptions> = {},
  ): Promise<[Scene, ControllerProcess, Peer]> {
    const [scene, controller] = await Scene.start({ locks: 4, ...options });
    const peer = await scene.greeted();
    deepEqual(await peer.next(), { type: "doors", doors: options.sensors === false ? "uuuu" : "cccc" });
    return [scene, controller, peer];
  }

  /** Starts another controller with the same options, as after a power cut. */
  async controller(): Promise<ControllerProcess> {
    const { port } = this.#listener.addr;
    const options = { port, cabinet: CABINET, secret: SECRET, ...this.#options };
    return this.stack.use(await ControllerProcess.start(options));
  }

  async accept(): Promise<Peer> {
    return this.stack.use(new Peer(await within(this.#listener.accept(), () => "a connection")));
  }

  async greeted(welcome: Welcome = {}): Promise<Peer> {
    const peer = await this.accept();
    await peer.challenge();
    await peer.welcome(welcome);
    return peer;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stack.disposeAsync();
  }
}

function pulses(controller: ControllerProcess): string[] {
  return controller.lines.filter((line) => line.startsWith("pulse"));
}

/** The event without the time, which differs each time. */
function timeless({ ago, ...event }: Message): Message {
  ok(Number.isSafeInteger(ago) && ago >= 0 && ago < DEADLINE_MS, `ago ${ago}`);
  return event;
}

/** The fields of an event that are not those of lock 1, moved by hand. */
type Move = { lock?: number; command?: string };

function opening(seq: number, { lock = 1, ...by }: Move = {}): Message {
  return { type: "event", seq, lock, door: "open", ...by };
}

function closing(seq: number, move: Move = {}): Message {
  return { ...opening(seq, move), door: "closed" };
}

function opened(id: string): Message {
  return { type: "result", id, state: "opened" };
}

function refused(id: string, reason: string): Message {
  return { type: "result", id, state: "refused", reason };
}

/** Opens and shuts a door by hand, so many moves in all. */
async function move(controller: ControllerProcess, moves: number, lock = 1): Promise<void> {
  for (let n = 1; n <= moves; n++) {
    await controller.say(`${n % 2 ? "force" : "close"} ${lock}`);
    await controller.until(`door ${lock} ${n % 2 ? "open" : "closed"}`);
  }
}

/** From now on the coil fires and the door stays shut. */
async function jam(controller: ControllerProcess, lock: number): Promise<void> {
  await controller.say(`jam ${lock}`);
  await controller.until(`jammed ${lock}`);
}

testController(
  "the controller says hello, proves itself, and tells of its doors when it is welcomed",
  async () => {
    const [scene, controller] = await Scene.start({ locks: 256, log: "Log7" });
    await using _ = scene;
    const peer = await scene.greeted();
    const { nonce, ...hello } = peer.hello;
    match(nonce, /^[0-9a-f]{32}$/);
    const firmware = "kaigui-example 1";
    deepEqual(hello, { type: "hello", protocol: 1, cabinet: CABINET, log: "Log7", firmware });
    deepEqual(await peer.next(), { type: "doors", doors: "c".repeat(256) });
    deepEqual(controller.lines, ["connected", "welcomed"]);
    await controller.say("cut");
    await controller.say("dial");
    notEqual((await scene.greeted()).hello["nonce"], nonce);
  },
);

testController("the controller hangs up when the service's proof is wrong, or is its own", async () => {
  const [scene, controller] = await Scene.start();
  await using _ = scene;
  for (const proofOf of [() => "0".repeat(64), () => "", (peer: Peer) => peer.proof("controller")]) {
    const peer = await scene.accept();
    await peer.challenge();
    await peer.welcome({ proof: proofOf(peer) });
    await peer.hungUp();
    await controller.until("disconnected wrong-proof");
    await controller.say("dial");
  }
  ok(!controller.lines.includes("welcomed"));
});

testController("the controller opens once for an id, however often it comes, and says the same", async () => {
  const [scene, controller, peer] = await Scene.serving();
  await using _ = scene;
  const id = await peer.open(3);
  deepEqual(timeless(await peer.next()), opening(1, { lock: 3, command: id }));
  deepEqual(await peer.next(), opened(id));
  await peer.open(3, { id });
  deepEqual(await peer.next(), opened(id));
  await controller.say("close 3");
  deepEqual(timeless(await peer.next()), closing(2, { lock: 3, command: id }));
  await peer.open(3, { id });
  deepEqual(await peer.next(), opened(id));
  await controller.say("cut");
  await controller.say("dial");
  const again = await scene.greeted({ acknowledged: 2 });
  deepEqual(await again.next(), { type: "doors", doors: "cccc" });
  await again.open(3, { id });
  deepEqual(await again.next(), opened(id));
  deepEqual(pulses(controller), [`pulse 3 ${id}`]);
  equal(controller.lines.filter((line) => line === `repeated ${id}`).length, 3);
});

testController("the controller does not answer an id that still runs, until its end", async () => {
  const [scene, controller, peer] = await Scene.serving();
  await using _ = scene;
  await jam(controller, 1);
  const id = await peer.open(1);
  await controller.until(`pulse 1 ${id}`);
  await peer.open(1, { id });
  await controller.until(`repeated ${id}`);
  deepEqual(await peer.untilPong(), []);
  deepEqual(await peer.next(), { type: "result", id, state: "failed", reason: "did-not-open" });
  deepEqual(await peer.untilPong(), []);
});

testController("the controller refuses a wrong mac, and remembers nothing of it", async () => {
  const [scene, controller, peer] = await Scene.serving();
  await using _ = scene;
  const id = crypto.randomUUID();
  for (const mac of ["0".repeat(64), "", "z".repeat(500)]) {
    await peer.open(1, { id, mac });
    deepEqual(await peer.next(), refused(id, "mac"));
    await controller.until(`refused ${id} mac`);
  }
  deepEqual(pulses(controller), []);
  await peer.open(1, { id });
  await controller.until(`pulse 1 ${id}`);
});

testController("the controller takes no mac of another connection, lock or time", async () => {
  const [scene, controller, peer] = await Scene.serving();
  await using _ = scene;
  const order = peer.order(1);
  for (const changed of [{ lock: 2 }, { until: order["until"] + 1 }, { id: crypto.randomUUID() }]) {
    await peer.send({ ...order, ...changed });
    equal((await peer.next())["reason"], "mac");
  }
  await controller.say("cut");
  await controller.say("dial");
  const again = await scene.greeted();
  await again.next();
  await again.send(order);
  deepEqual(await again.next(), refused(order["id"], "mac"));
  deepEqual(pulses(controller), []);
});

testController(
  "the controller refuses an open that is late, has no lock or meets a pulse, and remembers it",
  async () => {
    const [scene, controller, peer] = await Scene.serving();
    await using _ = scene;
    const late = await peer.open(1, { until: serviceTime() - 100 });
    deepEqual(await peer.next(), refused(late, "late"));
    const [none, far] = [await peer.open(0), await peer.open(5)];
    deepEqual([await peer.next(), await peer.next()], [refused(none, "lock"), refused(far, "lock")]);
    await jam(controller, 1);
    await jam(controller, 2);
    const first = await peer.open(1);
    const second = await peer.open(2);
    deepEqual(await peer.next(), refused(second, "busy"));
    for (const [id, lock, reason] of [[late, 1, "late"], [far, 5, "lock"], [second, 2, "busy"]] as const) {
      await peer.open(lock, { id });
      deepEqual(await peer.next(), refused(id, reason));
    }
    deepEqual(pulses(controller), [`pulse 1 ${first}`]);
  },
);

testController("the controller never executes what it has forgotten", async () => {
  const [scene, controller, peer] = await Scene.serving();
  await using _ = scene;
  const until = serviceTime() + 60_000;
  const id = await peer.open(1, { until });
  deepEqual([timeless(await peer.next()), await peer.next()], [
    opening(1, { lock: 1, command: id }),
    opened(id),
  ]);
  for (let n = 0; n < 64; n++) {
    const other = await peer.open(99, { until });
    deepEqual(await peer.next(), refused(other, "lock"));
  }
  await peer.open(1, { id, until });
  deepEqual(await peer.next(), refused(id, "late"));
  equal(pulses(controller).length, 1);
  await peer.open(1, { until: until + 1 });
  notEqual((await peer.next())["reason"], "late");
});

testController(
  "the controller says did-not-open when the door stays shut, and tells of it when it opens",
  async () => {
    const [scene, controller, peer] = await Scene.serving();
    await using _ = scene;
    await jam(controller, 2);
    const began = performance.now();
    const id = await peer.open(2);
    deepEqual(await peer.next(), { type: "result", id, state: "failed", reason: "did-not-open" });
    ok(performance.now() - began >= 1_990, `${performance.now() - began} ms`);
    await controller.say("force 2");
    deepEqual(timeless(await peer.next()), opening(1, { lock: 2, command: id }));
    await controller.say("close 2");
    deepEqual(timeless(await peer.next()), closing(2, { lock: 2, command: id }));
    await controller.say("force 2");
    deepEqual(timeless(await peer.next()), opening(3, { lock: 2 }));
    const onOpen = await peer.open(2);
    deepEqual(await peer.next(), opened(onOpen));
  },
);

testController("the controller without sensors says accepted, and knows no doors", async () => {
  const [scene, controller, peer] = await Scene.serving({ sensors: false });
  await using _ = scene;
  const id = await peer.open(2);
  deepEqual(await peer.next(), { type: "result", id, state: "accepted" });
  deepEqual(pulses(controller), [`pulse 2 ${id}`]);
  deepEqual(await peer.untilPong(), []);
});

testController(
  "the controller whose connection is lost tells by an event that a command opened the door",
  async () => {
    const [scene, controller, peer] = await Scene.serving();
    await using _ = scene;
    await jam(controller, 1);
    const id = await peer.open(1);
    await controller.until(`pulse 1 ${id}`);
    await controller.say("cut");
    await controller.say("force 1");
    await controller.until("door 1 open");
    await controller.say("dial");
    const again = await scene.greeted();
    deepEqual((await again.untilPong()).map(timeless), [opening(1, { command: id })]);
  },
);

testController("the controller tells no result of a command of the connection before", async () => {
  const [scene, controller, peer] = await Scene.serving();
  await using _ = scene;
  await jam(controller, 1);
  const id = await peer.open(1);
  await controller.until(`pulse 1 ${id}`);
  await controller.say("cut");
  await controller.say("dial");
  const again = await scene.greeted();
  deepEqual(await again.next(), { type: "doors", doors: "cccc" });
  // The command still runs, and ends by this.
  await controller.say("force 1");
  await controller.until("door 1 open");
  deepEqual((await again.untilPong()).map(timeless), [opening(1, { command: id })]);
});

testController(
  "the controller sends up to 8 unacknowledged events, and keeps them until they are acknowledged",
  async () => {
    const [scene, controller, peer] = await Scene.serving();
    await using _ = scene;
    await move(controller, 20);
    const all = Array.from({ length: 20 }, (_, n) => n % 2 ? closing(n + 1) : opening(n + 1));
    deepEqual((await peer.untilPong()).map(timeless), all.slice(0, 8));
    await peer.send({ type: "ack", seq: 3 });
    deepEqual((await peer.untilPong()).map(timeless), all.slice(8, 11));
    await controller.say("cut");
    await controller.say("dial");
    const again = await scene.greeted({ acknowledged: 5 });
    deepEqual((await again.untilPong()).map(timeless), all.slice(5, 13));
    await again.send({ type: "ack", seq: 13 });
    deepEqual((await again.untilPong()).map(timeless), all.slice(13));
    await again.send({ type: "ack", seq: 20 });
    deepEqual(await again.next(), { type: "doors", doors: "cccc" });
    await again.send({ type: "ack", seq: 20 });
    deepEqual(await again.untilPong(), []);
  },
);

testController(
  "the controller drops its oldest events when it has no room, and goes on counting",
  async () => {
    const [scene, controller, peer] = await Scene.serving();
    await using _ = scene;
    await controller.say("cut");
    await peer.hungUp();
    await move(controller, 131);
    await controller.say("dial");
    const again = await scene.greeted();
    for (let seq = 4; seq <= 131; seq++) {
      deepEqual(timeless(await again.next()), seq % 2 ? opening(seq) : closing(seq));
      await again.send({ type: "ack", seq });
    }
    deepEqual(await again.next(), { type: "doors", doors: "occc" });
  },
);

testController("the controller keeps its events over a power cut in its state file", async () => {
  await using folder = await tempFolder();
  const [scene, controller, peer] = await Scene.serving({ stateFile: `${folder.path}/state` });
  await using _ = scene;
  const id = await peer.open(4);
  deepEqual([timeless(await peer.next()), await peer.next()], [
    opening(1, { lock: 4, command: id }),
    opened(id),
  ]);
  await controller.say("close 4");
  deepEqual(timeless(await peer.next()), closing(2, { lock: 4, command: id }));
  await peer.send({ type: "ack", seq: 1 });
  deepEqual(await peer.untilPong(), []);
  const closedBefore = performance.now();
  await controller.kill();
  const second = await scene.controller();
  const again = await scene.accept();
  await again.challenge();
  equal(again.hello["log"], peer.hello["log"]);
  const awayMs = performance.now() - closedBefore;
  await again.welcome({ acknowledged: 1 });
  const event = await again.next();
  deepEqual(timeless(event), closing(2, { lock: 4, command: id }));
  // Two clocks, each rounded.
  ok(event["ago"] >= awayMs - 5, `${event["ago"]} of ${awayMs} ms`);
  await second.say("force 1");
  deepEqual(timeless(await again.next()), opening(3));
});

testController("the controller takes a new log after a power cut when it has no state file", async () => {
  const [scene, controller, peer] = await Scene.serving();
  await using _ = scene;
  await controller.kill();
  await scene.controller();
  const again = await scene.greeted();
  notEqual(again.hello["log"], peer.hello["log"]);
  match(again.hello["log"], /^[0-9A-Za-z]{1,32}$/);
});

testController("the controller begins a new log when its count went back, and loses no event", async () => {
  const [scene, controller, peer] = await Scene.serving();
  await using _ = scene;
  await move(controller, 2);
  await controller.say("cut");
  await peer.hungUp();
  await controller.say("dial");
  await (await scene.greeted({ acknowledged: 3 })).hungUp();
  await controller.until("disconnected new-log");
  const again = await scene.greeted();
  notEqual(again.hello["log"], peer.hello["log"]);
  deepEqual((await again.untilPong()).map(timeless), [opening(1), closing(2)]);
});

testController("the controller hangs up on lines that are too long or not valid", async () => {
  const [scene, controller] = await Scene.start();
  await using _ = scene;
  const lines: [why: string, line: string][] = [
    ["long-line", "x".repeat(LINE_BYTES_MAX)],
    ["long-line", `{"type":"later","x":"${"x".repeat(LINE_BYTES_MAX)}"}\n`],
    ...["", "hello", "[]", '{"type":"ping"', '{"type":"ping"}}', '{"type":7}', "{}", '{"type":"a","b":{}}']
      .map(
        (line): [string, string] => ["bad-line", `${line}\n`],
      ),
    ["bad-line", '{"type":"challenge","nonce":"00"}\n'],
    ["bad-line", '{"type":"open"}\n'],
    ["bad-line", '{"type":"open","id":"x","lock":1,"until":1,"mac":""}\n'],
    ["bad-line", '{"type":"ack","seq":1}\n'],
    ["bad-line", '{"type":"ack","seq":-1}\n'],
    ["bad-line", '{"type":"pong"}\n'],
    ["refused later", '{"type":"refused","reason":"later"}\n'],
  ];
  for (const [why, line] of lines) {
    const peer = await scene.greeted();
    await peer.send(line);
    await peer.hungUp();
    await controller.until(`disconnected ${why}`);
    await controller.say("dial");
  }
});

testController("the controller hangs up on lines that come too early", async () => {
  const [scene, controller] = await Scene.start();
  await using _ = scene;
  for (const line of ['{"type":"open"}', '{"type":"welcome"}', '{"type":"challenge"}']) {
    const peer = await scene.accept();
    await peer.send(`${line}\n`);
    await peer.hungUp();
    await controller.until("disconnected bad-line");
    await controller.say("dial");
  }
});

testController(
  "the controller ignores unknown types and fields, and takes lines in pieces",
  async () => {
    const [scene, controller, peer] = await Scene.serving();
    await using _ = scene;
    const longest = '{"type":"later","x":""}\n';
    await peer.send(longest.replace('""', `"${"x".repeat(LINE_BYTES_MAX - longest.length)}"`));
    await peer.send(' { "type" : "pi\\u006eg" , "x" : "\\"}{" , "y" : -1.5e3 , "z" : null } \r\n');
    deepEqual(await peer.untilPong(), []);
    for (const byte of '{"x":true,"type":"ping"}\r\n') await peer.send(byte);
    deepEqual(await peer.next(), { type: "pong" });
    equal(controller.lines.length, 2);
  },
);

testController("the controller asks for a sign of life, and gives up without one", async () => {
  const [scene, controller] = await Scene.start();
  await using _ = scene;
  const peer = await scene.greeted({ heartbeatSeconds: 1 });
  await peer.next();
  await peer.pinged(1);
  await peer.send(peer.pong(1));
  await peer.pinged(2);
  await peer.hungUp();
  await controller.until("disconnected silence");
  await controller.say("dial");
  const again = await scene.greeted({ heartbeatSeconds: 1 });
  await again.next();
  await again.pinged(1);
});

testController("the controller gives up when all but its ping is answered", async () => {
  const [scene, controller] = await Scene.start();
  await using _ = scene;
  const peer = await scene.greeted({ heartbeatSeconds: 1 });
  await peer.next();
  await peer.pinged(1);
  const chatter = setInterval(() => peer.send({ type: "ping" }).catch(() => {}), 100);
  await peer.hungUp().finally(() => clearInterval(chatter));
  await controller.until("disconnected silence");
});

testController("the controller hangs up when the time of the welcome is not the service's", async () => {
  const [scene, controller] = await Scene.start();
  await using _ = scene;
  const forgeries: [why: string, forgery: (peer: Peer, time: number) => Welcome][] = [
    ["wrong-mac", () => ({ mac: "0".repeat(64) })],
    ["wrong-mac", () => ({ mac: "" })],
    ["wrong-mac", (peer, time) => ({ time: time - 60_000, mac: peer.mac(`time\n0\n${time}`) })],
    ["wrong-mac", (peer, time) => ({ time, mac: peer.mac(`time\n1\n${time}`) })],
    ["bad-line", () => ({ mac: undefined })],
  ];
  for (const [why, forgery] of forgeries) {
    const peer = await scene.accept();
    await peer.challenge();
    await peer.welcome(forgery(peer, serviceTime()));
    // It may have hung up before.
    await peer.open(1).catch(() => {});
    await peer.hungUp();
    await controller.until(`disconnected ${why}`);
    await controller.say("dial");
  }
  ok(!controller.lines.includes("welcomed"));
  deepEqual(pulses(controller), []);
});

testController("the controller hangs up on a pong that is not signed for its ping", async () => {
  const [scene, controller] = await Scene.start();
  await using _ = scene;
  const forgeries: [why: string, forgery: (peer: Peer) => Message][] = [
    ["wrong-mac", (peer) => ({ ...peer.pong(1), mac: "0".repeat(64) })],
    ["wrong-mac", (peer) => ({ ...peer.pong(1), time: serviceTime() - 60_000 })],
    ["wrong-mac", (peer) => ({ ...peer.pong(0), n: 1 })],
    ["bad-line", (peer) => peer.pong(0)],
    ["bad-line", (peer) => peer.pong(2)],
    ["bad-line", (peer) => ({ ...peer.pong(1), n: undefined })],
    ["bad-line", (peer) => ({ ...peer.pong(1), mac: undefined })],
  ];
  for (const [why, forgery] of forgeries) {
    const peer = await scene.greeted({ heartbeatSeconds: 1 });
    await peer.next();
    await peer.pinged(1);
    await peer.send(forgery(peer));
    await peer.hungUp();
    await controller.until(`disconnected ${why}`);
    await controller.say("dial");
  }
});

testController("the controller hangs up on a pong that it got before, or does not wait for", async () => {
  const [scene, controller] = await Scene.start();
  await using _ = scene;
  for (const isAskedAgain of [true, false]) {
    const peer = await scene.greeted({ heartbeatSeconds: 1 });
    await peer.next();
    await peer.pinged(1);
    const pong = peer.pong(1);
    await peer.send(pong);
    if (isAskedAgain) await peer.pinged(2);
    await peer.send(pong);
    await peer.hungUp();
    await controller.until("disconnected bad-line");
    await controller.say("dial");
  }
});

testController("the controller executes no open that was held back, whatever time it is told", async () => {
  const [scene, controller] = await Scene.start();
  await using _ = scene;
  const peer = await scene.greeted({ heartbeatSeconds: 1 });
  await peer.next();
  const order = peer.order(1, { until: serviceTime() + 500 });
  await peer.pinged(1);
  await until(() => serviceTime() > order["until"]);
  await peer.send({ ...peer.pong(1), time: order["until"] - 60_000 });
  // It may have hung up before.
  await peer.send(order).catch(() => {});
  await peer.hungUp();
  await controller.until("disconnected wrong-mac");
  deepEqual(pulses(controller), []);
});

testController("the controller refuses an open that was held back together with an answer", async () => {
  const [scene, controller] = await Scene.start();
  await using _ = scene;
  // The answer to the ping took less time than this, so the controller goes by it.
  const peer = await scene.greeted({ time: serviceTime() + 60_000, heartbeatSeconds: 2 });
  await peer.next();
  await peer.pinged(1);
  const [pong, order] = [peer.pong(1), peer.order(1, { until: serviceTime() + 500 })];
  await until(() => serviceTime() > order["until"] + 100);
  await peer.send(pong);
  await peer.send(order);
  deepEqual(await peer.next(), refused(order["id"], "late"));
  deepEqual(pulses(controller), []);
});

testController("the controller goes by the service's clock, and by the answer that took least", async () => {
  const [scene, controller] = await Scene.start({ locks: 4 });
  await using _ = scene;
  const peer = await scene.accept();
  await peer.challenge();
  const aheadMs = 2_000;
  // As a welcome that took so long: an open that ends sooner may be late.
  await peer.welcome({ time: serviceTime() + aheadMs, heartbeatSeconds: 1 });
  await peer.next();
  // A pong that answers no ping is ignored.
  await peer.send({ type: "ping", time: 0 });
  deepEqual(await peer.next(), { type: "pong" });
  const late = await peer.open(1, { until: serviceTime() + aheadMs / 2 });
  deepEqual(await peer.next(), refused(late, "late"));
  await peer.pinged(1);
  await peer.send(peer.pong(1));
  const id = await peer.open(1, { until: serviceTime() + aheadMs / 2 });
  await controller.until(`pulse 1 ${id}`);
  deepEqual([timeless(await peer.next()), await peer.next()], [opening(1, { command: id }), opened(id)]);
  // An answer that took longer says less.
  await peer.pinged(2);
  await peer.send(peer.pong(2, serviceTime() + 60_000));
  const other = await peer.open(2);
  await controller.until(`pulse 2 ${other}`);
});

testController(
  "the controller dials later and later while it is refused, and soon once it was welcomed",
  async () => {
    const [scene, controller] = await Scene.start();
    await using _ = scene;
    const waitedMs: number[] = [];
    let endedAt = 0;
    for (const peer of [await scene.accept(), undefined, undefined]) {
      const now = peer ?? await scene.accept();
      if (!peer) waitedMs.push(performance.now() - endedAt);
      await now.next();
      await now.send({ type: "refused", reason: "unavailable" });
      await now.hungUp();
      endedAt = performance.now();
      await controller.until("disconnected refused unavailable");
    }
    const [first = 0, second = 0] = waitedMs;
    ok(first >= 980 && second >= 1_980, `${waitedMs}`);
    await controller.say("dial");
    const welcomed = await scene.greeted();
    await welcomed.next();
    await welcomed[Symbol.asyncDispose]();
    endedAt = performance.now();
    await scene.accept();
    // The next wait would have been of 8 s.
    ok(performance.now() - endedAt < 7_500);
  },
);

testController("the controller says what is wrong with its options", async () => {
  const path = await compileController();
  await using folder = await tempFolder();
  const secret = `${folder.path}/secret`;
  const complaint = async (text: string, ...more: string[]) => {
    await Deno.writeTextFile(secret, text);
    const args = ["--cabinet", CABINET, "--secret-file", secret, ...more];
    const { code, stderr } = await new Deno.Command(path, { args, stdin: "null" }).output();
    equal(code, 2);
    return new TextDecoder().decode(stderr);
  };
  match(await complaint("too-short"), /16 to 128/);
  match(await complaint("x".repeat(129)), /secret is too long/);
  match(await complaint(SECRET, "--locks", "257"), /locks/);
  match(await complaint(SECRET, "--cabinet", 'a"b'), /cabinet's id/);
  match(await complaint(SECRET, "--log"), /No value for --log/);
  match(await complaint(SECRET, "--what"), /Unknown option --what/);
});

Deno.test("docs/device-protocol.md tells proofs, a key and macs that its strings give", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/device-protocol.md", import.meta.url));
  const [, secret = ""] = /with the secret `([^`]+)`/.exec(page) ?? [];
  const told = [...page.matchAll(/HMAC\((secret|session key), "([^"]+)"\)\s+= ([0-9a-f]{64})/g)];
  const keys = new Map<string, string | Buffer>([["secret", secret]]);
  for (const [, key = "", text = "", digest = ""] of told) {
    const real = hmac(keys.get(key) ?? "", text.replaceAll("\\n", "\n"));
    equal(real.toString("hex"), digest, text);
    if (text.includes("session")) keys.set("session key", real);
    // The page also has the lines that are sent.
    else ok(page.includes(`"${digest}"`), text);
  }
  equal(told.length, 7);
});
