/**
 * How it is found out who a device is, with the connection, the clock and the answers of all that is asked in the
 * test's hand.
 *
 * @module
 */
import { describedCabinet } from "./_cabinet.ts";
import { deepEqual, equal } from "node:assert/strict";
import { DEVICE } from "../limits.ts";
import { type CabinetReply, type CabinetRouter, LocalRouter } from "../router/mod.ts";
import type { Cabinets, DoorRecords, Registration } from "./cabinet.ts";
import type { CloseReason, DeviceContext } from "./context.ts";
import { controllerProof } from "./controller_proof.ts";
import type { Passage } from "./gate.ts";
import { Identification, type IdentificationHost } from "./identification.ts";
import type { Tenure } from "./link.ts";
import { Wheel } from "./wheel.ts";

const SECRET = "kfM3xU0pWq7RzN5cT1bYhL8d";
const NONCE = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const HELLO = `{"type":"hello","protocol":1,"cabinet":"lobby","nonce":"${NONCE}","log":"b7"}\n`;
const EPOCH = 7;

/** What is asked of others on the way. */
type Question = "register" | "status" | "own" | "controller" | "acknowledged";

function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A connection of which it is found out who it is, to a service that knows the cabinets `CAB`, `CAB2` and `lobby`. */
class Rig implements IdentificationHost, Passage {
  now = 1_000;
  readonly hostname = "127.0.0.1";
  /** What the connection was told to do, in order. */
  readonly did: string[] = [];
  readonly asked: Question[] = [];
  readonly identification: Identification;
  readonly #router: CabinetRouter = new LocalRouter();
  #held: { question: Question; answer: PromiseWithResolvers<void> } | undefined;

  constructor() {
    this.identification = new Identification(this, { context: this.#context(), passage: this });
  }

  /** Somebody else has the cabinet, and gives no sign of life. */
  own(cabinet: string): void {
    const handle = async ({ type }: { type: string }): Promise<CabinetReply> => {
      if (type === "prove-alive") return { type, isAlive: false };
      const asOf = { epoch: EPOCH - 1, count: 0 };
      return await this.#ask("status", {
        type: "status",
        asOf,
        connectedAt: 0,
        lastSeenAt: 0,
        doors: new Map(),
      });
    };
    this.#router.claim(cabinet, { handle, displaced: () => {} }, EPOCH - 1);
  }

  /** Lets the question be without an answer until it is called. */
  hold(question: Question): () => void {
    const answer = Promise.withResolvers<void>();
    this.#held = { question, answer };
    return answer.resolve;
  }

  /** Lets what is on its way go on until that is asked. */
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

  /** A controller says all that it has to say. */
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

  serve({ cabinet, epoch }: Tenure, rest: Uint8Array): void {
    this.did.push(`serve ${cabinet.id} ${epoch} ${textOf(rest)}`);
  }

  leave(): void {
    this.did.push("leave");
  }

  settled(rest?: Uint8Array): void {
    this.did.push(`settled ${rest ? textOf(rest) : ""}`);
  }

  refuse(reason: CloseReason): Promise<void> {
    this.close(reason);
    return Promise.resolve();
  }

  close(reason: CloseReason): void {
    this.identification.end();
    this.did.push(`close ${reason}`);
  }

  heard(): void {}

  over(): void {
    this.did.push("through the gate");
  }

  async #ask<Answer>(question: Question, answer: Answer): Promise<Answer> {
    this.asked.push(question);
    if (this.#held?.question === question) await this.#held.answer.promise;
    return answer;
  }

  #context(): DeviceContext {
    const cabinets: Cabinets = {
      register: (preamble) => this.#ask("register", registrationOf(textOf(preamble))),
      own: () => this.#ask("own", EPOCH),
      controller: (id) => this.#ask("controller", { cabinet: describedCabinet({ id }), secret: SECRET }),
      sending: () => Promise.resolve("may"),
      seen: () => {},
    };
    const records: DoorRecords = {
      moved: () => {},
      acknowledged: () => this.#ask("acknowledged", 0),
      heard: () => Promise.resolve(),
      fluttered: () => {},
      intruded: () => {},
    };
    const now = () => this.now;
    const wheel = new Wheel({ stepMs: 25, now });
    const [isCrowded, report] = [() => false, () => {}];
    return { cabinets, records, router: this.#router, wheel, isCrowded, report, now, wallClock: now };
  }
}

