import { describedCabinet } from "./_cabinet.ts";
import { deepEqual, equal } from "node:assert/strict";
import { familyNamed } from "../boards/mod.ts";
import { BUS, DEVICE } from "../limits.ts";
import type { Evidence } from "../router/mod.ts";
import { Bus } from "./bus.ts";
import { type DeviceCabinet, Layout } from "./cabinet.ts";
import type { OpenJob, SeenDoor } from "./line.ts";

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(" ", ""));
const ALL_CLOSED = hex("80 01 FF FF FF 33 4D");

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

/** A bus with one 8A board of 24 cells, a clock in our hand, and a memory of what it did. */
class Rig {
  now = 0;
  readonly written: string[] = [];
  readonly changes: SeenDoor[] = [];
  readonly ended = new Map<string, Evidence>();
  readonly bus: Bus;
  readonly heard: string[] = [];
  permits = true;
  /** Jobs whose permission was asked for and not given yet. */
  readonly asking: OpenJob[] = [];

  constructor(cabinet: Partial<DeviceCabinet> = {}, boards = 1) {
    const cells = Array.from({ length: 24 * boards }, (_, index) => ({
      cell: index + 1,
      board: 1 + Math.floor(index / 24),
      channel: 1 + index % 24,
    }));
    this.bus = new Bus(
      describedCabinet({
        family: familyNamed("8a"),
        layout: new Layout(cells, 1),
        ...cabinet,
      }),
      { now: 0, port: this },
    );
  }

  write(bytes: Uint8Array): void {
    this.written.push(bytes.toHex().toUpperCase().replace(/..(?!$)/g, "$& "));
  }

  permit(job: OpenJob): void {
    this.asking.push(job);
  }

  doorsMoved(changes: readonly SeenDoor[]): void {
    this.changes.push(...changes);
  }

  serial(bytes: Uint8Array): void {
    this.heard.push(bytes.toHex());
  }

  doorsSeen(): void {}
  reschedule(): void {}
  close(): void {}

  open(id: string, cell: number, withinMs = 4_000): void {
    const job: OpenJob = {
      id,
      cell: { cell, board: 1 + Math.floor((cell - 1) / 24), channel: 1 + (cell - 1) % 24 },
      deadline: this.now + withinMs,
      done: (evidence) => {
        equal(this.ended.has(id), false, `${id} ended twice`);
        this.ended.set(id, evidence);
      },
    };
    this.bus.open(job, this.now);
    if (this.permits) this.grant();
  }

  grant(may = true): void {
    while (this.asking.shift()) this.bus.permitted(may, this.now);
  }

  hear(bytes: Uint8Array | string): void {
    this.bus.received(typeof bytes === "string" ? hex(bytes) : bytes, this.now);
    if (this.permits) this.grant();
  }

  /** Lets the time pass, waking the bus whenever it wants. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (let rounds = 0; this.bus.wakeAt <= until; rounds++) {
      equal(rounds < 1_000, true, "the bus wants to be woken without end");
      this.now = Math.max(this.now, this.bus.wakeAt);
      this.bus.tick(this.now);
      if (this.permits) this.grant();
    }
    this.now = until;
  }

  /** Answers the read that every bus begins with. */
  settle(): this {
    this.bus.tick(this.now);
    this.hear(ALL_CLOSED);
    this.written.length = 0;
    this.changes.length = 0;
    return this;
  }
}

test("Bus reads the doors when it begins and tells where they are", () => {
  const rig = new Rig();
  rig.bus.tick(0);
  deepEqual(rig.written, ["80 01 00 33 B2"]);
  rig.hear("80 01 FF FF BF 33 0D");
  equal(rig.changes.length, 24);
  deepEqual(rig.changes.filter(({ door }) => door === "open"), [{ cell: 7, door: "open", how: "found" }]);
});

test("Bus opens once the open is on disk, and not before", () => {
  const rig = new Rig().settle();
  rig.permits = false;
  rig.open("a", 7);
  deepEqual(rig.written, []);
  rig.grant();
  deepEqual(rig.written, ["8A 01 07 11 9D"]);
  rig.hear("8A 01 07 00 8C");
  deepEqual(rig.ended.get("a"), { state: "opened" });
  deepEqual(rig.changes, [{ cell: 7, door: "open", command: "a" }]);
});

