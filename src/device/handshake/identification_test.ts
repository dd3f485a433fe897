/**
 * How devices are identified. The connection, the clock and all answers are in the test's hand.
 *
 * @module
 */
import { describedCabinet } from "../../../testing/rigs/device_cabinet.ts";
import { deepEqual, equal } from "node:assert/strict";
import { DEVICE } from "../../lib/limits.ts";
import { LocalRouter } from "../../router/mod.ts";
import type { CabinetReply, CabinetRouter } from "../../cabinet/requests.ts";
import type { CabinetDirectory, DoorRecords, Registration } from "../cabinet.ts";
import type { CloseReason, DeviceContext } from "../context.ts";
import { controllerProof } from "../controller/proof.ts";
import type { ConnectionAdmission } from "../entrance/queued_admission.ts";
import { Identification, type IdentificationHost } from "./identification.ts";
import type { ServedCabinet } from "../cabinet_connection.ts";
import { TimerWheel } from "../../lib/concurrency/timer_wheel.ts";

const SECRET = "kfM3xU0pWq7RzN5cT1bYhL8d";
const NONCE = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const HELLO = `{"type":"hello","protocol":1,"cabinet":"lobby","nonce":"${NONCE}","log":"b7"}\n`;
const EPOCH = 7;

/** What the identification asks others for. */
type Question = "register" | "status" | "prove-alive" | "own" | "controller" | "acknowledged";

function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A connection whose device is identified by a service that knows the cabinets `CAB`, `CAB2` and `lobby`. */
class Rig implements IdentificationHost, ConnectionAdmission {
  now = 1_000;
  readonly hostname = "127.0.0.1";
  /** What the connection was told to do, in order. */
  readonly did: string[] = [];
  readonly asked: Question[] = [];
  isSlowed = false;
  readonly identification: Identification;
  readonly #router: CabinetRouter = new LocalRouter();
  #admitted: Promise<void> | undefined;
  addresses: readonly string[] | undefined;
  #held: { question: Question; answer: PromiseWithResolvers<void> } | undefined;

  constructor() {
    this.identification = new Identification(this, { context: this.#context(), admission: this });
  }

  /** Another connection has the cabinet, and gives a sign of life or not. */
  own(cabinet: string, { isAlive = false } = {}): () => void {
    const handle = async ({ type }: { type: string }): Promise<CabinetReply> => {
      if (type === "prove-alive") return await this.#ask(type, { type, isAlive });
      const asOf = { epoch: EPOCH - 1, count: 0 };
      return await this.#ask("status", {
        type: "status",
        asOf,
        connectedAt: 0,
        lastSeenAt: 0,
        doors: new Map(),
      });
    };
    const claim = this.#router.claim(cabinet, { handle, displaced: () => {} }, EPOCH - 1);
    return () => claim[Symbol.dispose]();
  }

  /** Leaves the question unanswered until the returned function is called. */
  hold(question: Question): () => void {
    const answer = Promise.withResolvers<void>();
    this.#held = { question, answer };
    return answer.resolve;
  }

  /** Lets what is under way go on until that question is asked. */
  async untilAsked(question: Question): Promise<void> {
    for (let turns = 0; this.asked.at(-1) !== question; turns++) {
      equal(turns < 1_000, true, `${question} is not asked`);
      await Promise.resolve();
    }
  }

  say(text: string): Promise<void> {
    return this.identification.received(bytesOf(text));
  }

  /** Lets the time pass, and wakes: the connection does so whenever it is woken for anything. */
  pass(ms: number): void {
    this.now += ms;
    this.identification.wake(this.now);
  }

  /** A controller sends its whole greeting. */
  async greet(): Promise<void> {
    await this.say(HELLO);
    const sent = this.did.findLast((what) => what.startsWith("send"))?.slice("send ".length);
    if (sent === undefined) return;
    const { nonce: serviceNonce } = JSON.parse(sent);
    const proof = controllerProof(SECRET, { cabinet: "lobby", controllerNonce: NONCE, serviceNonce });
    await this.say(`${JSON.stringify({ type: "proof", proof })}\n`);
  }

