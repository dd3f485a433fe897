import { deepEqual, equal, match } from "node:assert/strict";
import { createHmac } from "node:crypto";
import { BUS, CONTROLLER } from "../../lib/limits.ts";
import { ControllerRig as Rig, pingOf, SESSION_KEY, WELCOMED_AT } from "../../../testing/rigs/controller.ts";

const HEARTBEAT_MS = CONTROLLER.heartbeatSeconds * 1_000;

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

/** The id of the nth command. */
function id(n: number): string {
  return `018f6a4e-5c1d-7b3a-9e2f-${`${n}`.padStart(12, "0")}`;
}

test("Controller sends an open once it is on disk, signed, with the time until which it counts", () => {
  const rig = new Rig();
  rig.permits = false;
  rig.now = 60_000;
  rig.hear({ type: "pong" });
  rig.open(id(1), 13, 4_000);
  deepEqual(rig.written, []);
  rig.now += 1_000.7;
  rig.grant();
  const until = WELCOMED_AT + 64_000;
  const mac = createHmac("sha256", SESSION_KEY).update(`open\n${id(1)}\n3\n${until}`).digest("hex");
  deepEqual(rig.written, [{ type: "open", id: id(1), lock: 3, until, mac }]);
  equal(rig.controller.isBusy, true);
  rig.hear({ type: "result", id: id(1), state: "opened" });
  deepEqual(rig.ended.get(id(1)), { state: "opened" });
  equal(rig.controller.isBusy, false);
});

test("Controller takes each result that an open can have", () => {
  const ends: [said: object, evidence: object][] = [
    [{ state: "opened" }, { state: "opened" }],
    [{ state: "accepted" }, { state: "accepted" }],
    [{ state: "failed", reason: "did-not-open" }, { state: "failed", reason: "did-not-open" }],
    [{ state: "refused", reason: "late" }, { state: "refused", reason: "expired" }],
    [{ state: "refused", reason: "busy" }, { state: "refused", reason: "busy" }],
    [{ state: "refused", reason: "lock" }, { state: "refused", reason: "unsupported" }],
    [{ state: "refused", reason: "mac" }, { state: "refused", reason: "unavailable" }],
  ];
  for (const [said, evidence] of ends) {
    const rig = new Rig();
    rig.open(id(1), 11);
    rig.hear({ type: "result", id: id(1), ...said });
    deepEqual(rig.ended.get(id(1)), evidence);
  }
});

test("Controller has several opens under way, a pulse apart, and asks for one permission at a time", () => {
  const rig = new Rig();
  rig.permits = false;
  for (const n of [1, 2, 3]) rig.open(id(n), 10 + n);
  deepEqual(rig.asking.map((job) => job.id), [id(1)]);
  rig.permits = true;
  rig.grant();
  deepEqual(rig.said("open").map((line) => line["id"]), [id(1)]);
  rig.pass(2 * CONTROLLER.pulseGapMs);
  deepEqual(rig.said("open").map((line) => line["id"]), [id(1), id(2), id(3)]);
  rig.hear(
    { type: "result", id: id(3), state: "refused", reason: "busy" },
    { type: "result", id: id(1), state: "opened" },
  );
  deepEqual([...rig.ended.keys()], [id(3), id(1)]);
  equal(rig.controller.isBusy, true);
});

test("Controller refuses opens that may not be sent, that come too late and that are too many", () => {
  const rig = new Rig();
  rig.permits = false;
  rig.open("forbidden", 11);
  rig.grant(false);
  deepEqual(rig.ended.get("forbidden"), { state: "refused", reason: "unavailable" });
  rig.open("slow", 12, 100);
  rig.open("waiting", 12, 150);
  rig.pass(149);
  equal(rig.ended.has("waiting"), false);
  rig.pass(1);
  deepEqual(rig.ended.get("waiting"), { state: "refused", reason: "expired" });
  rig.grant();
  deepEqual(rig.ended.get("slow"), { state: "refused", reason: "expired" });
  deepEqual(rig.written, []);
  for (let i = 0; i <= BUS.queueMax + 1; i++) rig.open(`many-${i}`, 13);
  deepEqual(rig.ended.get(`many-${BUS.queueMax + 1}`), { state: "refused", reason: "busy" });
});

test("Controller counts unanswered opens among those that are too many", () => {
  const rig = new Rig();
  for (let n = 0; n <= BUS.queueMax; n++) rig.open(id(n), 11);
  equal(rig.said("open").length, 1);
  deepEqual(rig.ended.get(id(BUS.queueMax)), { state: "refused", reason: "busy" });
});