test("Bus refuses what may not be sent, what came too late and what is too much", () => {
  const rig = new Rig().settle();
  rig.permits = false;
  rig.open("forbidden", 1);
  rig.grant(false);
  deepEqual(rig.ended.get("forbidden"), { state: "refused", reason: "unavailable" });
  rig.open("slow", 2, 100);
  rig.now += 200;
  rig.grant();
  deepEqual(rig.ended.get("slow"), { state: "refused", reason: "expired" });
  for (let i = 0; i <= BUS.queueMax + 1; i++) rig.open(`many-${i}`, 3);
  deepEqual(rig.ended.get(`many-${BUS.queueMax + 1}`), { state: "refused", reason: "busy" });
  deepEqual(rig.written, []);
});

test("Bus lets one request be unanswered at a time", () => {
  const rig = new Rig().settle();
  rig.open("a", 1);
  rig.open("b", 2);
  deepEqual(rig.written, ["8A 01 01 11 9B"]);
  rig.hear("8A 01 01 00 8A");
  deepEqual(rig.written, ["8A 01 01 11 9B", "8A 01 02 11 98"]);
});

test("Bus drops an open whose time passed while it waited, without a byte", () => {
  const rig = new Rig().settle();
  rig.open("a", 1);
  rig.open("b", 2, 1_000);
  rig.pass(1_001);
  deepEqual(rig.ended.get("b"), { state: "refused", reason: "expired" });
  rig.hear("8A 01 01 00 8A");
  equal(rig.written.filter((frame) => frame.startsWith("8A")).length, 1);
});

test("Bus keeps quiet after a silence, then reads the door, and never pulses again", () => {
  const rig = new Rig().settle();
  rig.open("a", 7);
  rig.pass(BUS.replyMs + BUS.quietMs - 1);
  deepEqual(rig.written, ["8A 01 07 11 9D"]);
  rig.pass(1);
  deepEqual(rig.written, ["8A 01 07 11 9D", "80 01 07 33 B5"]);
  rig.hear("80 01 07 00 86");
  deepEqual(rig.ended.get("a"), { state: "opened" });
});

test("Bus gives up after a while and says what it knows", () => {
  const silent = new Rig().settle();
  silent.open("a", 7);
  silent.pass(BUS.confirmMs);
  deepEqual(silent.ended.get("a"), { state: "unconfirmed", reason: "no-reply" });

  const answered = new Rig({ wiring: "short-when-open" }).settle();
  answered.open("a", 7);
  answered.hear("8A 01 07 11 9D");
  answered.pass(BUS.confirmMs);
  deepEqual(answered.ended.get("a"), { state: "unconfirmed", reason: "not-seen" });
  equal(answered.written.filter((frame) => frame.startsWith("8A")).length, 1);
});

test("Bus takes 'did not open' for failed when the door reads shut, for opened when it reads open", () => {
  for (const [reading, state] of [["80 01 07 11 97", "failed"], ["80 01 07 00 86", "opened"]] as const) {
    const rig = new Rig().settle();
    rig.open("a", 7);
    rig.hear("8A 01 07 11 9D");
    equal(rig.ended.size, 0, "it is the request byte for byte: it could be an echo");
    rig.pass(BUS.confirmGapMs);
    rig.hear(reading);
    equal(rig.ended.get("a")?.state, state);
  }
});

test("Bus takes a late reply, a report or a read of the whole board for evidence", () => {
  for (const late of ["8A 01 07 00 8C", "82 01 07 00 84", "81 01 07 00 87", "80 01 07 00 86"]) {
    const rig = new Rig().settle();
    rig.open("a", 7);
    rig.pass(BUS.replyMs + 100);
    rig.hear(late);
    deepEqual(rig.ended.get("a"), { state: "opened" }, late);
  }
});

test("Bus does not take another lock's word for this one's", () => {
  const rig = new Rig().settle();
  rig.open("a", 7);
  rig.hear("8A 01 08 00 83");
  rig.hear("82 01 09 00 8A");
  rig.hear("80 01 0A 00 8B");
  equal(rig.ended.size, 0);
  rig.hear("8A 01 07 00 8C");
  deepEqual(rig.ended.get("a"), { state: "opened" });
});

