import { describedCabinet } from "../../../testing/rigs/device_cabinet.ts";
import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { createHmac } from "node:crypto";
import { CONTROLLER } from "../../lib/limits.ts";
import type { ControllerCabinet } from "../cabinet.ts";
import { Greeting, type GreetingResult } from "./greeting.ts";
import { refusalOf, welcomeOf } from "./greeting_answers.ts";

const SECRET = "kfM3xU0pWq7RzN5cT1bYhL8d";
const NONCE = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const HELLO = { type: "hello", protocol: 1, cabinet: "lobby-a", nonce: NONCE, log: "b7", firmware: "acme 2" };
const WELCOMED_AT = 1_764_057_600_000;

const cabinet = describedCabinet({
  id: "lobby-a",
});

function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

const bytesOf = (line: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(line)}\n`);
const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

/** As the documentation writes it, independent of the tested code. */
function hmac(secret: string, whose: string, serviceNonce: string): string {
  const said = `kaigui ${whose} 1\nlobby-a\n${NONCE}\n${serviceNonce}`;
  return createHmac("sha256", secret).update(said).digest("hex");
}

/** A greeting with a service that knows one cabinet, and what the service sent. */
function rig(find = (id: string): Promise<ControllerCabinet | undefined> => {
  return Promise.resolve(id === "lobby-a" ? { cabinet, secret: SECRET } : undefined);
}) {
  const written: string[] = [];
  const greeting = new Greeting({
    cabinets: { findController: find },
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    write: (bytes) => void written.push(textOf(bytes)),
  });
  /** The nonce of the challenge, which has to be all that was sent. */
  const challenge = (): string => {
    equal(written.length, 1);
    match(written[0] ?? "", /^\{"type":"challenge","nonce":"[0-9a-f]{32}"\}\n$/);
    return JSON.parse(written[0] ?? "").nonce;
  };
  return { greeting, written, challenge };
}

function reasonOf(greeted: GreetingResult | undefined): string | undefined {
  return greeted?.type === "refused" ? greeted.reason : greeted?.type;
}

test("Greeting takes a controller that proves that it knows the secret, and proves the same", async () => {
  const { greeting, challenge } = rig();
  equal(await greeting.received(bytesOf(HELLO)), undefined);
  const nonce = challenge();
  const proof = bytesOf({ type: "proof", proof: hmac(SECRET, "controller", nonce) });
  const greeted = await greeting.received(new Uint8Array([...proof, 0x7b, 0x22]));
  equal(greeted?.type, "proven");
  if (greeted?.type !== "proven") return;
  deepEqual([greeted.cabinet, greeted.log, greeted.firmware], [cabinet, "b7", "acme 2"]);
  equal(greeted.sessionKey.toHex(), hmac(SECRET, "session", nonce));
  equal(textOf(greeted.rest), '{"');
  deepEqual(JSON.parse(textOf(welcomeOf(greeted, { time: WELCOMED_AT, acknowledged: 41 }))), {
    type: "welcome",
    proof: hmac(SECRET, "service", nonce),
    time: WELCOMED_AT,
    mac: createHmac("sha256", greeted.sessionKey).update(`time\n0\n${WELCOMED_AT}`).digest("hex"),
    acknowledged: 41,
    heartbeatSeconds: 20,
  });
});

test("Greeting takes its lines byte by byte, and ignores those of a later version", async () => {
  const { greeting, challenge } = rig();
  const say = async (line: unknown): Promise<GreetingResult | undefined> => {
    let greeted: GreetingResult | undefined;
    for (const byte of bytesOf(line)) {
      equal(greeted, undefined);
      greeted = await greeting.received(Uint8Array.of(byte));
    }
    return greeted;
  };
  equal(await say({ type: "weather", is: "fine" }), undefined);
  equal(await say(HELLO), undefined);
  const greeted = await say({ type: "proof", proof: hmac(SECRET, "controller", challenge()) });
  equal(greeted?.type, "proven");
});

test("Greeting refuses a controller without the right proof", async () => {
  const wrong: Record<string, (nonce: string) => string> = {
    "another secret": (nonce) => hmac("another-secret-of-24-chr", "controller", nonce),
    "the service's proof": (nonce) => hmac(SECRET, "service", nonce),
    "the session key": (nonce) => hmac(SECRET, "session", nonce),
    "of another challenge": () => hmac(SECRET, "controller", "00112233445566778899aabbccddeeff"),
    "zeros": () => "0".repeat(64),
  };
  for (const [what, proofOf] of Object.entries(wrong)) {
    const { greeting, challenge, written } = rig();
    await greeting.received(bytesOf(HELLO));
    const greeted = await greeting.received(bytesOf({ type: "proof", proof: proofOf(challenge()) }));
    equal(reasonOf(greeted), "unauthorized", what);
    const answer = greeted?.type === "refused" ? greeted.answer : undefined;
    equal(textOf(answer), '{"type":"refused","reason":"unauthorized"}\n', what);
    equal(written.length, 1, "nothing but the challenge was said");
  }
});

test("Greeting does not take a proof of an earlier connection", async () => {
  const first = rig();
  await first.greeting.received(bytesOf(HELLO));
  const proof = bytesOf({ type: "proof", proof: hmac(SECRET, "controller", first.challenge()) });
  equal(reasonOf(await first.greeting.received(proof)), "proven");
  const second = rig();
  await second.greeting.received(bytesOf(HELLO));
  notEqual(second.challenge(), first.challenge());
  equal(reasonOf(await second.greeting.received(proof)), "unauthorized");
});

test("Greeting challenges an unknown cabinet like any other, and refuses it at the proof", async () => {
  for (const secret of [SECRET, "", "undefined"]) {
    const { greeting, challenge } = rig(() => Promise.resolve(undefined));
    equal(await greeting.received(bytesOf(HELLO)), undefined);
    const greeted = await greeting.received(
      bytesOf({ type: "proof", proof: hmac(secret, "controller", challenge()) }),
    );
    equal(reasonOf(greeted), "unauthorized");
  }
});

test("Greeting refuses other versions and where the database is unavailable, and says so", async () => {
  const { greeting, written } = rig();
  const other = await greeting.received(bytesOf({ type: "hello", protocol: 2, who: "x" }));
  const away = await rig(() => Promise.reject(new Error("away"))).greeting.received(bytesOf(HELLO));
  deepEqual([reasonOf(other), reasonOf(away)], ["protocol-violated", "database-unavailable"]);
  match(String(other?.type === "refused" && other.error), /protocol: only version 1 is spoken here$/);
  const answers = [other, away].map((greeted) => greeted?.type === "refused" ? textOf(greeted.answer) : "");
  deepEqual(answers, [
    '{"type":"refused","reason":"protocol"}\n',
    '{"type":"refused","reason":"unavailable"}\n',
  ]);
  deepEqual(written, []);
});

test("Greeting refuses other lines than a greeting, without an answer", async () => {
  const lines: Uint8Array[][] = [
    [new TextEncoder().encode("IMEI860000000000001\n")],
    [bytesOf({ ...HELLO, nonce: "short" })],
    [bytesOf({ type: "proof", proof: "0".repeat(64) })],
    [bytesOf({ type: "ping" })],
    [bytesOf(HELLO), bytesOf(HELLO)],
    [bytesOf(HELLO), bytesOf({ type: "event", seq: 1, ago: 0, lock: 1, door: "open" })],
    [new Uint8Array(CONTROLLER.lineBytesMax).fill(0x20)],
  ];
  for (const chunks of lines) {
    const { greeting } = rig();
    let greeted: GreetingResult | undefined;
    for (const chunk of chunks) {
      equal(greeted, undefined);
      greeted = await greeting.received(chunk);
    }
    equal(reasonOf(greeted), "protocol-violated");
    equal(greeted?.type === "refused" && greeted.answer, undefined);
  }
});

test("Greeting refuses a peer that sends unknown lines without end", async () => {
  const { greeting } = rig();
  const chatter = bytesOf({ type: "weather", is: "fine" });
  let bytes = 0;
  let greeted: GreetingResult | undefined;
  while (!greeted && bytes <= 2 * CONTROLLER.greetingBytesMax) {
    bytes += chatter.length;
    greeted = await greeting.received(chatter);
  }
  equal(reasonOf(greeted), "protocol-violated");
  equal(bytes <= CONTROLLER.greetingBytesMax + chatter.length, true);
});

test("refusalOf() answers where the controller's side can do something about the reason", () => {
  const said = [
    "address-not-allowed",
    "already-connected",
    "cabinet-changed",
    "database-unavailable",
  ] as const;
  deepEqual(said.map((reason) => JSON.parse(textOf(refusalOf(reason))).reason), [
    "address",
    "connected",
    "unavailable",
    "unavailable",
  ]);
  deepEqual([refusalOf("protocol-violated"), refusalOf("not-registered-in-time")], [undefined, undefined]);
});