  send(bytes: Uint8Array): void {
    this.did.push(`send ${textOf(bytes)}`);
  }

  reschedule(): void {}

  serve({ cabinet, epoch }: ServedCabinet, rest: Uint8Array): void {
    this.did.push(`serve ${cabinet.id} ${epoch} ${textOf(rest)}`);
  }

  releaseCabinet(): void {
    this.did.push("release");
  }

  identified(rest?: Uint8Array): void {
    this.did.push(`identified ${rest ? textOf(rest) : ""}`);
  }

  refuse(reason: CloseReason): Promise<void> {
    this.close(reason);
    return Promise.resolve();
  }

  close(reason: CloseReason): void {
    this.identification.end(reason);
    this.did.push(`close ${reason}`);
  }

  async runWhenAdmitted<T>(work: () => Promise<T>): Promise<T> {
    await this.#admitted;
    return await work();
  }

  /** Admits no connection until the returned function is called. */
  holdAdmission(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#admitted = promise;
    return resolve;
  }

  markServing(): void {
    this.did.push("serving");
  }

  markClosed({ isUnknown }: { isUnknown: boolean }): void {
    this.did.push(isUnknown ? "closed unknown" : "closed");
  }

  async #ask<Answer>(question: Question, answer: Answer): Promise<Answer> {
    this.asked.push(question);
    if (this.#held?.question === question) await this.#held.answer.promise;
    return answer;
  }

  /** `CAB` and `CAB2`, and a heartbeat may follow. */
  #registrationOf(said: string): Registration | undefined {
    const [, id] = /^(CAB2?)(?:#.*)?$/.exec(said) ?? [];
    if (id === undefined) return undefined;
    const cabinet = describedCabinet({ id, addresses: this.addresses });
    return { cabinet, length: id.length, maybeLonger: said === "CAB" };
  }

  #context(): DeviceContext {
    const cabinets: CabinetDirectory = {
      findByRegistration: (preamble) => this.#ask("register", this.#registrationOf(textOf(preamble))),
      takeEpoch: () => this.#ask("own", EPOCH),
      findController: (id) => this.#ask("controller", { cabinet: describedCabinet({ id }), secret: SECRET }),
      sending: () => Promise.resolve("may"),
      seen: () => {},
    };
    const records: DoorRecords = {
      moved: () => {},
      acknowledged: () => this.#ask("acknowledged", 0),
      heard: () => Promise.resolve(),
      fluttered: () => {},
      intruded: () => void this.did.push("intruded"),
      flooded: () => {},
      sentTooFast: () => {},
    };
    const now = () => this.now;
    const wheel = new TimerWheel({ stepMs: 25, now });
    const [isCrowded, report] = [() => false, () => {}];
    return { cabinets, records, router: this.#router, wheel, isCrowded, report, now, wallClock: now };
  }
}

/** Lets all that is under way go on as far as it can. */
async function identified(): Promise<void> {
  for (let turns = 0; turns < 100; turns++) await Promise.resolve();
}

test("Identification releases a connection that is certain to be its cabinet's", async () => {
  const rig = new Rig();
  await rig.say("CA");
  await rig.say("B2#");
  deepEqual(rig.did, ["serve CAB2 7 #", "serving", "identified "]);
});

test("Identification serves a cabinet at once whose registration could be longer, if it has no connection", async () => {
  const rig = new Rig();
  await rig.say("CAB");
  deepEqual(rig.did.splice(0), ["serve CAB 7 ", "serving"]);
  rig.pass(DEVICE.registrationGapMs - 1);
  deepEqual(rig.did, []);
  rig.pass(1);
  deepEqual(rig.did, ["identified "]);
});