test("Bus takes a late reply for what it answers, and not for the next command's", () => {
  const rig = new Rig().settle();
  rig.open("first", 1);
  rig.pass(5_000);
  deepEqual(rig.ended.get("first"), { state: "unconfirmed", reason: "no-reply" });
  rig.open("second", 1);
  rig.pass(1_700);
  equal(rig.written.at(-1), "8A 01 01 11 9B");
  rig.hear("8A 01 01 00 8A");
  equal(rig.ended.has("second"), false, "that was the first one's");
  rig.hear("8A 01 01 11 9B");
  rig.pass(BUS.confirmGapMs);
  equal(rig.written.at(-1), "80 01 01 33 B3");
  rig.hear("80 01 01 11 91");
  deepEqual(rig.ended.get("second"), { state: "failed", reason: "did-not-open" });
});

test("Bus does not take a late reading from before an open for evidence of it", () => {
  const rig = new Rig();
  rig.bus.tick(0);
  rig.pass(BUS.readReplyMs + BUS.readQuietMs);
  rig.open("a", 1);
  rig.hear("80 01 FF FF FE 33 4C");
  equal(rig.ended.has("a"), false, "the reading was asked for before the open");
  rig.hear("8A 01 01 00 8A");
  deepEqual(rig.ended.get("a"), { state: "opened" });
});

test("Bus does not take late readings for evidence after a network stood still for long", () => {
  const rig = new Rig({
    family: familyNamed("kerong-cu16"),
    layout: new Layout([{ cell: 1, board: 1, channel: 1 }], 1),
  });
  const locked = "02 10 35 FF FF 00 00 03 48";
  const unlocked = "02 10 35 FE FF 00 00 03 47";
  rig.bus.tick(0);
  rig.hear(locked);
  rig.written.length = 0;
  rig.pass(BUS.idlePollMs + BUS.lateMs + 1_000);
  const reads = rig.written.length;
  equal(reads >= 2, true);
  rig.open("a", 1);
  rig.pass(BUS.unansweredMs);
  for (let n = 0; n < reads; n++) rig.hear(unlocked);
  equal(rig.ended.has("a"), false, "they were asked for before the open");
  while (!rig.ended.has("a")) {
    const written = rig.written.length;
    rig.pass(BUS.confirmGapMs);
    if (rig.written.length > written) rig.hear(unlocked);
  }
  deepEqual(rig.ended.get("a"), { state: "opened" });
});

test("Bus takes no echo of a read for the doors of a smaller board", () => {
  for (const localEcho of [true, false]) {
    const rig = new Rig({ localEcho }).settle();
    const moved = rig.changes.length;
    rig.open("a", 1);
    rig.pass(BUS.replyMs + BUS.quietMs);
    equal(rig.written.at(-1), "80 01 01 33 B3");
    rig.pass(BUS.readReplyMs);
    rig.hear("80 01 01 33 B3");
    rig.open("b", 5);
    rig.hear("80 01 01 33 B3 80 01 00 33 B2");
    deepEqual([rig.changes.length - moved, rig.ended.has("b")], [0, false]);
  }
});

test("Bus sends a heartbeat back once, though the adapter echoes", () => {
  const rig = new Rig({ localEcho: true, heartbeat: hex("FE"), heartbeatEcho: true }).settle();
  for (let n = 1; n <= 3; n++) {
    rig.hear("FE");
    rig.hear("FE");
    equal(rig.written.filter((bytes) => bytes === "FE").length, n);
    rig.now += 20_000;
  }
});

test("Bus asks for a sign of life before all else that it has to do", () => {
  const rig = new Rig({}, 2).settle();
  rig.hear("80 02 FF FF FF 33 4E");
  rig.open("a", 30);
  rig.pass(1_000);
  equal(rig.bus.probe(rig.now), true);
  rig.open("b", 31);
  rig.pass(BUS.replyMs + BUS.quietMs - 1_000);
  equal(rig.written.at(-1), "80 02 00 33 B1");
});

test("Bus takes a late refusal that names no lock for that of the oldest open", () => {
  const rig = new Rig({ family: familyNamed("modbus"), feedback: false });
  rig.bus.tick(0);
  rig.hear("01 05 00 FF 00 00 FD FA");
  rig.pass(BUS.readReplyMs + BUS.readQuietMs);
  rig.open("first", 1);
  rig.pass(BUS.replyMs + BUS.quietMs);
  rig.open("second", 2);
  const open = rig.written.at(-1) ?? "";
  equal(open.startsWith("01 05 02 01"), true);
  rig.hear("01 85 02 C3 51");
  equal(rig.ended.has("second"), false);
  rig.hear(open);
  deepEqual(rig.ended.get("second"), { state: "accepted" });
});

