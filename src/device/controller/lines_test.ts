import { deepEqual, equal, throws } from "node:assert/strict";
import { encodeLine, parseLine, ProtocolError } from "./lines.ts";

const ID = "018f6a4e-5c1d-7b3a-9e2f-4d6c8b0a1e37";
const HELLO = {
  type: "hello",
  protocol: 1,
  cabinet: "lobby-a",
  nonce: "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
  log: "b7",
  firmware: "acme 2.4.1",
};
const PROOF = { type: "proof", proof: "fc01150f9139c4200ce827305c876219ace2b9fe8a60389e9c304d38a00f2bb7" };
const RESULT = { type: "result", id: ID, state: "opened" };
const REFUSED = { type: "result", id: ID, state: "refused", reason: "late" };
const EVENT = { type: "event", seq: 42, ago: 0, lock: 7, door: "open", command: ID };
const PING = { type: "ping", n: 1, mac: PROOF.proof };
const DOORS = { type: "doors", doors: "ccoccu" };

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

function parse(text: string): ReturnType<typeof parseLine> {
  return parseLine(new TextEncoder().encode(text));
}

test("parseLine() returns each line that a controller may send", () => {
  const { command: _command, ...byHand } = EVENT;
  const { firmware: _firmware, ...nameless } = HELLO;
  const pong = { type: "pong" };
  for (const line of [HELLO, nameless, PROOF, RESULT, REFUSED, EVENT, byHand, DOORS, PING, pong]) {
    deepEqual(parse(JSON.stringify(line)), line);
    deepEqual(parse(` ${JSON.stringify({ later: { version: [2] }, ...line })} `), line, "with more in it");
  }
});

test("parseLine() ignores unknown types, and tells another version from a mistake", () => {
  equal(parse('{"type":"new-in-version-2","x":"\\"}{"}'), undefined);
  equal(parse('{"type":"constructor"}'), undefined);
  deepEqual(parse('{"type":"hello","protocol":2}'), { type: "other-version" });
});

test("parseLine() refuses a line that is not a JSON object with a type", () => {
  for (
    const text of [
      "",
      "{",
      "[]",
      "null",
      "7",
      '"ping"',
      "{}",
      '{"type":7}',
      '{"type":"ping"}x',
      "[".repeat(1_000),
    ]
  ) {
    throws(() => parse(text), ProtocolError, text);
  }
  throws(
    () => parseLine(Uint8Array.of(...new TextEncoder().encode('{"type":"'), 0xff, 0x22, 0x7d)),
    ProtocolError,
  );
  throws(() => parse('\ufeff{"type":"ping"}'), ProtocolError);
});

test("parseLine() refuses fields that the type does not allow, and says where", () => {
  const mistakes: [line: object, changes: Record<string, unknown[]>][] = [
    [HELLO, {
      protocol: [undefined, "1", 1.5],
      cabinet: [undefined, "", "a\nb", "a b", "x".repeat(65), 7],
      nonce: [undefined, HELLO.nonce.toUpperCase(), HELLO.nonce.slice(1), `${HELLO.nonce}\n`],
      log: [undefined, "", "a-b", "x".repeat(33)],
      firmware: ["x".repeat(65), "a\u001bb"],
    }],
    [PROOF, { proof: [undefined, "", PROOF.proof.slice(2), PROOF.proof.toUpperCase()] }],
    [PING, {
      n: [undefined, 0, -1, 1.5, 2 ** 53, "1"],
      mac: [undefined, "", PING.mac.slice(2), PING.mac.toUpperCase()],
    }],
    [RESULT, { id: [undefined, "", `${ID}0`, ID.replace("0", "g")], state: [undefined, "open"] }],
    [REFUSED, { reason: [undefined, "tired"] }],
    [EVENT, {
      seq: [undefined, 0, -1, 1.5, 2 ** 53, "42"],
      ago: [undefined, -1, 0.5, null],
      lock: [undefined, 0, 257],
      door: [undefined, "unknown"],
      command: ["", 7],
    }],
    [DOORS, { doors: [undefined, "", "cox", "c".repeat(257)] }],
  ];
  for (const [line, changes] of mistakes) {
    for (const [name, values] of Object.entries(changes)) {
      for (const value of values) {
        const text = JSON.stringify({ ...line, [name]: value });
        throws(() => parse(text), { name: "ProtocolError", message: new RegExp(`: ${name}: `) }, text);
      }
    }
  }
});

test("encodeLine() writes one line that a controller has room for", () => {
  const longest = encodeLine({ type: "open", id: ID, lock: 256, until: 2 ** 53 - 1, mac: PROOF.proof });
  equal(longest.length < 256, true);
  equal(new TextDecoder().decode(encodeLine({ type: "ack", seq: 42 })), '{"type":"ack","seq":42}\n');
});