const behindADoubt = {
  "#": ["identified #"],
  "2": ["release", "serve CAB2 7 ", "serving", "identified "],
  "3": ["closed", "close unknown-registration"],
};
for (const [more, did] of Object.entries(behindADoubt)) {
  test(`Identification that doubts looks again when ${more} comes, however long that takes`, async () => {
    const rig = new Rig();
    await rig.say("CAB");
    rig.did.length = rig.asked.length = 0;
    const answer = rig.hold("register");
    const said = rig.say(more);
    await rig.untilAsked("register");
    rig.pass(DEVICE.registerMs);
    deepEqual(rig.did, [], "the doubt is not over while it is looked up");
    answer();
    await said;
    deepEqual(rig.did, did);
  });
}

test("Identification that is provisional does nothing for a connection that is gone when the device is known", async () => {
  const rig = new Rig();
  await rig.say("CAB");
  rig.asked.length = 0;
  const answer = rig.hold("register");
  const said = rig.say("2");
  await rig.untilAsked("register");
  rig.close("peer-closed");
  answer();
  await said;
  equal(rig.did.at(-1), "close peer-closed");
});

test("Identification does not displace a cabinet's connection by a registration that goes on", async () => {
  const rig = new Rig();
  rig.own("CAB");
  await rig.say("CAB");
  equal(rig.identification.wakeAt, rig.now + DEVICE.registrationGapMs);
  rig.pass(DEVICE.registrationGapMs - 1);
  await rig.say("2");
  deepEqual(rig.did, ["serve CAB2 7 ", "serving", "identified "]);
  equal(rig.asked.filter((question) => question === "own").length, 1);
});

test("Identification takes a guess when nothing more comes, and bytes that come during the claim wait for it", async () => {
  const rig = new Rig();
  rig.own("CAB");
  await rig.say("CAB");
  const answer = rig.hold("own");
  rig.pass(DEVICE.registrationGapMs);
  const said = rig.say("2");
  deepEqual(rig.did, []);
  answer();
  await said;
  deepEqual(rig.did, [
    ...["serve CAB 7 ", "serving"],
    ...["release", "serve CAB2 7 ", "serving", "identified "],
  ]);
});

test("Identification is released once nothing is under way any more", async () => {
  const rig = new Rig();
  rig.own("CAB");
  await rig.say("CAB");
  const answer = rig.hold("own");
  rig.pass(DEVICE.registrationGapMs);
  await rig.untilAsked("own");
  rig.close("stopping");
  const released = rig.identification.release().then(() => rig.did.push("released"));
  rig.did.push("answer");
  answer();
  await released;
  deepEqual(rig.did, ["closed", "close stopping", "answer", "released"]);
});

for (const [question, says] of [["status", "CAB"], ["prove-alive", "CAB2"]] as const) {
  test(`Identification waits for no answer to ${question} once the connection is closed`, async () => {
    const rig = new Rig();
    rig.own(says);
    const answer = rig.hold(question);
    const said = rig.say(says).then(() => "over");
    await rig.untilAsked(question);
    rig.close("stopping");
    equal(await Promise.race([said, identified()]), "over");
    answer();
    await identified();
    deepEqual([rig.did.at(-1), rig.asked.at(-1)], ["close stopping", question]);
  });
}

const askedFor: Record<string, readonly Question[]> = {
  "a DTU": ["register", "status", "own"],
  "a smart controller": ["register", "controller", "own", "acknowledged"],
};
for (const [whom, questions] of Object.entries(askedFor)) {
  for (const question of questions) {
    test(`Identification does and asks nothing for ${whom} that is gone when the answer to ${question} comes`, async () => {
      const rig = new Rig();
      if (question === "status") rig.own("CAB");
      const answer = rig.hold(question);
      const said = whom === "a DTU" ? rig.say("CAB") : rig.greet();
      await rig.untilAsked(question);
      rig.close("stopping");
      const [did, asked] = [rig.did.length, rig.asked.length];
      answer();
      await said;
      await rig.identification.release();
      // The greeting does not know that the connection, which sends nothing any more, is closed.
      const more = rig.did.slice(did).filter((what) => !what.includes("challenge"));
      deepEqual(more, []);
      deepEqual([rig.asked.length, rig.identification.wakeAt], [asked, Infinity]);
    });
  }
}