test("Bus takes the answer to the operator's own open for nobody else's", () => {
  const rig = new Rig().settle();
  rig.bus.raw(hex("8A 01 01 11 9B"), rig.now);
  rig.pass(BUS.rawHoldMs);
  rig.open("a", 1);
  rig.hear("8A 01 01 00 8A");
  equal(rig.ended.has("a"), false);
  rig.hear("8A 01 01 00 8A");
  deepEqual(rig.ended.get("a"), { state: "opened" });
});

test("Bus looks at a door once before the next open, as a board may never answer opens", () => {
  const rig = new Rig({ family: familyNamed("wkly") });
  rig.bus.tick(0);
  rig.pass(BUS.readReplyMs + BUS.readQuietMs);
  for (const [id, cell] of [["a", 1], ["b", 2]] as const) rig.open(id, cell);
  rig.pass(BUS.replyMs + BUS.quietMs);
  equal(rig.written.at(-1), "57 4B 4C 59 09 01 83 01 83");
});

test("Bus expects no answer any more to what was asked before something that is answered", () => {
  const rig = new Rig().settle();
  rig.open("first", 1);
  rig.pass(BUS.replyMs + BUS.quietMs);
  rig.hear("80 01 01 00 80");
  deepEqual(rig.ended.get("first"), { state: "opened" });
  rig.open("second", 1);
  rig.hear("8A 01 01 00 8A");
  deepEqual(rig.ended.get("second"), { state: "opened" });
});

test("Bus says accepted where the locks have no switch, and failed where the board says no", () => {
  const rig = new Rig({ feedback: false }).settle();
  rig.open("a", 7);
  rig.hear("8A 01 07 11 9D");
  deepEqual(rig.ended.get("a"), { state: "accepted" });
  rig.pass(60_000);
  deepEqual([rig.changes, rig.bus.doors.size], [[], 0]);
});

test("Bus tells by what a door was opened", () => {
  const rig = new Rig().settle();
  rig.hear("82 01 03 00 80");
  rig.open("a", 5);
  rig.hear("8A 01 05 11 9F");
  rig.pass(BUS.confirmGapMs);
  rig.hear("80 01 05 11 95");
  deepEqual(rig.ended.get("a"), { state: "failed", reason: "did-not-open" });
  rig.hear("82 01 05 00 86");
  rig.bus.raw(hex("8A 01 04 11 9E"), rig.now);
  rig.hear("8A 01 04 00 8F");
  deepEqual(rig.changes, [
    { cell: 3, door: "open" },
    { cell: 5, door: "open", command: "a" },
    { cell: 4, door: "open", how: "raw" },
  ]);
});

test("Bus counts a DTU as gone after two heartbeats, as somebody said or as was seen", () => {
  const said = new Rig({ heartbeat: hex("FE"), heartbeatMs: 30_000 });
  deepEqual([said.bus.silenceMs, said.bus.heartbeatMs], [60_000, 30_000]);
  const seen = new Rig({ heartbeat: hex("FE"), heartbeatEcho: true }).settle();
  equal(seen.bus.heartbeatMs, undefined);
  equal(seen.bus.silenceMs, DEVICE.silenceMs);
  for (const gap of [0, 20_000, 20_000, 29_000, 21_000]) {
    seen.now += gap;
    seen.hear("FE");
  }
  deepEqual([seen.bus.silenceMs, seen.bus.heartbeatMs], [40_000, 20_000]);
  equal(seen.written.filter((bytes) => bytes === "FE").length, 5, "each one is echoed");
});

test("Bus asks only a board for a sign of life that is known to answer", () => {
  const rig = new Rig();
  equal(rig.bus.probe(0), false);
  rig.settle();
  equal(rig.bus.probe(0), true);
  deepEqual(rig.written, ["80 01 00 33 B2"]);
  rig.pass(BUS.readReplyMs + BUS.readQuietMs);
  equal(rig.written.length, 2, "one answer may get lost");
  rig.pass(BUS.readReplyMs);
  equal(rig.bus.probe(rig.now), false);
  equal(new Rig({ family: undefined }).bus.probe(0), false);
});