test("Controller gives an unanswered open up, and takes no late result for another one's", () => {
  const rig = new Rig();
  rig.open(id(1), 11);
  rig.pass(1_000);
  rig.hear({ type: "pong" });
  rig.pass(BUS.confirmMs - 1_001);
  equal(rig.ended.size, 0);
  rig.pass(1);
  deepEqual(rig.ended.get(id(1)), { state: "unconfirmed", reason: "no-reply" });
  rig.open(id(2), 11);
  rig.hear({ type: "result", id: id(1), state: "opened" });
  equal(rig.ended.has(id(2)), false);
  rig.hear({ type: "result", id: id(2), state: "failed", reason: "did-not-open" });
  deepEqual(rig.ended.get(id(2)), { state: "failed", reason: "did-not-open" });
  equal(rig.said("open").length, 2);
});

test("Controller ignores results of opens that are not under way", () => {
  const rig = new Rig();
  rig.open(id(1), 11);
  const opened = { type: "result", id: id(1), state: "opened" };
  rig.hear({ type: "result", id: id(9), state: "opened" }, opened, opened, { ...opened, state: "accepted" });
  deepEqual([...rig.ended], [[id(1), { state: "opened" }]]);
  equal(rig.closed, undefined);
});

test("Controller ends everything that it holds when the connection is gone", () => {
  const rig = new Rig();
  rig.open("sent", 11);
  rig.permits = false;
  rig.open("asking", 12);
  rig.open("waiting", 13);
  rig.controller.close();
  deepEqual(rig.ended.get("sent"), { state: "unconfirmed", reason: "link-lost" });
  deepEqual(rig.ended.get("asking"), { state: "refused", reason: "offline" });
  deepEqual(rig.ended.get("waiting"), { state: "refused", reason: "offline" });
  rig.grant();
  equal(rig.said("open").length, 1);
});

test("Controller goes on with the time of its welcome when the service's clock is set", () => {
  for (const wallStep of [-3_600_000, 3_600_000]) {
    const rig = new Rig();
    rig.wallStep = wallStep;
    rig.now = 10_000.9;
    rig.hear(pingOf(1));
    rig.open(id(1), 11, 4_000);
    equal(rig.written[0]?.["time"], WELCOMED_AT + 10_000);
    equal(rig.written[1]?.["until"], WELCOMED_AT + 14_000);
  }
});

test("Controller answers each ping with the time, signed for that ping", () => {
  const rig = new Rig();
  const pongs = [[1, 1_000.9], [2, 21_000], [2 ** 53 - 1, 41_000]].map(([n = 0, now = 0]) => {
    rig.now = now;
    rig.hear(pingOf(n));
    const time = WELCOMED_AT + Math.floor(now);
    const mac = createHmac("sha256", SESSION_KEY).update(`time\n${n}\n${time}`).digest("hex");
    return { type: "pong", n, time, mac };
  });
  deepEqual(rig.written, pongs);
});

test("Controller tells no time in answer to a ping with a wrong mac", () => {
  const ping = pingOf(1);
  for (const wrong of [{ n: 2 }, { n: undefined }, { mac: "0".repeat(64) }, { mac: undefined }]) {
    const rig = new Rig();
    rig.hear({ ...ping, ...wrong });
    deepEqual([rig.closed, rig.written], ["protocol-violated", []]);
  }
});

test("Controller pings once after each silence, and when it is asked for a sign of life", () => {
  const rig = new Rig();
  equal(rig.controller.goneAt, rig.now + 2 * HEARTBEAT_MS);
  rig.pass(HEARTBEAT_MS - 1);
  deepEqual(rig.written, []);
  rig.hear({ type: "pong" });
  rig.pass(HEARTBEAT_MS - 1);
  deepEqual(rig.written, []);
  rig.pass(1);
  deepEqual(rig.written, [{ type: "ping" }]);
  rig.pass(10 * HEARTBEAT_MS);
  equal(rig.written.length, 1);
  equal(rig.controller.probe(), true);
  equal(rig.written.length, 2);
  rig.hearText("{");
  rig.pass(HEARTBEAT_MS);
  equal(rig.written.length, 3, "any byte is a sign of life, and a new silence begins");
});

test("Controller takes its lines byte by byte and many at once", () => {
  const lines = [
    { type: "weather" },
    { type: "result", id: id(1), state: "opened" },
    pingOf(1),
    { type: "result", id: id(2), state: "accepted" },
  ].map((line) => `${JSON.stringify(line)}\r\n`).join("");
  for (const pieces of [[lines], Array.from(lines)]) {
    const rig = new Rig();
    rig.open(id(1), 11);
    rig.open(id(2), 12);
    rig.pass(CONTROLLER.pulseGapMs);
    for (const piece of pieces) rig.hearText(piece);
    deepEqual([...rig.ended.values()], [{ state: "opened" }, { state: "accepted" }]);
    equal(rig.said("pong").length, 1);
  }
});