const { registerMs, answerMs } = DEVICE;
const late: Record<string, { says?: string; hold?: Question; reason: CloseReason; afterMs: number }> = {
  "says nothing": { reason: "not-registered-in-time", afterMs: registerMs },
  "is unknown": { says: "nobody", reason: "unknown-registration", afterMs: answerMs },
  "says only hello": { says: HELLO, reason: "not-registered-in-time", afterMs: registerMs },
  "is not found by then": {
    says: "CAB2",
    hold: "register",
    reason: "unknown-registration",
    afterMs: answerMs,
  },
  "gets no epoch by then": { says: "CAB2", hold: "own", reason: "database-unavailable", afterMs: registerMs },
};
for (const [who, { says, hold, reason, afterMs }] of Object.entries(late)) {
  test(`Identification hangs up on one that ${who} when its time is up`, async () => {
    const rig = new Rig();
    const answer = hold && rig.hold(hold);
    const said = says !== undefined && rig.say(says);
    await (hold ? rig.untilAsked(hold) : said);
    equal(rig.identification.wakeAt, rig.now + afterMs);
    rig.pass(afterMs - 1);
    equal(rig.did.some((what) => what.startsWith("close")), false);
    rig.pass(1);
    equal(rig.did.at(-1), `close ${reason}`);
    answer?.();
    await said;
    equal(rig.did.at(-1), `close ${reason}`);
  });
}

test("Identification gives a controller time anew for its greeting, but none for each of its lines", async () => {
  const rig = new Rig();
  await rig.say(HELLO.slice(0, 10));
  const until = rig.identification.wakeAt;
  equal(until, rig.now + DEVICE.answerMs);
  rig.pass(DEVICE.answerMs / 2);
  await rig.say(HELLO.slice(10));
  const anew = rig.now + DEVICE.registerMs;
  equal(rig.identification.wakeAt, anew);
  rig.pass(DEVICE.registerMs / 2);
  await rig.say('{"type":"news"}\n');
  equal(rig.identification.wakeAt, anew);
});

/** Devices that are not served, and what is reported of them afterwards. */
const notServed: Record<string, { says: string; prepare?: (rig: Rig) => void; reason: CloseReason }> = {
  "an unknown device": { says: "nobody", reason: "unknown-registration" },
  "a cabinet that has a connection": {
    says: "CAB2",
    prepare: (rig) => rig.own("CAB2", { isAlive: true }),
    reason: "already-connected",
  },
  "a cabinet that may not connect from there": {
    says: "CAB2",
    prepare: (rig) => rig.addresses = ["192.0.2.0/24"],
    reason: "address-not-allowed",
  },
};
for (const [who, { says, prepare = () => {}, reason }] of Object.entries(notServed)) {
  for (const more of ["", "x", "x".repeat(DEVICE.preambleBytesMax)]) {
    test(`Identification tells ${who} that says ${more.length} bytes more nothing, and hangs up at the same time`, async () => {
      const rig = new Rig();
      prepare(rig);
      await rig.say(says);
      rig.pass(DEVICE.answerMs / 2);
      let isRead = false;
      const said = more === "" ? undefined : rig.say(more).then(() => isRead = true);
      await identified();
      equal(isRead, more.length === 1, "no more is read of any of them than of the others");
      rig.pass(DEVICE.answerMs / 2 - 1);
      await identified();
      deepEqual(rig.did.filter((what) => what !== "intruded"), []);
      rig.pass(1);
      const isTooLong = reason === "unknown-registration" && !isRead && more !== "";
      deepEqual(rig.did.slice(-2), [
        "closed unknown",
        `close ${isTooLong ? "too-long-registration" : reason}`,
      ]);
      await said;
    });
  }
}