test("Bus drops the echo of its own bytes where one is declared, in pieces too", () => {
  const rig = new Rig({ localEcho: true });
  rig.bus.tick(0);
  rig.hear("80 01 00");
  rig.hear("33 B2 80 01 FF FF");
  rig.hear("FF 33 4D");
  equal(rig.changes.length, 24);
  equal(rig.changes.every(({ door }) => door === "closed"), true);
  rig.open("a", 7);
  rig.hear("8A 01 07 11 9D 8A 01 07 00 8C");
  deepEqual(rig.ended.get("a"), { state: "opened" });
});

test("Bus follows an open door until it is closed, then reads seldom", () => {
  const rig = new Rig().settle();
  rig.open("a", 7);
  rig.hear("8A 01 07 00 8C");
  rig.written.length = 0;
  rig.pass(BUS.openDoorPollMs);
  deepEqual(rig.written, ["80 01 00 33 B2"]);
  rig.hear(ALL_CLOSED);
  deepEqual(rig.changes.at(-1), { cell: 7, door: "closed" });
  rig.pass(BUS.openDoorPollMs);
  rig.hear(ALL_CLOSED);
  rig.written.length = 0;
  rig.pass(BUS.idlePollMs - BUS.openDoorPollMs);
  equal(rig.written.length <= 1, true);
});

test("Bus asks a silent board less and less often, and calls its doors unknown", () => {
  const rig = new Rig({}, 2);
  rig.bus.tick(0);
  rig.hear(ALL_CLOSED);
  const readsOf = (board: string) => rig.written.filter((frame) => frame.startsWith(`80 ${board}`)).length;
  rig.pass(10 * 60_000);
  equal(rig.changes.some(({ cell, door }) => cell > 24 && door !== "unknown"), false);
  equal(readsOf("02") < 30, true, `${readsOf("02")} reads`);
  rig.hear("82 01 07 00 84");
  deepEqual(rig.changes.at(-1), { cell: 7, door: "open", how: "found" });
});

test("Bus lets the operator's bytes out between requests and leaves room for the answer", () => {
  const rig = new Rig().settle();
  rig.open("a", 7);
  equal(rig.bus.raw(hex("80 01 00 99 18"), rig.now), true);
  deepEqual(rig.written, ["8A 01 07 11 9D"]);
  rig.hear("8A 01 07 00 8C");
  deepEqual(rig.written, ["8A 01 07 11 9D", "80 01 00 99 18"]);
  rig.open("b", 8);
  equal(rig.written.length, 2);
  rig.pass(BUS.rawHoldMs);
  equal(rig.written.at(-1), "8A 01 08 11 92");
});

test("Bus ends all that it holds when the connection is gone", () => {
  const rig = new Rig().settle();
  rig.open("sent", 1);
  rig.permits = false;
  rig.open("waiting", 2);
  rig.bus.close();
  deepEqual(rig.ended.get("sent"), { state: "unconfirmed", reason: "link-lost" });
  deepEqual(rig.ended.get("waiting"), { state: "refused", reason: "offline" });
  rig.grant();
  equal(rig.written.length, 1);
});

test("Bus never sends a pulse twice, never one late, and ends every open once, whatever happens", () => {
  for (let seed = 1; seed <= 300; seed++) {
    let state = seed;
    const random = (below: number) => {
      state = Math.imul(state, 1_664_525) + 1_013_904_223 >>> 0;
      return Math.floor(state / 2 ** 32 * below);
    };
    const rig = new Rig({ localEcho: random(2) === 0 });
    rig.permits = false;
    const replies = [
      "8A 01 01 00 8A",
      "8A 01 01 11 9B",
      "80 01 01 00 80",
      "80 01 01 11 91",
      "8A",
      "FE",
      "80 01 FF FF FF 33 4D",
    ];
    let taps = 0;
    for (let step = 0; step < 200; step++) {
      const dice = random(5);
      if (dice === 0) rig.open(`${taps++}`, 1, 1 + random(4_000));
      if (dice === 1) rig.grant(random(10) > 0);
      if (dice === 2) rig.hear(replies[random(replies.length)] as string);
      if (dice >= 3) rig.pass(random(1_500));
    }
    rig.pass(20_000);
    rig.grant();
    rig.pass(60_000);
    equal(rig.ended.size, taps, `seed ${seed}`);
    const pulses = rig.written.filter((frame) => frame.startsWith("8A")).length;
    const sent = [...rig.ended.values()].filter(({ state }) => state !== "refused").length;
    equal(pulses, sent, `seed ${seed}`);
  }
});