test("Controller closes the connection on a line that is not in the protocol, and takes none behind it", () => {
  const opened = JSON.stringify({ type: "result", id: id(1), state: "opened" });
  const garbage: [text: string, why: RegExp][] = [
    ["\n", /not a JSON object/],
    ["GET / HTTP/1.1\r\n", /not a JSON object/],
    ["[]\n", /not a JSON object/],
    ["x".repeat(CONTROLLER.lineBytesMax), /more than 1024 bytes/],
    [`{"type":"result","id":"${id(1)}","state":"refused"}\n`, /result: reason/],
    [`{"type":"hello","protocol":2}\n`, /after the welcome/],
    [`{"type":"proof","proof":"${"0".repeat(64)}"}\n`, /after the welcome/],
  ];
  for (const [text, why] of garbage) {
    const rig = new Rig();
    rig.open(id(1), 11);
    rig.hearText(`${text}${opened}\n`);
    equal(rig.closed, "protocol-violated", text);
    match(`${rig.why}`, why);
    deepEqual(rig.ended.get(id(1)), { state: "unconfirmed", reason: "link-lost" }, text);
  }
});

test("Controller takes no line behind one that it cannot answer any more", () => {
  const rig = new Rig();
  rig.isFull = true;
  rig.hear(pingOf(1), { type: "event", seq: 1, ago: 0, lock: 1, door: "open" });
  deepEqual([rig.closed, rig.storing], ["overflow", []]);
});

test("Controller has no raw line", () => {
  const rig = new Rig();
  equal(rig.controller.raw(), false);
  rig.pass(1_000);
  deepEqual(rig.written, []);
});

test("Controller sends an open once, none late, and ends each once, whatever happens", () => {
  for (let seed = 1; seed <= 200; seed++) {
    let state = seed;
    const random = (below: number): number => {
      state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
      return Math.floor(state / 2 ** 32 * below);
    };
    const rig = new Rig();
    rig.permits = false;
    let taps = 0;
    for (let step = 0; step < 200; step++) {
      const dice = random(5);
      if (dice === 0) rig.open(id(taps++), 11 + random(6), 1 + random(4_000));
      if (dice === 1) rig.grant(random(10) > 0);
      if (dice === 2) rig.hear({ type: "result", id: id(random(taps + 2)), state: "opened" });
      if (dice >= 3) rig.pass(random(1_500));
    }
    rig.pass(20_000);
    rig.grant();
    rig.pass(BUS.confirmMs);
    equal(rig.ended.size, taps, `seed ${seed}`);
    const sent = rig.said("open").map((line) => line["id"]);
    equal(new Set(sent).size, sent.length, `seed ${seed}`);
    const notRefused = [...rig.ended].filter(([, evidence]) => evidence.state !== "refused");
    deepEqual(new Set(sent), new Set(notRefused.map(([id]) => id)), `seed ${seed}`);
  }
});

test("Controller probes a line that was not heard lately before an open, and sends nothing into a dead one", () => {
  const [alive, dead] = [new Rig(), new Rig()];
  for (const rig of [alive, dead]) {
    rig.pass(BUS.freshMs + 1);
    rig.open(id(1), 13);
    rig.open(id(2), 14);
    deepEqual(rig.written, [{ type: "ping" }]);
  }
  alive.hear({ type: "pong" });
  alive.grant();
  equal(alive.said("open").length, 1);
  dead.pass(3_999);
  equal(dead.said("open").length, 0);
  for (const n of [1, 2]) deepEqual(dead.ended.get(id(n)), { state: "refused", reason: "offline" });
  equal(dead.closed, "silent");
});

test("Controller closes a connection on which nothing came from an open to the end of its time", () => {
  const rig = new Rig();
  rig.open(id(1), 13);
  rig.pass(BUS.confirmMs);
  deepEqual([rig.ended.get(id(1)), rig.closed], [{ state: "unconfirmed", reason: "no-reply" }, "silent"]);
});

test("Controller.probeIfQuiet() pings a controller that was not heard just now", () => {
  const rig = new Rig();
  rig.controller.probeIfQuiet(rig.now);
  deepEqual(rig.written, []);
  rig.pass(5_000);
  rig.controller.probeIfQuiet(rig.now);
  deepEqual(rig.written, [{ type: "ping" }]);
});