test("Identification claims a cabinet again that has a connection, reports it once, and takes over when that is gone", async () => {
  const rig = new Rig();
  const release = rig.own("CAB2", { isAlive: true });
  await rig.say("CAB2");
  deepEqual(rig.did, ["intruded"]);
  rig.pass(DEVICE.claimAgainMs);
  await identified();
  deepEqual(rig.did, ["intruded"]);
  release();
  rig.pass(DEVICE.claimAgainMs);
  await rig.say("#");
  deepEqual(rig.did, ["intruded", "serve CAB2 7 ", "serving", "identified ", "identified #"]);
});

test("Identification serves a right registration later where too many wrong ones came from", async () => {
  const rig = new Rig();
  rig.isSlowed = true;
  await rig.say("CAB2");
  rig.pass(DEVICE.slowedMs - 1);
  await identified();
  deepEqual(rig.did, []);
  rig.pass(1);
  await identified();
  deepEqual(rig.did, ["serve CAB2 7 ", "serving", "identified "]);
});

test("Identification does not take a longer registration from there for that of the cabinet that it begins with", async () => {
  const rig = new Rig();
  rig.isSlowed = true;
  await rig.say("CAB");
  rig.pass(50);
  await rig.say("2");
  rig.pass(DEVICE.slowedMs);
  await identified();
  deepEqual(rig.did, ["serve CAB2 7 ", "serving", "identified "]);
});

for (const isOwned of [false, true]) {
  const whose = `a right guess from there that could be longer${isOwned ? ", of what has a connection" : ""}`;
  test(`Identification serves ${whose}, no sooner than others`, async () => {
    const rig = new Rig();
    if (isOwned) rig.own("CAB");
    rig.isSlowed = true;
    await rig.say("CAB");
    rig.pass(DEVICE.registrationGapMs);
    rig.pass(DEVICE.slowedMs - 1);
    await identified();
    deepEqual(rig.did, []);
    rig.pass(1);
    await identified();
    deepEqual(rig.did, ["serve CAB 7 ", "serving"]);
  });
}

test("Identification gives a device the time that it waited for its turn", async () => {
  const rig = new Rig();
  const turn = rig.holdAdmission();
  const said = rig.say("nobody");
  await identified();
  rig.pass(DEVICE.turnMs - 1);
  deepEqual(rig.did, []);
  turn();
  await said;
  equal(rig.identification.wakeAt, rig.now + DEVICE.answerMs);
  rig.pass(1_000);
  const again = rig.holdAdmission();
  const more = rig.say("!");
  await identified();
  rig.pass(2_000);
  again();
  await more;
  equal(rig.identification.wakeAt, rig.now + DEVICE.answerMs - 1_000);
});

test("Identification disconnects a device whose turn does not come, and looks nothing up for it then", async () => {
  const rig = new Rig();
  const turn = rig.holdAdmission();
  const said = rig.say("CAB2");
  await identified();
  rig.pass(DEVICE.turnMs);
  deepEqual(rig.did, ["closed unknown", "close unknown-registration"]);
  turn();
  await said;
  deepEqual([rig.asked, rig.did.length], [[], 2]);
});

test("Identification takes no epoch for a device that is gone when its turn comes", async () => {
  const rig = new Rig();
  const answer = rig.hold("register");
  const said = rig.say("CAB2");
  await rig.untilAsked("register");
  const turn = rig.holdAdmission();
  answer();
  await identified();
  rig.close("peer-closed");
  turn();
  await said;
  deepEqual(rig.asked, ["register"]);
});

test("Identification does not count a device as unknown while the connection of its cabinet has not answered", async () => {
  const rig = new Rig();
  rig.own("CAB2");
  const answer = rig.hold("prove-alive");
  const said = rig.say("CAB2");
  await rig.untilAsked("prove-alive");
  rig.pass(DEVICE.answerMs);
  deepEqual(rig.did, ["closed", "close already-connected"]);
  answer();
  await said;
  equal(rig.asked.includes("own"), false);
});