/** `CAB` and `CAB2`, and a heartbeat may follow. */
function registrationOf(said: string): Registration | undefined {
  const [, id] = /^(CAB2?)(?:#.*)?$/.exec(said) ?? [];
  return id === undefined
    ? undefined
    : { cabinet: describedCabinet({ id }), length: id.length, maybeLonger: said === "CAB" };
}

test("Identification lets go of a connection that is sure to be its cabinet's", async () => {
  const rig = new Rig();
  await rig.say("CA");
  await rig.say("B2#");
  deepEqual(rig.did, ["serve CAB2 7 #", "through the gate", "settled "]);
});

test("Identification serves a cabinet at once whose registration could be longer, if nobody has it", async () => {
  const rig = new Rig();
  await rig.say("CAB");
  deepEqual(rig.did.splice(0), ["serve CAB 7 ", "through the gate"]);
  rig.pass(DEVICE.registrationGapMs - 1);
  deepEqual(rig.did, []);
  rig.pass(1);
  deepEqual(rig.did, ["settled "]);
});

const behindADoubt = {
  "#": ["settled #"],
  "2": ["leave", "serve CAB2 7 ", "through the gate", "settled "],
  "3": ["close unknown-registration"],
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

test("Identification that doubts does nothing for one that is gone when it is known who it is", async () => {
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
  deepEqual(rig.did, ["serve CAB2 7 ", "through the gate", "settled "]);
  equal(rig.asked.filter((question) => question === "own").length, 1);
});

test("Identification takes a guess when nothing more came, and what comes during the claim waits for it", async () => {
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
    ...["serve CAB 7 ", "through the gate"],
    ...["leave", "serve CAB2 7 ", "through the gate", "settled "],
  ]);
});

test("Identification is released once nothing is on its way any more", async () => {
  const rig = new Rig();
  rig.own("CAB");
  await rig.say("CAB");
  const answer = rig.hold("own");
  rig.pass(DEVICE.registrationGapMs);
  rig.close("stopping");
  const released = rig.identification.release().then(() => rig.did.push("released"));
  await rig.untilAsked("own");
  rig.did.push("answer");
  answer();
  await released;
  deepEqual(rig.did, ["close stopping", "through the gate", "answer", "released"]);
});

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
      // The greeting does not know that the connection is gone, which sends nothing any more.
      const more = rig.did.slice(did).filter((what) => !what.includes("challenge"));
      deepEqual(more, ["through the gate"]);
      deepEqual([rig.asked.length, rig.identification.wakeAt], [asked, Infinity]);
    });
  }
}

const late: Record<string, { says?: string; hold?: Question; reason: CloseReason }> = {
  "says nothing": { reason: "not-registered-in-time" },
  "is nobody": { says: "nobody", reason: "unknown-registration" },
  "says only hello": { says: HELLO, reason: "not-registered-in-time" },
  "is not found by then": { says: "CAB2", hold: "register", reason: "unknown-registration" },
  "gets no epoch by then": { says: "CAB2", hold: "own", reason: "database-unavailable" },
};
for (const [who, { says, hold, reason }] of Object.entries(late)) {
  test(`Identification hangs up on one that ${who} when its time is up`, async () => {
    const rig = new Rig();
    const answer = hold && rig.hold(hold);
    const said = says !== undefined && rig.say(says);
    await (hold ? rig.untilAsked(hold) : said);
    equal(rig.identification.wakeAt, rig.now + DEVICE.registerMs);
    rig.pass(DEVICE.registerMs - 1);
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
  rig.pass(DEVICE.registerMs / 2);
  await rig.say(HELLO.slice(10));
  equal(rig.identification.wakeAt, until + DEVICE.registerMs / 2);
  rig.pass(DEVICE.registerMs / 2);
  await rig.say('{"type":"news"}\n');
  equal(rig.identification.wakeAt, until + DEVICE.registerMs / 2);
});
